import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cannedResponse, type ResponseChoices } from 'urlpool-testing';

const CASES: readonly (readonly [name: string, choices: ResponseChoices, bytes: string])[] = [
  ['is an empty 200 by default', {}, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['has no reason for an unknown status', { status: 299 }, 'HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n'],
  ['takes a reason', { reason: 'Fine' }, 'HTTP/1.1 200 Fine\r\nContent-Length: 0\r\n\r\n'],
  ['encodes a string as UTF-8', { body: 'é' }, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xc3\xa9'],
  ['takes bytes', { body: Uint8Array.of(255) }, 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\xff'],
  [
    'keeps the order and case of fields, and repeated ones',
    {
      headers: [
        ['b', '1'],
        ['A', '2'],
        ['b', '3'],
      ],
    },
    'HTTP/1.1 200 OK\r\nb: 1\r\nA: 2\r\nb: 3\r\nContent-Length: 0\r\n\r\n',
  ],
  [
    'keeps a right Content-Length',
    { headers: { 'content-length': '1' }, body: 'a' },
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na',
  ],
  [
    'is chunked on demand',
    { chunked: true, body: '0123456789abcdef' },
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n',
  ],
  ['is chunked when empty', { chunked: true }, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  [
    'is chunked for trailers',
    { trailers: { Digest: 'd' }, body: 'a' },
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nDigest: d\r\n\r\n',
  ],
  ['has no length for 204', { status: 204 }, 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['has no length for 100', { status: 100 }, 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['has no length for 304', { status: 304 }, 'HTTP/1.1 304 Not Modified\r\n\r\n'],
  ['has no length for CONNECT', { method: 'CONNECT' }, 'HTTP/1.1 200 OK\r\n\r\n'],
  [
    'has a length for a refused CONNECT',
    { method: 'CONNECT', status: 407 },
    'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n',
  ],
  ['has no body for HEAD', { method: 'HEAD', body: 'abc' }, 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n'],
  [
    'may name the length alone for HEAD',
    { method: 'HEAD', headers: { 'Content-Length': '9' } },
    'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n',
  ],
];

for (const [name, choices, bytes] of CASES) {
  test(`cannedResponse() ${name}`, () => assert.equal(cannedResponse(choices).toString('latin1'), bytes));
}

const REFUSED: readonly (readonly [name: string, choices: ResponseChoices, message: RegExp])[] = [
  ['a status of two digits', { status: 99 }, /status 99/],
  ['a line break in a value', { headers: { a: 'b\r\nc: d' } }, /cannot stand in a head/],
  ['a name that is no token', { headers: { 'a b': 'c' } }, /cannot stand in a head/],
  ['a line break in a trailer', { trailers: { a: '\n' } }, /cannot stand in a head/],
  ['a line break in the reason', { reason: 'a\r\nb' }, /reason/],
  ['a body for 204', { status: 204, body: 'a' }, /has no body/],
  ['a wrong Content-Length', { headers: { 'Content-Length': '2' }, body: 'a' }, /not the length of the body, 1/],
  ['Content-Length beside chunks', { headers: { 'Content-Length': '1' }, body: 'a', chunked: true }, /no place/],
  ['trailers without chunks', { trailers: { a: 'b' }, chunked: false }, /after chunks alone/],
  ['a Transfer-Encoding of its own', { headers: { 'Transfer-Encoding': 'chunked' } }, /option chunked/],
];

for (const [name, choices, message] of REFUSED) {
  test(`cannedResponse() refuses ${name}`, () => assert.throws(() => cannedResponse(choices), { message }));
}
