import assert from 'node:assert/strict';
import test from 'node:test';
import { headline } from '../../page/headline.ts';
import { count, counted, duration, percent, size } from '../../page/quantity.ts';
import { ticks } from '../../page/time-axis.ts';

// What is said, and how it reads.
const CASES: readonly (readonly [string, string])[] = [
  [count(1234567), '1,234,567'],
  [counted(1, 'request'), '1 request'],
  [counted(0, 'request'), '0 requests'],
  [duration(Number.NaN), '–'],
  [duration(0), '0 ms'],
  [duration(0.42), '0.42 ms'],
  [duration(3.14), '3.1 ms'],
  [duration(9.96), '10 ms'],
  [duration(999.4), '999 ms'],
  [duration(999.6), '1.0 s'],
  [duration(41_200), '41 s'],
  [duration(59_960), '1 min 0 s'],
  [duration(125_000), '2 min 5 s'],
  [size(999), '999 B'],
  [size(3400), '3.4 kB'],
  [size(999_900), '1.0 MB'],
  [percent(0, 0), '–'],
  [percent(0, 9), '0 %'],
  [percent(1, 100_000), '0.1 %'],
  [percent(956, 1000), '95.6 %'],
  [percent(99_999, 100_000), '99.9 %'],
  [percent(9, 9), '100 %'],
];

for (const [text, expected] of CASES) test(`a quantity reads as ${expected}`, () => assert.equal(text, expected));

// Requests, connections, reused, saved, what is said.
const HEADLINES = [
  [0, 0, 0, 0, 'No requests yet', 'They appear here as soon as they are made.'],
  [0, 2, 0, 0, 'No requests yet, 2 connections', 'They appear as they are made.'],
  [1000, 44, 956, 3100, '1,000 requests used 44 connections', '956 handshakes were not needed: about 3.1 s saved'],
  [2, 1, 1, 0, '2 requests used 1 connection', '1 handshake was not needed'],
  [
    3,
    3,
    0,
    0,
    '3 requests used 3 connections',
    'No connection was used a second time: each request paid for a new one.',
  ],
] as const;

for (const [requests, connections, reused, saved, what, meaning] of HEADLINES) {
  test(`headline() says ${what}`, () =>
    assert.deepEqual(headline({ requests, connections, reused, saved }), { what, meaning }));
}

// From, to, width, labels.
const AXES = [
  [0, 1000, 500, '0 ms, 200 ms, 400 ms, 600 ms, 800 ms, 1000 ms'],
  [100, 101, 300, '0 ms, 0.5 ms, 1.0 ms'],
  [0, 60_000, 400, '0 s, 20 s, 40 s, 60 s'],
  [0, 10, 20, '0 ms, 10 ms'],
] as const;

for (const [from, to, width, labels] of AXES) {
  test(`ticks() from ${from} to ${to} on ${width} pixels`, () =>
    assert.equal(
      ticks({ from, to }, from, width)
        .map(({ label }) => label)
        .join(', '),
      labels,
    ));
}
