// What arrives one byte at a time must cost no more than its length: four times the bytes may take about four times as
// long, where quadratic work takes sixteen. The best of several runs is compared, so that other load does not count.
// As a transport does it, every byte is read into the beginning of the same large buffer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordedReader } from './recorded-reader.ts';

const KIB = 1024;
const RUNS = 3;
const SLAB: Buffer = Buffer.alloc(64 * KIB);
const LIMITS = { maxHeadBytes: 100 * KIB, maxTrailerBytes: 100 * KIB, maxFields: 100 * KIB };

/** The shortest time in ms that reading took, byte by byte. */
function bestTime(text: string): number {
  const bytes = Buffer.from(text, 'latin1');
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const { reader } = new RecordedReader({ limits: LIMITS });
    const start = performance.now();
    for (const byte of bytes) {
      SLAB[0] = byte;
      reader.read(SLAB, 0, 1);
    }
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

const START = 'HTTP/1.1 200 OK\r\n';

// what arrives, its bytes for a number of KiB
const SHAPES: readonly (readonly [string, (kib: number) => string])[] = [
  ['a status line', (kib) => `HTTP/1.1 200 ${'x'.repeat(kib * KIB)}`],
  ['one long field', (kib) => `${START}A: ${'x'.repeat(kib * KIB)}`],
  ['a head of short fields', (kib) => START + 'Abc: 123456\r\n'.repeat((kib * KIB) / 13)],
  ['a folded field', (kib) => `${START}A: b\r\n${' 123456\r\n'.repeat((kib * KIB) / 9)}`],
  ['a trailer', (kib) => `${START}Transfer-Encoding: chunked\r\n\r\n0\r\nA: ${'x'.repeat(kib * KIB)}`],
  ['chunks of one byte', (kib) => `${START}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat((kib * KIB) / 6)}`],
];

for (const [name, bytes] of SHAPES) {
  test(`ResponseReader.read() takes linear time for ${name} byte by byte`, () => {
    bestTime(bytes(15));
    const ratio = bestTime(bytes(60)) / bestTime(bytes(15));
    assert.ok(ratio < 8, `60 KiB took ${ratio.toFixed(1)} times as long as 15 KiB`);
  });
}

test('ResponseReader.read() takes linear time for a plain head whose last line is cut, whole', () => {
  const time = (kib: number): number => {
    const bytes = Buffer.from(
      `${START}Transfer-Encoding: chunked\r\n\r\n0\r\n${'Abc: 123456\r\n'.repeat((kib * KIB) / 13)}A`,
    );
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 20; run++) {
      const { reader } = new RecordedReader({ limits: LIMITS });
      const start = performance.now();
      reader.read(bytes, 0, bytes.length);
      best = Math.min(best, performance.now() - start);
    }
    return best;
  };
  time(15);
  const ratio = time(60) / time(15);
  assert.ok(ratio < 8, `60 KiB took ${ratio.toFixed(1)} times as long as 15 KiB`);
});
