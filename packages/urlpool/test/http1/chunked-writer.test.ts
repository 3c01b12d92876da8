import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHUNK_END, chunkHead, lastChunk } from '../../src/http1/chunked-writer.ts';
import { LocalFault } from '../../src/http1/fault.ts';

// size, text
for (const [size, text] of [
  [1, '1\r\n'],
  [9, '9\r\n'],
  [10, 'a\r\n'],
  [16, '10\r\n'],
  [65536, '10000\r\n'],
  [Number.MAX_SAFE_INTEGER, '1fffffffffffff\r\n'],
] as const) {
  test(`chunkHead() writes ${size} in hexadecimal`, () => assert.equal(chunkHead(size), text));
}

for (const size of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
  test(`chunkHead() refuses a chunk of ${size} bytes`, () => {
    assert.throws(() => chunkHead(size), { name: 'LocalFault', message: `a chunk has 1 byte or more, not ${size}` });
  });
}

test('CHUNK_END is a line end', () => assert.equal(CHUNK_END, '\r\n'));

// name, trailers, text
for (const [name, trailers, text] of [
  ['alone', [], '0\r\n\r\n'],
  ['with a trailer', ['A', 'b'], '0\r\nA: b\r\n\r\n'],
  ['with repeated trailers in order', ['A', '1', 'B', '2', 'a', '3'], '0\r\nA: 1\r\nB: 2\r\na: 3\r\n\r\n'],
  ['with an empty value', ['A', ''], '0\r\nA: \r\n\r\n'],
  ['with octets above 0x7F', ['A', '\xe9'], '0\r\nA: \xe9\r\n\r\n'],
] as const) {
  test(`lastChunk() writes the last chunk ${name}`, () => assert.equal(lastChunk(trailers), text));
}

// name, trailers
for (const [name, trailers] of [
  ['a name with a space', ['A b', 'c']],
  ['an empty name', ['', 'c']],
  ['a line end in a value', ['A', 'b\r\nC: d']],
  ['a NUL in a value', ['A', '\0']],
  ['a character above U+00FF in a value', ['A', '\u0100']],
  ['a malformed second field', ['A', 'b', 'C:', 'd']],
] as const) {
  test(`lastChunk() refuses ${name}`, () => {
    assert.throws(() => lastChunk(trailers), { name: 'LocalFault', message: /^a malformed trailer field: "/ });
  });
}

for (const name of [
  'Authorization',
  'Connection',
  'Content-Encoding',
  'content-length',
  'Content-Range',
  'Content-Type',
  'HOST',
  'TE',
  'Trailer',
  'Transfer-Encoding',
]) {
  test(`lastChunk() refuses ${name}, which must not stand in trailers`, () => {
    assert.throws(() => lastChunk(['A', 'b', name, 'x']), new LocalFault(`${name} must not stand in trailers`));
  });
}
