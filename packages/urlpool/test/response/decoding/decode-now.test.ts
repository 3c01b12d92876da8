// What is decoded at once, and what is left for zlib's streams.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeNow, NOW_INPUT_BYTES, NOW_OUTPUT_BYTES } from '../../../src/response/decoding/decode-now.ts';
import { decodeSmall } from '../../../src/response/decoding/decode-small.ts';
import { CODINGS, encoded, noise, OF } from './encoded.ts';

const UNLIMITED = Number.POSITIVE_INFINITY;

for (const coding of CODINGS) {
  const body = encoded(coding, Buffer.alloc(1_000, 'ab'));

  test(`decodeNow() holds ${coding} to its limit, and not to less`, () => {
    assert.equal(decodeNow(body, [coding], 1_000).length, 1_000);
    assert.equal(decodeNow(body, [coding], 999), 'too-long');
    assert.equal(decodeNow(body, [coding], 1), 'too-long');
    assert.equal(decodeNow(body, [coding], 0), 'too-long');
    assert.deepEqual(decodeNow(encoded(coding, Buffer.alloc(0)), [coding], 0), Buffer.alloc(0));
  });

  test(`decodeNow() leaves ${coding} of which too much comes`, () => {
    const most = encoded(coding, Buffer.alloc(NOW_OUTPUT_BYTES));
    assert.deepEqual(decodeNow(most, [coding], UNLIMITED), Buffer.alloc(NOW_OUTPUT_BYTES));
    const more = encoded(coding, Buffer.alloc(NOW_OUTPUT_BYTES + 1));
    assert.equal(decodeNow(more, [coding], UNLIMITED), 'too-slow');
    assert.ok(['too-slow', 'too-long'].includes(`${decodeNow(more, [coding], 1_000)}`));
  });

  test(`decodeNow() leaves ${coding} that is long`, () => {
    assert.equal(decodeNow(encoded(coding, noise(NOW_INPUT_BYTES)), [coding], UNLIMITED), 'too-slow');
    assert.equal(
      decodeNow(encoded(coding, noise(NOW_INPUT_BYTES - 100)), [coding], UNLIMITED).length,
      NOW_INPUT_BYTES - 100,
    );
  });

  test(`decodeNow() keeps little more memory alive than ${coding} gives`, () => {
    for (const size of [50_000, 300_000]) {
      const body = decodeNow(encoded(coding, Buffer.alloc(size, 'hello ')), [coding], UNLIMITED);
      assert.ok(body instanceof Buffer && body.buffer.byteLength <= size * 1.13, `${size}`);
    }
  });
}

test('decodeNow() lets several codings share what one may take', () => {
  const inner = encoded('gzip', Buffer.alloc(NOW_OUTPUT_BYTES));
  assert.equal(decodeNow(encoded('br', inner), ['br', 'gzip'], UNLIMITED), 'too-slow');
  assert.equal(decodeNow(inner, ['gzip'], UNLIMITED).length, NOW_OUTPUT_BYTES);
});

test('decodeNow() bounds the last coding alone', () => {
  const body = encoded('br', encoded('gzip', Buffer.from('a')));
  assert.deepEqual(decodeNow(body, ['br', 'gzip'], 1), Buffer.from('a'));
});

test('decodeNow() leaves gzip of many members', () => {
  const member = encoded('gzip', Buffer.alloc(0));
  assert.equal(decodeNow(Buffer.concat(new Array(1_000).fill(member)), ['gzip'], UNLIMITED), 'too-slow');
});

test('decodeNow() is not misled by a length that bytes after gzip seem to give', () => {
  for (const length of [0, 1, 1_000, 600_000, 0xffffffff]) {
    const last = Buffer.alloc(8);
    last.writeUInt32LE(length, 4);
    const body = Buffer.concat([encoded('gzip', Buffer.from('hello')), last]);
    const now = decodeNow(body, ['gzip'], UNLIMITED);
    assert.ok(now === 'too-slow' || `${now}` === 'hello');
  }
});

test('decodeSmall() says what was wrong, with which coding, after how much, and what to do', () => {
  const body = encoded('gzip', Buffer.from('hello')).subarray(0, -1);
  assert.throws(() => decodeSmall(body, ['gzip'], { of: OF, most: 10 }), {
    name: 'DecodeError',
    code: 'ERR_DECODE',
    phase: 'body',
    method: 'GET',
    url: 'http://h/a',
    attempt: 2,
    message: `Cannot decode the body of GET http://h/a: it ends in the middle of its coding gzip, after ${body.length} bytes; use decodeContent: false to look at the bytes`,
  });
  assert.throws(() => decodeSmall(Buffer.from('hello'), ['gzip'], { of: OF, most: 10 }), {
    message:
      'Cannot decode the body of GET http://h/a: it is not the gzip that its Content-Encoding says (it has no gzip header); 5 bytes of it had come; use decodeContent: false to look at the bytes',
  });
});

test('decodeSmall() refuses more than five codings', () => {
  assert.throws(() => decodeSmall(Buffer.from('x'), new Array(6).fill('br'), { of: OF, most: 10 }), {
    name: 'LimitError',
    code: 'ERR_LIMIT',
    limit: 'codings',
    message: /it has 6 codings, and 5 are undone at most/,
  });
});
