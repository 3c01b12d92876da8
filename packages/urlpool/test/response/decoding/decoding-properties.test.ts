// Properties of decoding that no table can show: whatever was encoded comes back, however it is cut, and of any other bytes
// comes the same at once and step by step.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import fc from 'fast-check';
import type { DecodableCoding } from '../../../src/response/decoding/content-codings.ts';
import { atOnce, CODINGS, cutAt, encoded, inSteps } from './encoded.ts';

const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(fc.string({ maxLength: 5 }), fc.nat(5_000)).map(([text, times]) => Buffer.from(text.repeat(times))),
);
const coding = fc.constantFrom(...CODINGS);
const cuts = fc.array(fc.nat(2_000), { maxLength: 12 });
const RUNS = { numRuns: 150 };

/** Encoded by the last of these first, so that they are to be undone in this order. */
function encodedBy(codings: readonly DecodableCoding[], bytes: Buffer): Buffer {
  return codings.reduceRight((body, one) => encoded(one, body), bytes);
}

test('decoding gives back what was encoded, by any codings, cut anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(content, fc.array(coding, { minLength: 1, maxLength: 3 }), cuts, async (bytes, codings, at) => {
      const body = encodedBy(codings, bytes);
      assert.deepEqual(await inSteps(cutAt(body, at), codings), bytes);
      assert.deepEqual(atOnce(body, codings), bytes);
    }),
    RUNS,
  );
});

test('decoding gives back members of gzip at any level, whatever follows them', async () => {
  const rest = fc.uint8Array({ maxLength: 20 }).filter(([first]) => first !== 0x1f);
  const members = fc.array(fc.tuple(content, fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(members, rest, cuts, async (written, garbage, at) => {
      const body = Buffer.concat([...written.map(([bytes, level]) => zlib.gzipSync(bytes, { level })), garbage]);
      const bytes = Buffer.concat(written.map(([one]) => one));
      assert.deepEqual(await inSteps(cutAt(body, at), ['gzip']), bytes);
      const now = atOnce(body, ['gzip']);
      // The last bytes may look like a length of more than is decoded at once.
      if (now !== 'too-slow') assert.deepEqual(now, bytes);
    }),
    RUNS,
  );
});

test('decoding gives back bare deflate of any strategy and window', async () => {
  const options = fc.record({
    level: fc.integer({ min: 0, max: 9 }),
    windowBits: fc.integer({ min: 9, max: 15 }),
    strategy: fc.integer({ min: 0, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(content, options, cuts, async (bytes, how, at) => {
      const body = zlib.deflateRawSync(bytes, how);
      assert.deepEqual(await inSteps(cutAt(body, at), ['deflate']), bytes);
      assert.deepEqual(atOnce(body, ['deflate']), bytes);
    }),
    RUNS,
  );
});

test('decoding makes the same of a spoiled body, at once and cut anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(
      content,
      coding,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      cuts,
      async (bytes, one, at, bits, cut) => {
        const body = Buffer.from(encoded(one, bytes));
        body[at % body.length] = (body[at % body.length] ?? 0) ^ bits;
        assert.deepEqual(await inSteps(cutAt(body, cut), [one]), atOnce(body, [one]));
      },
    ),
    RUNS,
  );
});

test('decoding makes the same of any bytes, at once and cut anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), coding, cuts, async (bytes, one, cut) => {
      const body = Buffer.from(bytes);
      assert.deepEqual(await inSteps(cutAt(body, cut), [one]), atOnce(body, [one]));
    }),
    RUNS,
  );
});
