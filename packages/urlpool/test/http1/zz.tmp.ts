// What arrives one byte at a time must cost no more than its length: 60 KiB may take about as long as four times 15 KiB,
// where quadratic work takes four times as long. Time of the processor is compared, and the best of several runs, so that
// other load does not count. The bytes lie in one large buffer, as in a transport's: what lies behind those that came
// must cost nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordedReader } from './recorded-reader.ts';

const KIB = 1024;
const RUNS = 8;
const LIMITS = { maxHeadBytes: 100 * KIB, maxTrailerBytes: 100 * KIB, maxFields: 100 * KIB };

/** The least time of the processor, in µs, that reading took a number of times. */
function bestTime(text: string, step: number, times: number): number {
  const bytes = Buffer.from(text, 'latin1');
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    for (let time = 0; time < times; time++) {
      const { reader } = new RecordedReader({ limits: LIMITS });
      for (let at = 0; at < bytes.length; at += step) reader.read(bytes, at, Math.min(bytes.length, at + step));
    }
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, user + system);
  }
  return best;
}

const START = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${START}Transfer-Encoding: chunked\r\n\r\n`;

// what arrives, its bytes for a number of KiB, bytes at a time, how often it is read
const SHAPES: readonly (readonly [string, (kib: number) => string, number, number])[] = [
  ['a status line, byte by byte', (kib) => `HTTP/1.1 200 ${'x'.repeat(kib * KIB)}`, 1, 1],
  ['one long field, byte by byte', (kib) => `${START}A: ${'x'.repeat(kib * KIB)}`, 1, 1],
  ['short fields, byte by byte', (kib) => START + 'Abc: 123456\r\n'.repeat((kib * KIB) / 13), 1, 1],
  ['a folded field, byte by byte', (kib) => `${START}A: b\r\n${' 123456\r\n'.repeat((kib * KIB) / 9)}`, 1, 1],
  ['a trailer, byte by byte', (kib) => `${CHUNKED}0\r\nA: ${'x'.repeat(kib * KIB)}`, 1, 1],
  ['chunks of one byte, byte by byte', (kib) => `${CHUNKED}${'1\r\nx\r\n'.repeat((kib * KIB) / 6)}`, 1, 1],
  ['a field cut every 100 bytes', (kib) => `${START}A: ${'x'.repeat(kib * KIB)}`, 100, 50],
  [
    'trailers of which the last is cut',
    (kib) => `${CHUNKED}0\r\n${'Abc: 123\r\n'.repeat((kib * KIB) / 10)}A`,
    KIB ** 2,
    10,
  ],
];

for (const [name, bytes, step, times] of SHAPES) {
  test(`ResponseReader.read() takes linear time for ${name}`, () => {
    bestTime(bytes(15), step, times);
    const ratio = bestTime(bytes(60), step, times) / bestTime(bytes(15), step, 4 * times);
    console.error(ratio.toFixed(2));assert.ok(ratio < 2, `60 KiB took ${ratio.toFixed(1)} times as long as four times 15 KiB`);
  });
}
