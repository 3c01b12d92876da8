// What comes of encoded bodies, the same at once and step by step, whole and byte by byte.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import zlib from 'node:zlib';
import { hasZstd } from '../../../src/request/content-coding.ts';
import type { DecodableCoding } from '../../../src/response/decoding/content-codings.ts';
import { deflateFormat } from '../../../src/response/decoding/deflate-format.ts';
import { atOnce, CODINGS, type Decoded, encoded, inSteps, noise, oneByOne, zstd } from './encoded.ts';

const HELLO = Buffer.from('hello, hello, hello');
const TEXT = Buffer.from('hello hello world '.repeat(40));
const EMPTY = Buffer.alloc(0);

function joined(...parts: (Buffer | string | readonly number[])[]): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(part as string)));
}

function gzip(bytes: Uint8Array): Buffer {
  return encoded('gzip', bytes);
}

/** A gzip member with a byte of its own in place of one of its own, counted from its end where that is negative. */
function spoiled(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 0x01;
  return copy;
}

/** A stored block with padding that makes it look like zlib: 0x78 0x01 and the length 1, then the last block. */
const LOOKS_LIKE_ZLIB = joined([0x78, 0x01, 0x00, 0xfe, 0xff], 'a', zlib.deflateRawSync('bc'));

/** zlib that begins as such a block would: its own stored block has the length 0xfefe. */
const LOOKS_LIKE_BARE = zlib.deflateSync(noise(0xfefe), { level: 0 });

// name, codings to undo, body, what comes of it
const CASES: (readonly [string, readonly DecodableCoding[], Buffer, Decoded])[] = [
  ['gzip of several members', ['gzip'], joined(gzip(HELLO), gzip(TEXT), gzip(HELLO)), joined(HELLO, TEXT, HELLO)],
  ['gzip with an empty member', ['gzip'], joined(gzip(HELLO), gzip(EMPTY), gzip(HELLO)), joined(HELLO, HELLO)],
  ['gzip of empty members', ['gzip'], joined(gzip(EMPTY), gzip(EMPTY)), EMPTY],
  [
    'gzip of a hundred members',
    ['gzip'],
    joined(...new Array(100).fill(gzip(HELLO))),
    joined(...new Array(100).fill(HELLO)),
  ],
  ['gzip of empty members without end', ['gzip'], joined(...new Array(1_001).fill(gzip(EMPTY))), 'false gzip'],
  ['gzip with zeros after it', ['gzip'], joined(gzip(HELLO), Buffer.alloc(100)), HELLO],
  ['gzip with text after it', ['gzip'], joined(gzip(HELLO), 'and more'), HELLO],
  ['gzip with text after several members', ['gzip'], joined(gzip(HELLO), gzip(TEXT), 'more'), joined(HELLO, TEXT)],
  ['gzip with nearly a member after it', ['gzip'], joined(gzip(HELLO), [0x1f, 0x8b, 0x07, 0]), HELLO],
  ['gzip whose second member has no end', ['gzip'], joined(gzip(HELLO), gzip(TEXT).subarray(0, -1)), 'cut gzip'],
  ['gzip whose second member is a beginning', ['gzip'], joined(gzip(HELLO), [0x1f]), 'cut gzip'],
  ['gzip whose second member is false', ['gzip'], joined(gzip(HELLO), spoiled(gzip(TEXT), -5)), 'false gzip'],
  ['gzip with another checksum', ['gzip'], spoiled(gzip(HELLO), -8), 'false gzip'],
  ['gzip with another length', ['gzip'], spoiled(gzip(HELLO), -1), 'false gzip'],
  ['gzip with false data', ['gzip'], joined(gzip(HELLO).subarray(0, 10), Buffer.alloc(30, 0xff)), 'false gzip'],
  ['gzip that is text', ['gzip'], HELLO, 'false gzip'],
  ['gzip that is zlib', ['gzip'], encoded('deflate', HELLO), 'false gzip'],
  ['deflate that is bare data', ['deflate'], zlib.deflateRawSync(TEXT), TEXT],
  ['deflate that is stored blocks', ['deflate'], zlib.deflateRawSync(TEXT, { level: 0 }), TEXT],
  ['deflate that is an empty block', ['deflate'], zlib.deflateRawSync(''), EMPTY],
  ['deflate with text after it', ['deflate'], joined(encoded('deflate', TEXT), 'more'), TEXT],
  ['bare deflate with text after it', ['deflate'], joined(zlib.deflateRawSync(TEXT), 'more'), TEXT],
  ['bare deflate that looks like zlib', ['deflate'], LOOKS_LIKE_ZLIB, Buffer.from('abc')],
  ['zlib that looks like bare deflate', ['deflate'], LOOKS_LIKE_BARE, noise(0xfefe)],
  ['deflate with another checksum', ['deflate'], spoiled(encoded('deflate', TEXT), -1), 'false deflate'],
  ['deflate that is gzip', ['deflate'], gzip(TEXT), 'false deflate'],
  ['deflate that needs a dictionary', ['deflate'], zlib.deflateSync(TEXT, { dictionary: HELLO }), 'false deflate'],
  ['br with text after it', ['br'], joined(encoded('br', TEXT), 'more'), TEXT],
  ['br that is false', ['br'], joined([0x1b, 0xff, 0xff], Buffer.alloc(50, 0xff)), 'false br'],
  ['two codings', ['br', 'gzip'], encoded('br', gzip(TEXT)), TEXT],
  ['the same coding five times', ['gzip', 'gzip', 'gzip', 'gzip', 'gzip'], gzip(gzip(gzip(gzip(gzip(TEXT))))), TEXT],
  ['bytes after each of two codings', ['br', 'gzip'], joined(encoded('br', joined(gzip(TEXT), 'x')), 'y'), TEXT],
  ['nothing within a coding', ['br', 'gzip'], encoded('br', EMPTY), EMPTY],
  ['two codings, the inner one cut', ['br', 'gzip'], encoded('br', gzip(TEXT).subarray(0, -1)), 'cut gzip'],
  ['two codings, the outer one cut', ['br', 'gzip'], encoded('br', gzip(noise(500))).subarray(0, -1), 'cut br'],
  ['two codings in the wrong order', ['gzip', 'br'], encoded('br', gzip(TEXT)), 'false gzip'],
];

if (hasZstd()) {
  const frame = encoded('zstd', TEXT);
  const toSkip = joined([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0], 'abc');
  const { ZSTD_c_windowLog } = zstd.constants;
  const wide = zstd.zstdCompressSync(noise(100), { params: { [ZSTD_c_windowLog]: 27 } });
  // Of a size that is not known when it is written, so that the window is not fitted to it.
  const wideFrame = joined(wide.subarray(0, 4), [0x00, 0x98], [0x01, 0, 0]);
  CASES.push(
    ['zstd of several frames', ['zstd'], joined(frame, encoded('zstd', HELLO)), joined(TEXT, HELLO)],
    ['zstd with frames to skip', ['zstd'], joined(toSkip, frame, toSkip, frame, toSkip), joined(TEXT, TEXT)],
    ['zstd with nothing but a frame to skip', ['zstd'], toSkip, EMPTY],
    ['zstd with an empty frame', ['zstd'], joined(frame, encoded('zstd', EMPTY)), TEXT],
    [
      'zstd of empty frames without end',
      ['zstd'],
      joined(...new Array(1_001).fill(encoded('zstd', EMPTY))),
      'false zstd',
    ],
    ['zstd with text after it', ['zstd'], joined(frame, 'more'), TEXT],
    ['zstd whose second frame has no end', ['zstd'], joined(frame, frame.subarray(0, -1)), 'cut zstd'],
    ['zstd whose second frame is a beginning', ['zstd'], joined(frame, [0x28, 0xb5]), 'cut zstd'],
    ['zstd with false data', ['zstd'], joined([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50, 0x25, 0, 0], '????'), 'false zstd'],
    ['zstd with a window of 512 MiB', ['zstd'], wideFrame, 'false zstd'],
    [
      'zstd of nothing that says it is of one byte',
      ['zstd'],
      joined([0x28, 0xb5, 0x2f, 0xfd, 0x20, 1, 1, 0, 0]),
      'false zstd',
    ],
    ['zstd that is text', ['zstd'], HELLO, 'false zstd'],
    ['zstd within gzip', ['gzip', 'zstd'], gzip(frame), TEXT],
  );
}

for (const coding of CODINGS) {
  CASES.push(
    [`${coding} of text`, [coding], encoded(coding, TEXT), TEXT],
    [`${coding} of one byte`, [coding], encoded(coding, Buffer.from('a')), Buffer.from('a')],
    [`${coding} of nothing`, [coding], encoded(coding, EMPTY), EMPTY],
    [`no bytes at all as ${coding}`, [coding], EMPTY, EMPTY],
    [`${coding} of what cannot be shortened`, [coding], encoded(coding, noise(2_000)), noise(2_000)],
  );
}

for (const [name, codings, body, expected] of CASES) {
  test(`decoding tells ${name}`, async () => {
    const now = codings.length > 0 ? atOnce(body, codings) : body;
    // Many members are left to zlib's streams.
    if (now !== 'too-slow') assert.deepEqual(now, expected);
    assert.deepEqual(await inSteps([body], codings), expected);
    assert.deepEqual(await inSteps(oneByOne(body), codings), expected);
    assert.deepEqual(await inSteps([EMPTY, body, EMPTY], codings), expected);
  });
}

for (const coding of CODINGS) {
  test(`decoding tells ${coding} that ends too soon, at every byte`, async () => {
    const body = encoded(coding, TEXT);
    for (let end = 1; end < body.length; end++) {
      const cut = body.subarray(0, end);
      assert.deepEqual([end, atOnce(cut, [coding])], [end, `cut ${coding}`]);
      assert.deepEqual([end, await inSteps([cut], [coding])], [end, `cut ${coding}`]);
      assert.deepEqual([end, await inSteps(oneByOne(cut), [coding])], [end, `cut ${coding}`]);
    }
  });
}

test('zlib and bare deflate can begin with bytes that are both', () => {
  assert.deepEqual([LOOKS_LIKE_ZLIB, LOOKS_LIKE_BARE].map(deflateFormat), [null, null]);
});

test('decoding tells bare deflate that ends too soon, at every byte', async () => {
  const body = zlib.deflateRawSync(TEXT);
  for (let end = 1; end < body.length; end++) {
    assert.equal(atOnce(body.subarray(0, end), ['deflate']), 'cut deflate');
    assert.equal(await inSteps([body.subarray(0, end)], ['deflate']), 'cut deflate');
  }
});
