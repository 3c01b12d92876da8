import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasZstd } from '../../../src/request/content-coding.ts';
import { beginsFrame, skippableBytes, ZstdFrame } from '../../../src/response/decoding/zstd-frame.ts';
import { noise, oneByOne, zstd } from './encoded.ts';

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const;
/** A last block of three bytes as they are: header, then content. */
const LAST_RAW = [0x19, 0, 0, 1, 2, 3] as const;
/** A last block of 100 times one byte. */
const LAST_REPEATED = [0x23, 3, 0, 7] as const;

/** How many bytes of the input are the frame; null where it is none, NaN where it has no end. */
function read(pieces: readonly Buffer[]): number | null {
  const frame = new ZstdFrame();
  let length = 0;
  for (const piece of pieces) {
    const used = frame.read(piece);
    if (used === null) return null;
    length += used;
    if (frame.done) return length;
  }
  return Number.NaN;
}

function zeros(count: number): number[] {
  return new Array(count).fill(0);
}

// name, frame
const VALID: readonly (readonly [string, readonly number[]])[] = [
  ['with a window', [...MAGIC, 0x00, 0x50, ...LAST_RAW]],
  ['of a single segment', [...MAGIC, 0x20, 3, ...LAST_RAW]],
  ['with a size of two bytes', [...MAGIC, 0x40, 0x50, 0, 0, ...LAST_RAW]],
  ['with a size of four bytes', [...MAGIC, 0x80, 0x50, ...zeros(4), ...LAST_RAW]],
  ['with a size of eight bytes', [...MAGIC, 0xc0, 0x50, ...zeros(8), ...LAST_RAW]],
  ['of a single segment with a size of eight bytes', [...MAGIC, 0xe0, ...zeros(8), ...LAST_RAW]],
  ['with the number of a dictionary of one byte', [...MAGIC, 0x01, 0x50, 9, ...LAST_RAW]],
  ['with the number of a dictionary of four bytes', [...MAGIC, 0x03, 0x50, 9, 9, 9, 9, ...LAST_RAW]],
  ['with a checksum', [...MAGIC, 0x04, 0x50, ...LAST_RAW, 1, 2, 3, 4]],
  ['with a block of a repeated byte', [...MAGIC, 0x00, 0x50, ...LAST_REPEATED]],
  ['with several blocks', [...MAGIC, 0x00, 0x50, 0x18, 0, 0, 1, 2, 3, 0x22, 3, 0, 7, ...LAST_RAW]],
  ['with empty blocks', [...MAGIC, 0x00, 0x50, 0, 0, 0, 1, 0, 0]],
  ['to skip', [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]],
  ['to skip, of the last kind', [0x5f, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 1]],
  ['to skip, of nothing', [0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]],
];

for (const [name, numbers] of VALID) {
  const bytes = Buffer.from(numbers);

  test(`ZstdFrame finds the end of a frame ${name}`, () => {
    const followed = Buffer.concat([bytes, Buffer.from('data')]);
    assert.equal(read([bytes]), bytes.length);
    assert.equal(read([followed]), bytes.length);
    assert.equal(read(oneByOne(followed)), bytes.length);
  });

  test(`ZstdFrame waits for the end of a frame ${name}`, () => {
    for (let end = 0; end < bytes.length; end++) assert.equal(read([bytes.subarray(0, end)]), Number.NaN);
  });
}

const WRONG: readonly (readonly [string, readonly number[]])[] = [
  ['another magic number', [0x28, 0xb5, 0x2f, 0xfc]],
  ['a magic number beside those to skip', [0x60, 0x2a, 0x4d, 0x18]],
  ['a reserved bit', [...MAGIC, 0x08]],
  ['a reserved kind of block', [...MAGIC, 0x00, 0x50, 0x07, 0, 0]],
];

for (const [name, bytes] of WRONG) {
  test(`ZstdFrame refuses ${name}`, () => {
    assert.equal(read([Buffer.from(bytes)]), null);
    assert.equal(read(oneByOne(Buffer.from(bytes))), null);
  });
}

test('ZstdFrame says of a frame to skip that it is one', () => {
  const [toSkip, other] = [new ZstdFrame(), new ZstdFrame()];
  toSkip.read(Buffer.from([0x57, 0x2a, 0x4d, 0x18]));
  other.read(Buffer.from(MAGIC));
  assert.deepEqual([toSkip.skippable, other.skippable], [true, false]);
});

test('ZstdFrame finds the end of what zlib writes', { skip: !hasZstd() }, () => {
  const { ZSTD_c_checksumFlag } = zstd.constants;
  for (const size of [0, 1, 255, 256, 65_791, 65_792, 300_000]) {
    for (const content of [noise(size), Buffer.alloc(size), Buffer.from('text '.repeat(size / 5))]) {
      for (const checksum of [0, 1]) {
        const bytes = zstd.zstdCompressSync(content, { params: { [ZSTD_c_checksumFlag]: checksum } });
        assert.equal(read([Buffer.concat([bytes, bytes])]), bytes.length);
        assert.equal(read([bytes.subarray(0, -1)]), Number.NaN);
      }
    }
  }
});

// frame, length, whether it may be that of the content
const LENGTHS: readonly (readonly [readonly number[], number, boolean])[] = [
  [[...MAGIC, 0x20, 3, ...LAST_RAW], 3, true],
  [[...MAGIC, 0x20, 3, ...LAST_RAW], 4, false],
  [[...MAGIC, 0x40, 0x50, 2, 1, ...LAST_RAW], 256 + 258, true],
  [[...MAGIC, 0x40, 0x50, 2, 1, ...LAST_RAW], 258, false],
  [[...MAGIC, 0x80, 0x50, 1, 0, 0, 1, ...LAST_RAW], 2 ** 24 + 1, true],
  [[...MAGIC, 0xc2, 0x50, 9, 9, 1, 0, 0, 0, 1, 0, 0, 0, ...LAST_RAW], 2 ** 32 + 1, true],
  [[...MAGIC, 0x00, 0x50, ...LAST_RAW], 7, true],
];

for (const [bytes, length, holds] of LENGTHS) {
  test(`ZstdFrame holds ${length} bytes of [${bytes.slice(4, -LAST_RAW.length)}]: ${holds}`, () => {
    const frame = new ZstdFrame();
    frame.read(Buffer.from(bytes));
    assert.deepEqual([frame.done, frame.holds(length)], [true, holds]);
  });
}

// bytes after a frame, whether they begin another
const BEGINNINGS: readonly (readonly [readonly number[], boolean])[] = [
  [[], false],
  [[0x28], true],
  [[...MAGIC, 0], true],
  [[0x5a], true],
  [[0x5a, 0x2a, 0x4d, 0x18], true],
  [[0x5a, 0x2b], false],
  [[0x28, 0x2a], false],
  [[0x00], false],
];

for (const [bytes, begins] of BEGINNINGS) {
  test(`beginsFrame() is ${begins} for [${bytes}]`, () => assert.equal(beginsFrame(Uint8Array.from(bytes)), begins));
}

const EMPTY_TO_SKIP = [0x53, 0x2a, 0x4d, 0x18, 0, 0, 0, 0] as const;

// bytes, how many are frames to skip
const SKIPPABLE: readonly (readonly [readonly number[], number])[] = [
  [[], 0],
  [EMPTY_TO_SKIP, 8],
  [[...EMPTY_TO_SKIP, ...EMPTY_TO_SKIP], 16],
  [[...EMPTY_TO_SKIP, 0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2, 9], 18],
  [[...EMPTY_TO_SKIP, 0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1], 8],
  [[...EMPTY_TO_SKIP, 0x50, 0x2a, 0x4d], 8],
  [[...EMPTY_TO_SKIP, ...MAGIC, 0, 0, 0, 0], 8],
  [[...MAGIC, 0, 0, 0, 0], 0],
  [[0x60, 0x2a, 0x4d, 0x18, 0, 0, 0, 0], 0],
];

for (const [bytes, count] of SKIPPABLE) {
  test(`skippableBytes() is ${count} for [${bytes}]`, () => assert.equal(skippableBytes(Buffer.from(bytes)), count));
}
