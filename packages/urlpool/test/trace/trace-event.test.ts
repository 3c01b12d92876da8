import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_PAIRS, type TraceEvent } from '../../src/trace/trace-event.ts';

/** Every type of event; a compiler error here where the union and this list differ. */
const TYPES: Readonly<Record<TraceEvent['type'], true>> = {
  'call-start': true,
  'call-end': true,
  redirect: true,
  retry: true,
  replay: true,
  'queue-start': true,
  'queue-end': true,
  acquired: true,
  'dial-start': true,
  'dial-end': true,
  'dns-start': true,
  'dns-end': true,
  'connect-start': true,
  'connect-end': true,
  'tls-start': true,
  'tls-end': true,
  'proxy-start': true,
  'proxy-end': true,
  'exchange-start': true,
  'exchange-end': true,
  'send-start': true,
  'send-end': true,
  informational: true,
  'receive-start': true,
  'receive-end': true,
  'connection-idle': true,
  'connection-closed': true,
  'pool-evicted': true,
  warning: true,
};

test('EVENT_PAIRS pairs every start with the end of its name, and nothing else', () => {
  const starts = Object.keys(TYPES).filter((type) => type.endsWith('-start'));
  const expected = Object.fromEntries(starts.map((start) => [start, start.replace(/-start$/, '-end')]));
  assert.deepEqual(EVENT_PAIRS, expected);
});

test('EVENT_PAIRS leaves no end without its start', () => {
  const ends = Object.keys(TYPES).filter((type) => type.endsWith('-end'));
  assert.deepEqual(Object.values(EVENT_PAIRS).sort(), ends.sort());
});
