import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { beginsMember, GzipHeader } from '../../../src/response/decoding/gzip-header.ts';
import { oneByOne } from './encoded.ts';

/** A header with these flags and what follows its ten bytes. */
function header(flags: number, ...parts: (string | readonly number[])[]): Buffer {
  const fixed = [0x1f, 0x8b, 0x08, flags, 1, 2, 3, 4, 0, 3];
  return Buffer.concat([fixed, ...parts].map((part) => Buffer.from(part as string)));
}

/** A header with the checksum of itself after it. */
function withChecksum(bytes: Buffer): Buffer {
  const sum = crc32(bytes);
  return Buffer.concat([bytes, Buffer.from([sum & 0xff, (sum >>> 8) & 0xff])]);
}

/** How many bytes of the input are the header; null where it is none, NaN where it has no end. */
function read(pieces: readonly Buffer[]): number | null {
  const reader = new GzipHeader(crc32);
  let length = 0;
  for (const piece of pieces) {
    const used = reader.read(piece);
    if (used === null) return null;
    length += used;
    if (reader.done) return length;
  }
  return Number.NaN;
}

const EXTRA = [4, 0, 1, 0, 2, 0] as const;
const LONG = 'n'.repeat(70_000);

// name, header
const VALID: readonly (readonly [string, Buffer])[] = [
  ['nothing but its ten bytes', header(0)],
  ['a flag for text', header(0x01)],
  ['an extra field', header(0x04, EXTRA)],
  ['an extra field of nothing', header(0x04, [0, 0])],
  ['an extra field of 256 bytes', header(0x04, [0, 1], 'x'.repeat(256))],
  ['a name', header(0x08, 'a.txt\0')],
  ['an empty name', header(0x08, '\0')],
  ['a name longer than any piece', header(0x08, `${LONG}\0`)],
  ['a comment', header(0x10, 'hello\0')],
  ['a checksum', withChecksum(header(0x02))],
  ['a name and a comment', header(0x18, 'a\0', 'b\0')],
  ['an extra field and a comment', header(0x14, EXTRA, 'b\0')],
  ['an extra field of nothing and a name', header(0x0c, [0, 0], 'a\0')],
  ['a name and a checksum', withChecksum(header(0x0a, 'a\0'))],
  ['all that there can be', withChecksum(header(0x1f, EXTRA, 'a\0', 'b\0'))],
];

for (const [name, bytes] of VALID) {
  test(`GzipHeader reads ${name}`, () => {
    const followed = Buffer.concat([bytes, Buffer.from('\0\0data')]);
    assert.equal(read([bytes]), bytes.length);
    assert.equal(read([followed]), bytes.length);
    assert.equal(read(oneByOne(followed)), bytes.length);
  });

  test(`GzipHeader waits for the end of ${name}`, () => {
    for (let end = 0; end < bytes.length; end += 1 + Math.floor(end / 100)) {
      assert.equal(read([bytes.subarray(0, end)]), Number.NaN);
    }
  });
}

const WRONG: readonly (readonly [string, Buffer])[] = [
  ['another first byte', Buffer.from([0x1e])],
  ['another second byte', Buffer.from([0x1f, 0x8c])],
  ['another method', Buffer.from([0x1f, 0x8b, 0x07])],
  ['a reserved flag', header(0x20)],
  ['another reserved flag', header(0x80)],
  ['text', Buffer.from('hello')],
  ['a wrong checksum', Buffer.concat([withChecksum(header(0x02)).subarray(0, -1), Buffer.from([0x55])])],
];

for (const [name, bytes] of WRONG) {
  test(`GzipHeader refuses ${name}`, () => {
    assert.equal(read([bytes]), null);
    assert.equal(read(oneByOne(bytes)), null);
  });
}

// bytes after a member, whether they begin another
const BEGINNINGS: readonly (readonly [readonly number[], boolean])[] = [
  [[], false],
  [[0x1f], true],
  [[0x1f, 0x8b], true],
  [[0x1f, 0x8b, 0x08], true],
  [[0x1f, 0x8b, 0x07], false],
  [[0x1f, 0x00], false],
  [[0x00], false],
  [[0x8b, 0x1f], false],
];

for (const [bytes, begins] of BEGINNINGS) {
  test(`beginsMember() is ${begins} for [${bytes}]`, () => assert.equal(beginsMember(Uint8Array.from(bytes)), begins));
}
