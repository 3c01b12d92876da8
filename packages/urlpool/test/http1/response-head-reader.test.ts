// Status lines are tabled with whole responses in response-head-cases.ts; here is what a head reader's user sees.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitFault, PeerFault } from '../../src/http1/fault.ts';
import { MORE } from '../../src/http1/field-section-reader.ts';
import { ResponseHeadReader } from '../../src/http1/response-head-reader.ts';
import { DEFAULT_LIMITS, limitsFrom } from '../../src/policy/limits.ts';
import { inTwo, oneByOne } from './pieces.ts';

const HEAD = 'HTTP/1.0 404 Not Found\r\nA: b\r\n\r\n';

/** Reads latin1 text from the middle of a larger buffer; returns the position in the text, or MORE. */
function read(heads: ResponseHeadReader, text: string): number {
  const position = heads.read(Buffer.from(`\n${text}\n`, 'latin1'), 1, 1 + text.length);
  return position === MORE ? MORE : position - 1;
}

function toldBy(heads: ResponseHeadReader): unknown {
  return [heads.version, heads.status, heads.reason, heads.fields];
}

test('ResponseHeadReader.read() returns the position after the head', () => {
  const heads = new ResponseHeadReader(DEFAULT_LIMITS);
  assert.equal(read(heads, `${HEAD}rest`), HEAD.length);
  assert.deepEqual(toldBy(heads), ['1.0', 404, 'Not Found', ['A', 'b']]);
});

test('ResponseHeadReader.read() returns the position in the piece that ends the head', () => {
  for (const [first, second] of inTwo(HEAD)) {
    const heads = new ResponseHeadReader(DEFAULT_LIMITS);
    assert.equal(read(heads, first), MORE);
    assert.equal(read(heads, `${second}rest`), second.length, JSON.stringify(first));
    assert.deepEqual(toldBy(heads), ['1.0', 404, 'Not Found', ['A', 'b']]);
  }
});

test('ResponseHeadReader.read() reads head after head, nothing of one in the next', () => {
  const heads = new ResponseHeadReader(DEFAULT_LIMITS);
  read(heads, HEAD);
  const { fields } = heads;
  read(heads, 'HTTP/1.1 200\r\n\r\n');
  assert.deepEqual(
    [fields, toldBy(heads)],
    [
      ['A', 'b'],
      ['1.1', 200, '', []],
    ],
  );
});

test('ResponseHeadReader.begun is true from the first byte of a head to its last but one', () => {
  const heads = new ResponseHeadReader(DEFAULT_LIMITS);
  assert.equal(heads.begun, false);
  for (const byte of oneByOne(HEAD).slice(0, -1)) {
    read(heads, byte);
    assert.equal(heads.begun, true);
  }
  read(heads, '\n');
  assert.equal(heads.begun, false);
});

test('ResponseHeadReader.read() limits each head, its status line included', () => {
  const heads = new ResponseHeadReader(limitsFrom({ maxHeadBytes: HEAD.length }));
  for (let i = 0; i < 3; i++) assert.equal(read(heads, HEAD), HEAD.length);
  assert.throws(() => read(heads, HEAD.replace('b', 'bc')), LimitFault);
});

test('ResponseHeadReader.read() limits a status line whose end has not come', () => {
  const heads = new ResponseHeadReader(limitsFrom({ maxHeadBytes: 20 }));
  assert.equal(read(heads, 'HTTP/1.1 200 1234567'), MORE);
  assert.throws(() => read(heads, '8'), { limit: 'maxHeadBytes', message: 'more than 20 bytes of a status line' });
});

// As early as can be told: these bytes have no line end.
for (const text of ['h', 'HX', 'HTTP/2', '\r', '\n', ' ']) {
  test(`ResponseHeadReader.read() refuses ${JSON.stringify(text)} before a line ends`, () => {
    assert.throws(() => read(new ResponseHeadReader(DEFAULT_LIMITS), text), PeerFault);
  });
}

for (const text of ['HX', 'HTTX', 'HTTP/1,', 'HTTP/2']) {
  test(`ResponseHeadReader.read() refuses ${JSON.stringify(text)} as soon as its last byte comes`, () => {
    const heads = new ResponseHeadReader(DEFAULT_LIMITS);
    for (const byte of oneByOne(text.slice(0, -1))) assert.equal(read(heads, byte), MORE);
    assert.throws(() => read(heads, text.slice(-1)), PeerFault);
  });
}

for (const text of ['H', 'HTTP/1.', 'HTTP/1.1', 'HTTP/1.1 200', 'HTTP/1.1 200 ', 'HTTP/1.1 200 OK', 'HTTP/1.1 200\r']) {
  test(`ResponseHeadReader.read() waits for more after ${JSON.stringify(text)}`, () => {
    assert.equal(read(new ResponseHeadReader(DEFAULT_LIMITS), text), MORE);
  });
}
