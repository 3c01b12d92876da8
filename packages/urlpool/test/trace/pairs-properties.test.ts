// Whatever calls, servers, clocks and listeners do: what starts ends once, in its order, and the times add up.
// `npm run torture -- --only=events` tries more seeds; the model is in model/.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceEvent } from 'urlpool';
import { eventsOfSeed } from './model/events-of-seed.ts';

const SEEDS = 300;

/** What must have come about in some of them. */
const EXPECTED = [
  ...['redirect followed', 'redirect not followed', 'retry will', 'retry will not', 'replay will', 'replay will not'],
  ...['informational', 'warning', 'pool-evicted', 'dial-end failed', 'call-end failed', 'call-end', 'send-end in vain'],
  ...['idle-timeout', 'evicted', 'cleared', 'not-persistent', 'max-requests', 'early-response', 'unread-body'],
  ...['protocol-error', 'timeout', 'cancelled', 'incomplete', 'send-failed', 'closed', 'unasked-bytes'],
];

function kindsOf(event: TraceEvent): string[] {
  switch (event.type) {
    case 'redirect':
      return [event.followed ? 'redirect followed' : 'redirect not followed'];
    case 'retry':
      return [event.willRetry ? 'retry will' : 'retry will not'];
    case 'replay':
      return [event.willReplay ? 'replay will' : 'replay will not'];
    case 'connection-closed':
      return [event.reason];
    case 'send-end':
      return event.complete ? [] : ['send-end in vain'];
    case 'dial-end':
    case 'call-end':
      return [event.error === null ? event.type : `${event.type} failed`];
    default:
      return [event.type];
  }
}

test(`all that is told has its start, its end and its time, whatever happens (${SEEDS} seeds)`, async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const fault = await eventsOfSeed(seed, (events) => {
      for (const event of events) for (const kind of kindsOf(event)) seen.add(kind);
    });
    if (fault !== null) assert.fail(fault);
  }
  assert.deepEqual(
    EXPECTED.filter((kind) => !seen.has(kind)),
    [],
    `the scenarios lack what they are for: ${[...seen].sort().join(', ')}`,
  );
});
