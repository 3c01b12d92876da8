import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Field, MalformedRequestError } from 'urlpool-testing';
import { Inbox, InboxEndedError } from '../src/inbox.ts';
import { bodyFraming, type RequestHead } from '../src/request-head.ts';
import { readRequestBody, readRequestHead } from '../src/request-reader.ts';

interface Whole {
  readonly head: RequestHead;
  readonly body: string;
  readonly trailers: readonly Field[];
  readonly raw: string;
}

async function readWhole(inbox: Inbox): Promise<Whole> {
  const { head, raw } = await readRequestHead(inbox);
  const rest = await readRequestBody(inbox, bodyFraming(head));
  return {
    head,
    body: rest.body.toString('latin1'),
    trailers: rest.trailers,
    raw: Buffer.concat([raw, rest.raw]).toString('latin1'),
  };
}

function inboxOf(pieces: Iterable<string>): Inbox {
  const inbox = new Inbox();
  for (const piece of pieces) inbox.push(Buffer.from(piece, 'latin1'));
  inbox.end('fin');
  return inbox;
}

const HOST = 'Host: h\r\n';

// name, bytes, [method, target, number of fields, body, trailers]
const GOOD = [
  ['a bare GET', `GET / HTTP/1.1\r\n${HOST}\r\n`, ['GET', '/', 1, '', []]],
  ['HTTP/1.0 without Host', 'GET /old HTTP/1.0\r\n\r\n', ['GET', '/old', 0, '', []]],
  ['white space around a value', 'GET / HTTP/1.1\r\nHost: \t h \t\r\n\r\n', ['GET', '/', 1, '', []]],
  ['an empty value', `GET / HTTP/1.1\r\n${HOST}Accept:\r\n\r\n`, ['GET', '/', 2, '', []]],
  ['Latin-1 in a value', `GET / HTTP/1.1\r\n${HOST}X: caf\xe9\r\n\r\n`, ['GET', '/', 2, '', []]],
  [
    'a Content-Length body',
    `PUT /a HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nab\r\nc`,
    ['PUT', '/a', 2, 'ab\r\nc', []],
  ],
  ['an empty body', `POST / HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\n`, ['POST', '/', 2, '', []]],
  [
    'a chunked body',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x="y"\r\n0123456789\r\n0\r\n\r\n`,
    ['POST', '/', 2, 'abc0123456789', []],
  ],
  [
    'trailers',
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\nDigest: d\r\n\r\n`,
    ['POST', '/', 2, 'a', [['Digest', 'd']]],
  ],
  ['CONNECT', 'CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n', ['CONNECT', 'h:443', 1, '', []]],
] as const;

for (const [name, bytes, [method, target, fields, body, trailers]] of GOOD) {
  for (const [how, pieces] of [
    ['whole', [bytes]],
    ['byte by byte', bytes],
    ['with the next request behind it', [`${bytes}GET`]],
  ] as const) {
    test(`readRequest reads ${name}, ${how}`, async () => {
      const read = await readWhole(inboxOf(pieces));
      assert.deepEqual(
        [read.head.method, read.head.target, read.head.headers.length, read.body, read.trailers, read.raw],
        [method, target, fields, body, trailers, bytes],
      );
    });
  }
}

const LENGTH = 'Content-Length: 1\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

const BAD: readonly (readonly [name: string, bytes: string, message: RegExp])[] = [
  ['a blank line in front', `\r\nGET / HTTP/1.1\r\n${HOST}\r\n`, /request line/],
  ['LF alone', 'GET / HTTP/1.1\nHost: h\n\n', /ends in LF alone/],
  ['CR within a value', 'GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n', /control characters/],
  ['two spaces in the request line', `GET  / HTTP/1.1\r\n${HOST}\r\n`, /request line/],
  ['an unknown version', `GET / HTTP/2.0\r\n${HOST}\r\n`, /request line/],
  ['a target that is not ASCII', `GET /\xe9 HTTP/1.1\r\n${HOST}\r\n`, /request line/],
  ['a method that is no token', `G(T / HTTP/1.1\r\n${HOST}\r\n`, /request line/],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', /0 Host fields/],
  ['two Hosts', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, /2 Host fields/],
  ['a space before the colon', 'GET / HTTP/1.1\r\nHost : h\r\n\r\n', /not a token: "Host : h"/],
  ['a folded line', `GET / HTTP/1.1\r\n${HOST}A: b\r\n c\r\n\r\n`, /no colon/],
  ['a line without colon', `GET / HTTP/1.1\r\n${HOST}Accept\r\n\r\n`, /no colon/],
  ['both framings', `PUT / HTTP/1.1\r\n${HOST}${LENGTH}${CHUNKED}\r\n`, /delimited twice/],
  ['two lengths', `PUT / HTTP/1.1\r\n${HOST}${LENGTH}${LENGTH}\r\na`, /delimited twice/],
  ['a length with a sign', `PUT / HTTP/1.1\r\n${HOST}Content-Length: +1\r\n\r\na`, /not a decimal/],
  ['another coding', `PUT / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n`, /not "chunked" alone/],
  ['chunks in HTTP/1.0', `PUT / HTTP/1.0\r\n${CHUNKED}\r\n0\r\n\r\n`, /not "chunked" alone/],
  [
    'a chunk size that is not hexadecimal',
    `PUT / HTTP/1.1\r\n${HOST}${CHUNKED}\r\nxyz\r\n`,
    /no size in hexadecimal: "xyz"/,
  ],
  [
    'a chunk longer than its size',
    `PUT / HTTP/1.1\r\n${HOST}${CHUNKED}\r\n1\r\nab\r\n0\r\n\r\n`,
    /not followed by CRLF/,
  ],
  ['an immense body', `PUT / HTTP/1.1\r\n${HOST}Content-Length: 99999999999\r\n\r\n`, /at most 536870912 bytes/],
  ['an endless head', `GET / HTTP/1.1\r\n${HOST}X: ${'a'.repeat(1024 * 1024)}`, /longer than this server allows/],
];

for (const [name, bytes, message] of BAD) {
  test(`readRequest refuses ${name}`, async () => {
    await assert.rejects(readWhole(inboxOf([bytes])), (error) => {
      assert.ok(error instanceof MalformedRequestError);
      assert.match(error.message, message);
      return true;
    });
  });
}

const CUT = ['', 'GET / HT', `GET / HTTP/1.1\r\n${HOST}`, `PUT / HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nab`];

for (const bytes of CUT) {
  test(`readRequest rejects when the bytes end after ${JSON.stringify(bytes)}`, async () => {
    await assert.rejects(readWhole(inboxOf([bytes])), InboxEndedError);
  });
}
