import assert from 'node:assert/strict';
import test from 'node:test';
import type { TraceEvent } from 'urlpool';
import { EventRelay } from './event-relay.ts';

test('EventRelay tells all who listen, until they do no more', () => {
  const relay = new EventRelay();
  const event: TraceEvent = { type: 'pool-evicted', at: 1, origin: 'http://a:80' };
  const told: string[] = [];
  const end = relay.subscribe(() => told.push('first'));
  relay.subscribe(() => told.push('second'));
  relay.onEvent(event);
  end();
  relay.onEvent(event);
  assert.deepEqual(told, ['first', 'second', 'second']);
});
