import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerFault } from '../../src/http1/fault.ts';
import {
  type Framing,
  type FramingFields,
  framing,
  framingFields,
  parseContentLength,
} from '../../src/http1/framing.ts';
import type { Fields } from '../../src/message/fields.ts';
import type { Head } from '../../src/message/head.ts';
import { CHUNKED, CHUNKED_AND_CLOSE, length, NONE, NONE_AND_CLOSE, UNTIL_CLOSE } from './response-case.ts';

const NOTHING: FramingFields = { contentLength: null, transferEncoding: null, connection: null, keepAlive: null };

// name, fields, what is found besides nothing
const FOUND: readonly (readonly [string, Fields, Partial<FramingFields>])[] = [
  ['nothing in no fields', [], {}],
  ['nothing in other fields', ['Server', 'x', 'Date', 'y'], {}],
  ['nothing in other names of their lengths', ['X-Content-Len', '1', 'User-Agent', '2', 'Accept-Charsetss', '3'], {}],
  [
    'nothing in names that differ in a letter',
    ['Content-Lengths', '1', 'Content-Lengtj', '2', 'Transfer-Encodinf', '3', 'Connectiom', '4', 'Keep-Alivf', '5'],
    {},
  ],
  ['Content-Length', ['Content-Length', '5'], { contentLength: '5' }],
  ['Transfer-Encoding', ['Transfer-Encoding', 'chunked'], { transferEncoding: 'chunked' }],
  ['Connection', ['Connection', 'close'], { connection: 'close' }],
  ['Keep-Alive', ['Keep-Alive', 'timeout=5'], { keepAlive: 'timeout=5' }],
  [
    'all of them, in lower case',
    ['content-length', '1', 'transfer-encoding', '2', 'connection', '3', 'keep-alive', '4'],
    { contentLength: '1', transferEncoding: '2', connection: '3', keepAlive: '4' },
  ],
  [
    'all of them, in upper case',
    ['CONTENT-LENGTH', '1', 'TRANSFER-ENCODING', '2', 'CONNECTION', '3', 'KEEP-ALIVE', '4'],
    { contentLength: '1', transferEncoding: '2', connection: '3', keepAlive: '4' },
  ],
  ['an empty value', ['Content-Length', ''], { contentLength: '' }],
  ['repeated Content-Lengths', ['Content-Length', '1', 'content-length', '2'], { contentLength: '1, 2' }],
  [
    'repeated Transfer-Encodings',
    ['Transfer-Encoding', 'gzip', 'Server', 'x', 'transfer-encoding', 'chunked'],
    { transferEncoding: 'gzip, chunked' },
  ],
  ['repeated Connections', ['Connection', 'a', 'connection', 'b', 'Connection', 'c'], { connection: 'a, b, c' }],
  ['repeated Keep-Alives', ['Keep-Alive', 'a', 'keep-alive', 'b'], { keepAlive: 'a, b' }],
  ['an empty value before another', ['Connection', '', 'Connection', 'close'], { connection: ', close' }],
];

for (const [name, fields, found] of FOUND) {
  test(`framingFields() finds ${name}`, () => {
    assert.deepEqual(framingFields(fields), { ...NOTHING, ...found });
  });
}

interface Row {
  readonly method?: string;
  readonly status?: number;
  readonly version?: Head['version'];
  readonly contentLength?: string;
  readonly transferEncoding?: string;
}

function framingOf(row: Row): Framing {
  const { method = 'GET', status = 200, version = '1.1', contentLength = null, transferEncoding = null } = row;
  return framing(method, { status, version }, { ...NOTHING, contentLength, transferEncoding });
}

// name, the head, its framing
const FRAMINGS: readonly (readonly [string, Row, Framing])[] = [
  // 1. No body, whatever the fields say.
  ['HEAD', { method: 'HEAD' }, NONE],
  ['HEAD with a length', { method: 'HEAD', contentLength: '5' }, NONE],
  ['HEAD with an invalid length', { method: 'HEAD', contentLength: 'x' }, NONE],
  ['HEAD with a coding', { method: 'HEAD', transferEncoding: 'chunked' }, NONE],
  ['HEAD with both', { method: 'HEAD', contentLength: '5', transferEncoding: 'chunked' }, NONE],
  ['HEAD with 204 and a length', { method: 'HEAD', status: 204, contentLength: '5' }, NONE],
  ['HEAD with 500', { method: 'HEAD', status: 500 }, NONE],
  ['"head", which is not HEAD', { method: 'head', contentLength: '5' }, length(5)],
  ['304', { status: 304 }, NONE],
  ['304 with a length', { status: 304, contentLength: '5' }, NONE],
  ['304 with an invalid length', { status: 304, contentLength: 'x' }, NONE],
  ['304 with a coding', { status: 304, transferEncoding: 'chunked' }, NONE],
  ['304 to POST', { method: 'POST', status: 304, contentLength: '5' }, NONE],
  ['303 with a length', { status: 303, contentLength: '5' }, length(5)],
  ['305 with a length', { status: 305, contentLength: '5' }, length(5)],
  ['204', { status: 204 }, NONE],
  ['204 with a length of 0', { status: 204, contentLength: '0' }, NONE],
  ['204 with a length of 5', { status: 204, contentLength: '5' }, NONE_AND_CLOSE],
  ['204 with an invalid length', { status: 204, contentLength: 'x' }, NONE_AND_CLOSE],
  ['204 with a coding', { status: 204, transferEncoding: 'chunked' }, NONE_AND_CLOSE],
  ['204 with a length of 0 and a coding', { status: 204, contentLength: '0', transferEncoding: 'x' }, NONE_AND_CLOSE],
  ['203 with a length', { status: 203, contentLength: '5' }, length(5)],
  ['205 without a length', { status: 205 }, UNTIL_CLOSE],
  // 2. CONNECT.
  ['199 to CONNECT', { method: 'CONNECT', status: 199, contentLength: '5' }, length(5)],
  ['300 to CONNECT', { method: 'CONNECT', status: 300, contentLength: '5' }, length(5)],
  ['404 to CONNECT', { method: 'CONNECT', status: 404, transferEncoding: 'chunked' }, CHUNKED],
  ['"connect", which is not CONNECT', { method: 'connect', contentLength: '5' }, length(5)],
  // 4. Transfer-Encoding.
  ['chunked', { transferEncoding: 'chunked' }, CHUNKED],
  ['chunked in any case', { transferEncoding: 'ChUnKeD' }, CHUNKED],
  ['chunked within spaces and tabs', { transferEncoding: ' \tchunked\t ' }, CHUNKED],
  ['chunked between empty items', { transferEncoding: ', chunked, ,' }, CHUNKED],
  ['chunked with a parameter, which is no coding that there is', { transferEncoding: 'chunked;a=b' }, UNTIL_CLOSE],
  ['chunked after another coding', { transferEncoding: 'gzip, chunked' }, CHUNKED],
  ['chunked after a coding with a parameter', { transferEncoding: 'x;q="a;b", chunked' }, CHUNKED],
  ['chunked to POST with 500', { method: 'POST', status: 500, transferEncoding: 'chunked' }, CHUNKED],
  ['chunked in HTTP/1.0', { version: '1.0', transferEncoding: 'chunked' }, CHUNKED_AND_CLOSE],
  ['chunked before another coding', { transferEncoding: 'chunked, gzip' }, UNTIL_CLOSE],
  ['another coding', { transferEncoding: 'gzip' }, UNTIL_CLOSE],
  ['another coding in HTTP/1.0', { version: '1.0', transferEncoding: 'gzip' }, UNTIL_CLOSE],
  ['identity', { transferEncoding: 'identity' }, UNTIL_CLOSE],
  ['no coding', { transferEncoding: '' }, UNTIL_CLOSE],
  ['a coding whose name ends with chunked', { transferEncoding: 'xchunked' }, UNTIL_CLOSE],
  ['a coding whose name begins with chunked', { transferEncoding: 'chunkedx' }, UNTIL_CLOSE],
  ['two words that end with chunked', { transferEncoding: 'gzip chunked' }, UNTIL_CLOSE],
  ['chunked as a parameter', { transferEncoding: 'gzip;chunked' }, UNTIL_CLOSE],
  ['chunked after a no-break space', { transferEncoding: '\xa0chunked' }, UNTIL_CLOSE],
  ['chunked before a no-break space', { transferEncoding: 'gzip, chunked\xa0' }, UNTIL_CLOSE],
  ['chunked in a quoted parameter', { transferEncoding: 'gzip;a="b,chunked;c"' }, UNTIL_CLOSE],
  ['chunked in quotes', { transferEncoding: '"chunked"' }, UNTIL_CLOSE],
  // 6. Content-Length.
  ['a length of 0', { contentLength: '0' }, length(0)],
  ['a length of 5', { contentLength: '5' }, length(5)],
  ['a length in HTTP/1.0', { version: '1.0', contentLength: '5' }, length(5)],
  ['a length to POST with 404', { method: 'POST', status: 404, contentLength: '5' }, length(5)],
  // 8. Neither.
  ['neither', {}, UNTIL_CLOSE],
  ['neither in HTTP/1.0', { version: '1.0' }, UNTIL_CLOSE],
  ['neither with 404 to DELETE', { method: 'DELETE', status: 404 }, UNTIL_CLOSE],
];

for (const [name, row, expected] of FRAMINGS) {
  test(`framing() of ${name} is ${JSON.stringify(expected)}`, () => assert.deepEqual(framingOf(row), expected));
}

for (const status of [200, 204, 250, 299]) {
  test(`framing() of ${status} to CONNECT is no body and no other response (RFC 9112 §6.3 rule 2)`, () => {
    const row = { method: 'CONNECT', status, contentLength: '5', transferEncoding: 'chunked' };
    assert.deepEqual(framingOf(row), NONE_AND_CLOSE);
  });
}

// name, the head, message
const REFUSED: readonly (readonly [string, Row, string])[] = [
  [
    'both',
    { contentLength: '5', transferEncoding: 'chunked' },
    'both Transfer-Encoding and Content-Length (RFC 9112 §6.3)',
  ],
  [
    'both, one of them empty',
    { contentLength: '5', transferEncoding: '' },
    'both Transfer-Encoding and Content-Length (RFC 9112 §6.3)',
  ],
  [
    'both in HTTP/1.0',
    { version: '1.0', contentLength: '5', transferEncoding: 'gzip' },
    'both Transfer-Encoding and Content-Length (RFC 9112 §6.3)',
  ],
  ['chunked twice', { transferEncoding: 'chunked, chunked' }, 'the chunked coding applied twice (RFC 9112 §6.1)'],
  [
    'chunked twice, and another coding last',
    { transferEncoding: 'chunked, Chunked, gzip' },
    'the chunked coding applied twice (RFC 9112 §6.1)',
  ],
  ['an invalid length', { contentLength: 'x' }, 'an invalid Content-Length: "x" (RFC 9112 §6.3)'],
];

for (const [name, row, message] of REFUSED) {
  test(`framing() refuses ${name}`, () => assert.throws(() => framingOf(row), { kind: 'protocol', message }));
}

// value, length
for (const [value, expected] of [
  ['0', 0],
  ['9', 9],
  ['10', 10],
  ['0123456789', 123456789],
  ['007', 7],
  [`${'0'.repeat(100)}7`, 7],
  ['9007199254740991', 2 ** 53 - 1],
  ['5,5', 5],
  ['5, 5', 5],
  ['5 \t,\t 5 , 5', 5],
] as const) {
  test(`parseContentLength() reads ${JSON.stringify(value)}`, () => {
    assert.equal(parseContentLength(value), expected);
  });
}

for (const value of [
  '',
  ' ',
  'x',
  '5x',
  'x5',
  '5 5',
  ' 5',
  '5 ',
  '+5',
  '-5',
  '-0',
  '5.0',
  '.5',
  '1e3',
  '0x5',
  '5;',
  '/',
  ':',
  '1/',
  '1:',
  '\xb2',
  '5\xa0',
  '9007199254740992',
  '18446744073709551616',
  '9'.repeat(400),
  ',',
  'x, x',
  '5 5, 5 5',
]) {
  test(`parseContentLength() refuses ${JSON.stringify(value.slice(0, 30))}`, () => {
    assert.throws(() => parseContentLength(value), { kind: 'protocol', message: /^an invalid Content-Length: "/ });
  });
}

for (const value of ['5, 6', '5 5, 55', '55, 5 5', '5, 05', '5,', ', 5', '5, 5, 6', '5,, 5', '5, 5\xa0', '5, +5']) {
  test(`parseContentLength() refuses ${JSON.stringify(value)}, which differ`, () => {
    assert.throws(() => parseContentLength(value), {
      kind: 'protocol',
      message: `differing Content-Lengths: ${JSON.stringify(value)} (RFC 9112 §6.3)`,
    });
  });
}

test('parseContentLength() throws the fault of a peer', () => {
  assert.throws(() => parseContentLength('x'), PeerFault);
});
