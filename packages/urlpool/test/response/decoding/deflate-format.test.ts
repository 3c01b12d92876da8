import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { deflateFormat } from '../../../src/response/decoding/deflate-format.ts';

// name, first bytes, what they are
const CASES: readonly (readonly [string, readonly number[], 'zlib' | 'raw' | null])[] = [
  ['zlib of the usual window', [0x78, 0x9c, 0xcb, 0x48, 0xcd], 'zlib'],
  ['zlib of the fastest level', [0x78, 0x01, 0xcb, 0x48, 0xcd], 'zlib'],
  ['zlib of the smallest window', [0x08, 0x1d, 0xcb, 0x48, 0xcd], 'zlib'],
  ['zlib that is cut after its header', [0x78, 0x9c], 'zlib'],
  ['zlib with a dictionary', [0x78, 0xbb, 1, 2, 3], 'zlib'],
  ['bare data of the fixed codes', [0xcb, 0x48, 0xcd, 0xc9, 0xc9], 'raw'],
  ['bare data of codes of its own', [0x4d, 0x8e, 0xc1, 0x0a, 0xc2], 'raw'],
  ['a stored block', [0x01, 0x05, 0x00, 0xfa, 0xff], 'raw'],
  ['a header whose check fails', [0x78, 0x9d, 0xcb, 0x48, 0xcd], 'raw'],
  ['a window larger than there is', [0x88, 0x1c, 0xcb, 0x48, 0xcd], 'raw'],
  ['another method', [0x79, 0x9c, 0xcb, 0x48, 0xcd], 'raw'],
  ['one byte', [0x78], 'raw'],
  ['nothing', [], 'raw'],
  ['a stored block whose padding looks like zlib', [0x78, 0x01, 0x00, 0xfe, 0xff], null],
];

for (const [name, bytes, format] of CASES) {
  test(`deflateFormat() is ${format} for ${name}`, () => {
    assert.equal(deflateFormat(Uint8Array.from(bytes)), format);
  });
}

test('deflateFormat() knows what zlib writes', () => {
  for (const level of [0, 1, 6, 9]) {
    for (const windowBits of [9, 12, 15]) {
      for (const text of ['', 'a', 'hello '.repeat(1_000)]) {
        assert.equal(deflateFormat(zlib.deflateSync(text, { level, windowBits })), 'zlib');
        assert.equal(deflateFormat(zlib.deflateRawSync(text, { level, windowBits })), 'raw');
      }
    }
  }
});
