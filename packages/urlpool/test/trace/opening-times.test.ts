import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OpeningStep, OpeningTimes } from '../../src/trace/opening-times.ts';

type Tell = (times: OpeningTimes) => void;

function opened(steps: readonly Tell[]): OpeningTimes {
  const times = new OpeningTimes(3, 0);
  for (const tell of steps) tell(times);
  return times;
}

const begins =
  (step: OpeningStep) =>
  (at: number): Tell =>
  (times) =>
    times.begin(step, at);
const ends =
  (step: OpeningStep) =>
  (at: number): Tell =>
  (times) =>
    times.end(step, at);

const [dnsStart, dnsEnd] = [begins('dns'), ends('dns')];
const [connectStart, connectEnd] = [begins('connect'), ends('connect')];
const [tlsStart, tlsEnd] = [begins('tls'), ends('tls')];

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
    [connectStart(0), connectStart(250), connectEnd(260), connectEnd(260)],
    'connect',
    ...[0, 1000, 260],
  ],
  [
    'attempts one after the other',
    [connectStart(0), connectEnd(100), connectStart(120), connectEnd(150)],
    'connect',
    ...[0, 1000, 130],
  ],
] as const;

for (const [name, events, step, from, to, length] of CASES) {
  test(`OpeningTimes.lengthOf() ${name}`, () => {
    assert.equal(opened(events).lengthOf(step, from, to), length);
  });
}
