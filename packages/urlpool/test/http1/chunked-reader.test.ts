// Chunked bodies are tabled with whole responses in response-body-cases.ts; here is what a chunk reader's user sees.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChunkedReader } from '../../src/http1/chunked-reader.ts';
import { DEFAULT_LIMITS, limitsFrom } from '../../src/policy/limits.ts';
import { oneByOne } from './pieces.ts';

const BODY = '5 ;x\r\nhello\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n';

function readAll(reader: ChunkedReader, text: string, sink: (piece: string) => boolean = () => true): number {
  const bytes = Buffer.from(text, 'latin1');
  return reader.read(bytes, 0, bytes.length, (piece) => sink(piece.toString('latin1')));
}

test('ChunkedReader.read() returns the position after the body', () => {
  const reader = new ChunkedReader(DEFAULT_LIMITS);
  assert.equal(readAll(reader, `${BODY}rest`), BODY.length);
  assert.deepEqual(reader.trailers, ['A', 'b']);
});

test('ChunkedReader.read() reads from a position to another', () => {
  const reader = new ChunkedReader(DEFAULT_LIMITS);
  const pieces: string[] = [];
  const bytes = Buffer.from('xx2\r\nabcd');
  const taken = reader.read(bytes, 2, 7, (piece) => pieces.push(piece.toString()) > 0);
  assert.deepEqual([taken, pieces], [7, ['ab']]);
});

test('ChunkedReader.read() takes nothing once the body is done', () => {
  const reader = new ChunkedReader(DEFAULT_LIMITS);
  readAll(reader, BODY);
  assert.equal(readAll(reader, BODY), 0);
});

test('ChunkedReader.read() returns after the piece for which the sink said no', () => {
  const reader = new ChunkedReader(DEFAULT_LIMITS);
  assert.equal(
    readAll(reader, BODY, () => false),
    '5 ;x\r\nhello'.length,
  );
});

test('ChunkedReader.read() goes on where the sink had said no', () => {
  const reader = new ChunkedReader(DEFAULT_LIMITS);
  const pieces: string[] = [];
  const sink = (piece: string): boolean => {
    pieces.push(piece);
    return false;
  };
  let at = 0;
  for (let reads = 0; reads < 3; reads++) at += readAll(reader, BODY.slice(at), sink);
  assert.deepEqual([pieces, at, reader.done], [['hello', '!'], BODY.length, true]);
});

test('ChunkedReader.done is false up to the last byte', () => {
  const reader = new ChunkedReader(DEFAULT_LIMITS);
  for (const byte of oneByOne(BODY)) {
    assert.equal(reader.done, false);
    readAll(reader, byte);
  }
  assert.equal(reader.done, true);
});

// name, what was read before, limits
const LEFT_OVERS = [
  ['digits of a size', '000000000000000', {}],
  ['blanks after a size', `5${' '.repeat(256)}`, {}],
  ['the beginning of a chunk', 'fffff\r\nabc', {}],
  ['extensions', '1;abc', { maxChunkExtensionBytes: 4 }],
  ['trailers', '0\r\nC: d\r\nE: ', { maxTrailerBytes: 9 }],
  ['a whole body', BODY, { maxChunkExtensionBytes: 2, maxTrailerBytes: 8, maxFields: 1 }],
] as const;

for (const [name, before, limits] of LEFT_OVERS) {
  test(`ChunkedReader.reset() forgets ${name}`, () => {
    const reader = new ChunkedReader(limitsFrom(limits));
    readAll(reader, before);
    reader.reset();
    assert.equal(reader.done, false);
    const pieces: string[] = [];
    const taken = readAll(reader, BODY, (piece) => pieces.push(piece) > 0);
    assert.deepEqual([taken, pieces, reader.trailers], [BODY.length, ['hello', '!'], ['A', 'b']]);
  });
}

// what was read, where
const POSITIONS = [
  ['', 'between chunks'],
  ['5', 'between chunks'],
  ['5;x', 'between chunks'],
  ['5\r\n', '5 bytes before the end of a chunk'],
  ['5\r\nhell', '1 bytes before the end of a chunk'],
  ['5\r\nhello', 'between chunks'],
  ['5\r\nhello\r\n', 'between chunks'],
  ['0\r\n', 'before the end of the trailers'],
  ['0\r\nA: b', 'before the end of the trailers'],
] as const;

for (const [text, position] of POSITIONS) {
  test(`ChunkedReader.position is "${position}" after ${JSON.stringify(text)}`, () => {
    const reader = new ChunkedReader(DEFAULT_LIMITS);
    readAll(reader, text);
    assert.equal(reader.position, position);
  });
}

// body, message
const MESSAGES = [
  ['x', 'a chunk size begins with "x" (§7.1)'],
  [' 2', 'a chunk size begins with 0x20 (§7.1)'],
  ['\r\n', 'a chunk size begins with 0x0d (§7.1)'],
  ['~', 'a chunk size begins with "~" (§7.1)'],
  ['\x7f', 'a chunk size begins with 0x7f (§7.1)'],
  ['!', 'a chunk size begins with "!" (§7.1)'],
  ['2x', '"x" after a chunk size (RFC 9112 §7.1)'],
  ['2\n', '0x0a after a chunk size (RFC 9112 §7.1)'],
  [`2${' '.repeat(257)}`, 'more than 256 blanks after a chunk size'],
  ['2;\n', '0x0a in a chunk extension (RFC 9112 §7.1.1)'],
  ['2\rx', 'a carriage return without a line feed in a chunk size line'],
  ['2\r\nabc', '"c" after the last byte of a chunk (§7.1)'],
  ['2\r\nab\rc', 'a carriage return without a line feed after a chunk'],
  ['20000000000000', 'a chunk size above 2^53 - 1 or of more than 16 digits (RFC 9112 §7.1)'],
  ['00000000000000000', 'a chunk size above 2^53 - 1 or of more than 16 digits (RFC 9112 §7.1)'],
] as const;

for (const [body, message] of MESSAGES) {
  test(`ChunkedReader.read() says ${JSON.stringify(message)} of ${JSON.stringify(body)}`, () => {
    assert.throws(() => readAll(new ChunkedReader(DEFAULT_LIMITS), body), { kind: 'protocol', message });
  });
}

test('ChunkedReader.read() says how many bytes extensions may have', () => {
  const reader = new ChunkedReader(limitsFrom({ maxChunkExtensionBytes: 3 }));
  assert.throws(() => readAll(reader, '1;abc'), {
    limit: 'maxChunkExtensionBytes',
    message: 'more than 3 bytes of chunk extensions',
  });
});
