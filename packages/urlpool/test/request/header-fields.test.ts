import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fields } from '../../src/message/fields.ts';
import { fieldsFrom, type HeadersInput, mergeFields } from '../../src/request/header-fields.ts';

const BASE: Fields = ['Host', 'h', 'Accept', '*/*', 'User-Agent', 'urlpool', 'accept', 'text/plain'];

function merged(own: HeadersInput, base: Fields = BASE): Fields {
  return mergeFields(base, own).block.fields;
}

// name, own fields, merged fields
const MERGED: readonly (readonly [string, HeadersInput, Fields])[] = [
  ['nothing', {}, BASE],
  ['a field of a new name, at the end', { A: 'b' }, [...BASE, 'A', 'b']],
  ['fields in their order and case', { b: '1', A: '2' }, [...BASE, 'b', '1', 'A', '2']],
  ['a field in place of all of its name', { ACCEPT: 'a' }, ['Host', 'h', 'User-Agent', 'urlpool', 'ACCEPT', 'a']],
  ['a number', { A: 5, B: 0, C: -1.5 }, [...BASE, 'A', '5', 'B', '0', 'C', '-1.5']],
  ['an empty value', { A: '' }, [...BASE, 'A', '']],
  ['a list as repeated fields', { A: ['1', '2'] }, [...BASE, 'A', '1', 'A', '2']],
  ['null, which removes a default', { 'user-agent': null }, ['Host', 'h', 'Accept', '*/*', 'accept', 'text/plain']],
  ['null, which removes all defaults of a name', { Accept: null }, ['Host', 'h', 'User-Agent', 'urlpool']],
  ['null for a name that is absent', { A: null }, BASE],
  ['undefined, which changes nothing', { 'User-Agent': undefined, A: undefined }, BASE],
  ['whitespace around a value, stripped', { A: ' \tb c\t ' }, [...BASE, 'A', 'b c']],
  ['only spaces and tabs, stripped', { A: '\xa0b\xa0' }, [...BASE, 'A', '\xa0b\xa0']],
  ['octets above 0x7F', { A: '\xe9' }, [...BASE, 'A', '\xe9']],
  [
    'pairs, repeated ones apart',
    [
      ['A', '1'],
      ['b', '2'],
      ['a', '3'],
    ],
    [...BASE, 'A', '1', 'b', '2', 'a', '3'],
  ],
  [
    'a Map',
    new Map([
      ['A', '1'],
      ['Accept', 'x'],
    ]),
    ['Host', 'h', 'User-Agent', 'urlpool', 'A', '1', 'Accept', 'x'],
  ],
  [
    'Headers',
    new Headers([
      ['B', '1'],
      ['A', '2'],
      ['a', '3'],
    ]),
    [...BASE, 'a', '2, 3', 'b', '1'],
  ],
  [
    'Headers with several Set-Cookies',
    new Headers([
      ['Set-Cookie', '1'],
      ['Set-Cookie', '2'],
    ]),
    [...BASE, 'set-cookie', '1', 'set-cookie', '2'],
  ],
  [
    'a Host, which comes first',
    { A: 'b', host: 'other' },
    ['host', 'other', 'Accept', '*/*', 'User-Agent', 'urlpool', 'accept', 'text/plain', 'A', 'b'],
  ],
  ['Connection', { Connection: 'close' }, [...BASE, 'Connection', 'close']],
  ['a Content-Length, which is left out', { 'Content-Length': '5', A: 'b' }, [...BASE, 'A', 'b']],
];

for (const [name, own, fields] of MERGED) {
  test(`mergeFields() takes ${name}`, () => assert.deepEqual(merged(own), fields));
}

test('mergeFields() takes own fields where there are no defaults', () => {
  assert.deepEqual(merged({ A: 'b', Host: 'h' }, []), ['Host', 'h', 'A', 'b']);
});

test('mergeFields() leaves the defaults as they were', () => {
  const base = ['Host', 'h', 'A', 'b'];
  mergeFields(base, { A: null, Host: 'other', C: 'd' });
  assert.deepEqual(base, ['Host', 'h', 'A', 'b']);
});

test('mergeFields() leaves the text to whoever writes it', () => {
  assert.equal(mergeFields(BASE, {}).block.text, null);
});

// name, own fields, close, hasIdempotencyKey, contentLength
const TRAITS: readonly (readonly [string, HeadersInput, boolean, boolean, number | null])[] = [
  ['nothing', {}, false, false, null],
  ['Connection: close', { Connection: 'close' }, true, false, null],
  ['connection: Close', { connection: 'Close' }, true, false, null],
  ['close among options', { Connection: 'a ,\tCLOSE ,b' }, true, false, null],
  ['close in one of two fields', { Connection: ['close', 'upgrade'] }, true, false, null],
  ['close in the other of two fields', { Connection: ['upgrade', 'close'] }, true, false, null],
  ['Connection: keep-alive', { Connection: 'keep-alive' }, false, false, null],
  ['Connection: closed', { Connection: 'closed' }, false, false, null],
  ['close in another field', { Connections: 'close' }, false, false, null],
  ['an Idempotency-Key', { 'Idempotency-Key': '1' }, false, true, null],
  ['an X-Idempotency-Key', { 'x-idempotency-key': '1' }, false, true, null],
  ['no Idempotency-Key', { 'Idempotency-Key': null }, false, false, null],
  ['a Content-Length', { 'content-length': '5' }, false, false, 5],
  ['a Content-Length as a number', { 'Content-Length': 5 }, false, false, 5],
  ['a Content-Length of 0', { 'Content-Length': '0' }, false, false, 0],
  ['a Content-Length of 15 digits', { 'Content-Length': '999999999999999' }, false, false, 999_999_999_999_999],
  [
    'the same Content-Length twice',
    [
      ['Content-Length', '5'],
      ['content-length', '05'],
    ],
    false,
    false,
    5,
  ],
  ['no Content-Length', { 'Content-Length': null }, false, false, null],
];

for (const [name, own, close, hasIdempotencyKey, contentLength] of TRAITS) {
  test(`mergeFields() finds ${name}`, () => {
    const { block, contentLength: found } = mergeFields(BASE, own);
    assert.deepEqual([block.close, block.hasIdempotencyKey, found], [close, hasIdempotencyKey, contentLength]);
  });
}

const TOKEN = 'a field name is a token (RFC 9110 §5.1)';
const VALUE = 'its value holds a control character or one above U+00FF (RFC 9110 §5.5)';
const FRAMED = 'the body decides how it is framed: leave the field out';

// name, own fields, message
const REFUSED: readonly (readonly [string, HeadersInput, string])[] = [
  ['an empty name', { '': 'a' }, `"": ${TOKEN}`],
  ['a space in a name', { 'A b': 'c' }, `"A b": ${TOKEN}`],
  ['a colon in a name', { 'A:': 'b' }, `"A:": ${TOKEN}`],
  ['a line end in a name', { 'A\r\nB': 'c' }, `"A\\r\\nB": ${TOKEN}`],
  ['a bad name of a field to be removed', { 'A b': null }, `"A b": ${TOKEN}`],
  ['a letter above 0x7F in a name', { '\xe9': 'a' }, `"\xe9": ${TOKEN}`],
  ['a line end in a value', { A: 'b\r\nC: d' }, `A: ${VALUE}`],
  ['a bare LF in a value', { A: 'b\nc' }, `A: ${VALUE}`],
  ['a line end after a value', { A: 'b\n' }, `A: ${VALUE}`],
  ['a NUL in a value', { A: '\0' }, `A: ${VALUE}`],
  ['a character above U+00FF in a value', { A: '\u0100' }, `A: ${VALUE}`],
  ['a bad value in a list', { A: ['b', 'c\n'] }, `A: ${VALUE}`],
  ['a Transfer-Encoding', { 'Transfer-Encoding': 'chunked' }, `Transfer-Encoding: ${FRAMED}`],
  ['a transfer-encoding', { 'transfer-encoding': 'identity' }, `transfer-encoding: ${FRAMED}`],
  ['a Content-Length that is no number', { 'Content-Length': 'x' }, 'Content-Length: "x" is not one length in bytes'],
  ['an empty Content-Length', { 'Content-Length': '' }, 'Content-Length: "" is not one length in bytes'],
  ['a negative Content-Length', { 'Content-Length': -1 }, 'Content-Length: "-1" is not one length in bytes'],
  ['a Content-Length with a fraction', { 'Content-Length': 1.5 }, 'Content-Length: "1.5" is not one length in bytes'],
  ['a list as Content-Length', { 'Content-Length': '5, 5' }, 'Content-Length: "5, 5" is not one length in bytes'],
  [
    'a Content-Length of 16 digits',
    { 'Content-Length': '1000000000000000' },
    'Content-Length: "1000000000000000" is not one length in bytes',
  ],
  ['differing Content-Lengths', { 'Content-Length': ['5', '6'] }, 'Content-Length: "6" is not one length in bytes'],
  ['two Hosts', { Host: ['a', 'b'] }, 'Host: a request has exactly one, not 2 (RFC 9112 §3.2)'],
  ['two Hosts of different case', { Host: 'a', host: 'b' }, 'Host: a request has exactly one, not 2 (RFC 9112 §3.2)'],
  ['no Host', { host: null }, 'Host: a request has exactly one, not 0 (RFC 9112 §3.2)'],
  ['a Host with a path', { Host: 'a.test/b' }, 'Host: give a host, and a port where it needs one (RFC 9110 §7.2)'],
  ['a Host with a user', { Host: 'a@b.test' }, 'Host: give a host, and a port where it needs one (RFC 9110 §7.2)'],
];

for (const [name, own, message] of REFUSED) {
  test(`mergeFields() refuses ${name}`, () => {
    assert.throws(() => mergeFields(BASE, own), {
      name: 'RequestError',
      code: 'ERR_INVALID_HEADER',
      phase: 'request',
      message: `Cannot send the header field ${message}`,
    });
  });
}

// name, own fields of a caller without types, message
const UNTYPED: readonly (readonly [string, unknown, string])[] = [
  ['a boolean', { A: true }, 'A: its value is a boolean: give a string'],
  ['a function', { A: () => 'b' }, 'A: its value is a function: give a string'],
  ['null in a list', { A: [null] }, 'A: its value is null: give a string'],
  ['undefined in a list', { A: [undefined] }, 'A: its value is a undefined: give a string'],
  ['a list in a list', { A: [['b']] }, 'A: its value is a object: give a string'],
  ['bytes', { A: Buffer.from('bc') }, 'A: its value is an object: give a string'],
  ['NaN', { A: Number.NaN }, 'A: its value is NaN: give a string or a number'],
  ['Infinity', { A: [Number.POSITIVE_INFINITY] }, 'A: its value is Infinity: give a string or a number'],
  ['a number as a name', [[5, 'a']], `5: ${TOKEN}`],
  ['undefined as a name', [[undefined, 'a']], `undefined: ${TOKEN}`],
];

for (const [name, own, message] of UNTYPED) {
  test(`mergeFields() refuses ${name}`, () => {
    assert.throws(() => mergeFields(BASE, own as HeadersInput), {
      code: 'ERR_INVALID_HEADER',
      message: `Cannot send the header field ${message}`,
    });
  });
}

// name, input, fields
const GIVEN: readonly (readonly [string, HeadersInput, Fields])[] = [
  ['nothing', {}, []],
  ['fields in their order and case', { b: '1', A: 2 }, ['b', '1', 'A', '2']],
  ['a list as repeated fields', { A: ['1', '2'] }, ['A', '1', 'A', '2']],
  ['no field for null and undefined', { A: null, B: undefined, C: '3' }, ['C', '3']],
  [
    'pairs',
    [
      ['A', '1'],
      ['a', '2'],
    ],
    ['A', '1', 'a', '2'],
  ],
];

for (const [name, input, fields] of GIVEN) {
  test(`fieldsFrom() takes ${name}`, () => assert.deepEqual(fieldsFrom(input), fields));
}

test('fieldsFrom() refuses what must not be sent', () => {
  assert.throws(() => fieldsFrom({ A: 'b\r\nC: d' }), { code: 'ERR_INVALID_HEADER' });
});
