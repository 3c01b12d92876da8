import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpeningTimes } from '../../src/trace/opening-times.ts';
import type { TraceEvent } from '../../src/trace/trace-event.ts';

const IDS = { connection: 3, origin: 'https://h' };
const A = '192.0.2.1:443';
const B = '192.0.2.2:443';

function opened(events: readonly TraceEvent[]): OpeningTimes {
  const times = new OpeningTimes(3, 0);
  for (const event of events) times.see(event);
  return times;
}

const dnsStart = (at: number): TraceEvent => ({ type: 'dns-start', at, ...IDS, host: 'h' });
const dnsEnd = (at: number): TraceEvent => ({ type: 'dns-end', at, ...IDS, addresses: [A], error: null });
const connectStart = (at: number, address = A): TraceEvent => ({ type: 'connect-start', at, ...IDS, address });
const connectEnd = (at: number, address = A): TraceEvent => ({ type: 'connect-end', at, ...IDS, address, error: null });
const tlsStart = (at: number): TraceEvent => ({ type: 'tls-start', at, ...IDS, address: A });
const tlsEnd = (at: number): TraceEvent => ({
  ...{ type: 'tls-end', at, ...IDS, address: A, protocol: 'TLSv1.3', cipher: null, resumed: false, error: null },
});

const USUAL = [dnsStart(1), dnsEnd(3), connectStart(3), connectEnd(7), tlsStart(7), tlsEnd(15)];

// name, events, step, from, to, length
const CASES = [
  ['a step in the window', USUAL, 'dns', 0, 100, 2],
  ['a step before the window', USUAL, 'dns', 3, 100, 0],
  ['a step that began before the window', USUAL, 'connect', 5, 100, 2],
  ['a step that ended after the window', USUAL, 'tls', 0, 10, 3],
  ['a step that did not take place', USUAL, 'proxy', 0, 100, 0],
  ['a step that is under way', [connectStart(3)], 'connect', 0, 10, 7],
  ['TLS with a proxy and with the origin', [tlsStart(1), tlsEnd(3), tlsStart(5), tlsEnd(9)], 'tls', 0, 100, 6],
  [
    'attempts at several addresses that go on together',
    [connectStart(0), connectStart(250, B), connectEnd(260, B), connectEnd(260)],
    'connect',
    ...[0, 1000, 260],
  ],
  [
    'attempts one after the other',
    [connectStart(0), connectEnd(100), connectStart(120, B), connectEnd(150, B)],
    'connect',
    ...[0, 1000, 130],
  ],
] as const;

for (const [name, events, step, from, to, length] of CASES) {
  test(`OpeningTimes.lengthOf() ${name}`, () => {
    assert.equal(opened(events).lengthOf(step, from, to), length);
  });
}

test('OpeningTimes.addresses are those that were tried, in order', () => {
  assert.deepEqual(opened([connectStart(0), connectStart(250, B)]).addresses, [A, B]);
});
