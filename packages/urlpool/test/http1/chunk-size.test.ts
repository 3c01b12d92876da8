// The size line of every chunk is read anew: nothing of the one before it may count.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkedReader } from '../../src/http1/chunked-reader.ts';
import { DEFAULT_LIMITS } from '../../src/policy/limits.ts';

function read(reader: ChunkedReader, text: string): number {
  return reader.read(Buffer.from(text, 'latin1'), 0, text.length, () => true);
}

// name, body
for (const [name, body] of [
  ['of 16 digits after a chunk', '1\r\na\r\n0000000000000001\r\nb\r\n0\r\n\r\n'],
  ['of 16 digits after a chunk of 16 digits', '0000000000000001\r\na\r\n0000000000000000\r\n\r\n'],
  ['with 256 blanks after one with 256 blanks', `1${' '.repeat(256)}\r\na\r\n0${' '.repeat(256)}\r\n\r\n`],
] as const) {
  test(`ChunkedReader.read() reads a size ${name}`, () => {
    assert.equal(read(new ChunkedReader(DEFAULT_LIMITS), body), body.length);
  });
}

// name, body, message
for (const [name, body, message] of [
  ['an empty line that would read as the last chunk', '1\r\na\r\n\r\n\r\n', 'a chunk size begins with 0x0d (§7.1)'],
  ['an extension without a size', '1\r\na\r\n;b\r\n\r\n', 'a chunk size begins with ";" (§7.1)'],
  ['a blank without a size', '1\r\na\r\n \r\n\r\n', 'a chunk size begins with 0x20 (§7.1)'],
] as const) {
  test(`ChunkedReader.read() refuses ${name} after a chunk`, () => {
    assert.throws(() => read(new ChunkedReader(DEFAULT_LIMITS), body), { kind: 'protocol', message });
  });
}

test('ChunkedReader.reset() forgets as many digits as a size may have', () => {
  const reader = new ChunkedReader(DEFAULT_LIMITS);
  read(reader, '0000000000000000');
  reader.reset();
  assert.equal(read(reader, '0\r\n\r\n'), 5);
});
