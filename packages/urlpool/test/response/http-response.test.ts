import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../../src/errors/decode-error.ts';
import type { Fields } from '../../src/message/fields.ts';
import type { Head } from '../../src/message/head.ts';
import { Retry } from '../../src/policy/retry.ts';
import type { ResponseParts } from '../../src/response/base-response.ts';
import { HTTPResponse } from '../../src/response/http-response.ts';
import { CallStory } from '../../src/trace/call-story.ts';

const HEAD: Head = { version: '1.1', status: 200, reason: 'OK', fields: ['A', 'b', 'a', 'c'], bodyLength: null };
const CONNECTION = { id: 7, reused: true, address: '127.0.0.1:80' };

interface Choices extends Partial<ResponseParts> {
  readonly data?: Buffer;
  readonly trailers?: Fields;
}

function responseWith({ data = Buffer.alloc(0), trailers = [], ...parts }: Choices = {}): HTTPResponse {
  const common = {
    method: 'GET',
    url: 'http://h/a',
    head: HEAD,
    connection: CONNECTION,
    retries: Retry.NONE,
    refused: null,
    elapsed: 5,
    attempt: 1,
    story: new CallStory(0),
  };
  return new HTTPResponse({ ...common, ...parts }, data, trailers);
}

test('HTTPResponse gives what it is made of', () => {
  const data = Buffer.from('x');
  const response = responseWith({ data, head: { ...HEAD, status: 404, reason: 'Not Found', version: '1.0' } });
  assert.deepEqual(
    [response.url, response.status, response.reason, response.version, response.connection],
    ['http://h/a', 404, 'Not Found', '1.0', CONNECTION],
  );
  assert.equal(response.data, data);
});

for (const [status, ok] of [
  [199, false],
  [200, true],
  [204, true],
  [299, true],
  [300, false],
  [404, false],
] as const) {
  test(`HTTPResponse.ok is ${ok} for ${status}`, () => {
    assert.equal(responseWith({ head: { ...HEAD, status } }).ok, ok);
  });
}

test('HTTPResponse.headers are those of the head, made once', () => {
  const response = responseWith();
  assert.equal(response.headers.get('a'), 'b, c');
  assert.equal(response.headers, response.headers);
});

test('HTTPResponse.trailers are those after the body, made once', () => {
  const response = responseWith({ trailers: ['Digest', 'd'] });
  assert.deepEqual([...response.trailers], [['Digest', 'd']]);
  assert.equal(response.trailers, response.trailers);
});

// name, bytes, text
for (const [name, bytes, text] of [
  ['UTF-8', Buffer.from('caf\u00e9 \u{1f600}'), 'caf\u00e9 \u{1f600}'],
  ['nothing', Buffer.alloc(0), ''],
  ['a body without its byte order mark', Buffer.from('\ufeffa'), 'a'],
  ['a byte order mark alone', Buffer.from('\ufeff'), ''],
  ['a second byte order mark', Buffer.from('\ufeff\ufeffa'), '\ufeffa'],
  ['a byte order mark in the middle', Buffer.from('a\ufeff'), 'a\ufeff'],
  ['the beginning of a byte order mark', Buffer.from([0xef, 0xbb]), '\ufffd'],
  ['three bytes that begin otherwise', Buffer.from([0xee, 0xbb, 0xbf]), '\ueeff'],
  ['three bytes that go on otherwise', Buffer.from([0xef, 0xbc, 0xbf]), '\uff3f'],
  ['three bytes that end otherwise', Buffer.from([0xef, 0xbb, 0xa1]), '\ufee1'],
  ['invalid UTF-8', Buffer.from([0x61, 0xff, 0x62]), 'a\ufffdb'],
] as const) {
  test(`HTTPResponse.text() reads ${name}`, () => assert.equal(responseWith({ data: bytes }).text(), text));
}

test('HTTPResponse.json() reads JSON, a byte order mark before it or not', () => {
  for (const text of ['{"a":[1,null]}', '\ufeff{"a":[1,null]}']) {
    assert.deepEqual(responseWith({ data: Buffer.from(text) }).json(), { a: [1, null] });
  }
});

test('HTTPResponse.json() fails with the place and what stands there', () => {
  const head = { ...HEAD, status: 502 };
  const response = responseWith({ method: 'POST', head, data: Buffer.from('<html>"x"') });
  assert.throws(
    () => response.json(),
    (error) => {
      assert.ok(error instanceof DecodeError && error.cause instanceof SyntaxError);
      const start = 'Cannot read the body of POST http://h/a (status 502) as JSON: ';
      assert.equal(error.message, `${start}it is none at line 1, column 1, near "<html>\\"x\\""`);
      assert.deepEqual(
        [error.code, error.phase, error.method, error.url, error.connection],
        ['ERR_INVALID_JSON', 'body', 'POST', 'http://h/a', CONNECTION],
      );
      return true;
    },
  );
});

// body, why it is not JSON
for (const [body, why] of [
  ['', 'it is empty'],
  [
    `{"secret":"${'s'.repeat(90)}",\n "a": tru}`,
    'it is none at line 2, column 7, near "…sssssssssss\\",\\n \\"a\\": tru}"',
  ],
  ['{"a":[1,2', 'it ends too early at line 1, column 10, near "{\\"a\\":[1,2"'],
] as const) {
  test(`HTTPResponse.json() says: ${why}`, () => {
    assert.throws(
      () => responseWith({ data: Buffer.from(body) }).json(),
      (error) =>
        error instanceof DecodeError &&
        error.message.endsWith(` as JSON: ${why}`) &&
        !error.message.includes('s'.repeat(21)),
    );
  });
}

test('HTTPResponse.json() reads UTF-8, whatever Content-Type says', () => {
  const head = { ...HEAD, fields: ['Content-Type', 'application/json; charset=iso-8859-1'] };
  assert.equal(responseWith({ head, data: Buffer.from('"é"') }).json(), 'é');
});

test('HTTPResponse.bytes() is data', () => {
  const response = responseWith({ data: Buffer.from('x') });
  assert.equal(response.bytes(), response.data);
});

const typed = (...fields: string[]) => ({ ...HEAD, fields });

// Content-Type, mediaType, charset
for (const [value, mediaType, charset] of [
  ['Text/HTML; Charset="ISO-8859-1"', 'text/html', 'iso-8859-1'],
  ['text/html', 'text/html', null],
  ['none', null, null],
  [null, null, null],
] as const) {
  test(`HTTPResponse.contentType of ${value}`, () => {
    const response = responseWith({ head: typed(...(value === null ? [] : ['content-type', value])) });
    assert.deepEqual(
      [response.mediaType, response.charset, response.contentType?.type ?? null],
      [mediaType, charset, mediaType],
    );
  });
}

// Content-Type, argument, bytes, text
for (const [type, label, bytes, text] of [
  ['text/html; charset=iso-8859-1', undefined, [0xe9, 0x80, 0x92], 'é€’'],
  ['text/html; charset=utf-16le', undefined, [0x61, 0, 0x62, 0], 'ab'],
  ['text/html; charset=shift_jis', undefined, [0x82, 0xa0], 'あ'],
  ['text/html; charset=never-heard', undefined, [0xc3, 0xa9], 'é'],
  ['text/html; charset=iso-8859-1', undefined, [0xef, 0xbb, 0xbf, 0xc3, 0xa9], 'é'],
  ['text/html; charset=utf-8', undefined, [0xff, 0xfe, 0x61, 0], 'a'],
  ['text/html; charset=utf-8', undefined, [0xfe, 0xff, 0, 0x61], 'a'],
  ['text/html; charset=utf-8', 'iso-8859-1', [0xe9], 'é'],
  ['text/html', 'windows-1252', [0xef, 0xbb, 0xbf], 'ï»¿'],
  ['text/html; charset=iso-8859-1', 'utf-8', [0xef, 0xbb, 0xbf, 0xc3, 0xa9], 'é'],
] as const) {
  test(`HTTPResponse.text(${label ?? ''}) of ${type}: ${text}`, () => {
    const response = responseWith({ head: typed('Content-Type', type), data: Buffer.from(bytes) });
    assert.equal(response.text(label), text);
  });
}

test('HTTPResponse.text() refuses a charset that nobody knows', () => {
  assert.throws(() => responseWith().text('never-heard'), { code: 'ERR_INVALID_OPTION', message: /"never-heard"/ });
});

test('HTTPResponse.links are those of every Link field, resolved against its URL', () => {
  const head = typed('Link', '<?page=2>; rel=next', 'X', '</no>; rel=no', 'link', '</last>; rel="last"');
  assert.deepEqual(
    responseWith({ head }).links.map(({ url, rel }) => [url, rel]),
    [
      ['http://h/a?page=2', 'next'],
      ['http://h/last', 'last'],
    ],
  );
});

test('HTTPResponse.headers may be changed, and nothing else changes', () => {
  const response = responseWith({
    head: typed('Content-Type', 'text/html; charset=utf-16le', 'Link', '</a>; rel=next'),
  });
  response.headers.set('Content-Type', 'text/plain').delete('link');
  assert.deepEqual(
    [response.headers.get('content-type'), response.mediaType, response.links.length, response.headers.size],
    ['text/plain', 'text/html', 1, 1],
  );
});

test('HTTPResponse.lines() gives the lines', () => {
  const response = responseWith({ data: Buffer.from('\ufeffa\r\n\r\nb\rc\nd') });
  assert.deepEqual([...response.lines()], ['a', '', 'b', 'c', 'd']);
});

test('HTTPResponse.lines() reads by the charset', () => {
  const response = responseWith({
    head: typed('Content-Type', 'text/plain; charset=utf-16le'),
    data: Buffer.from('ä\nb', 'utf16le'),
  });
  assert.deepEqual([[...response.lines()], [...response.lines({ charset: 'latin1' })].length], [['ä', 'b'], 2]);
});

test('HTTPResponse.lines() refuses a line that is too long, after those before it', () => {
  const lines = responseWith({ data: Buffer.from('ab\nabc\n') }).lines({ maxLineBytes: 2 });
  assert.equal(lines.next().value, 'ab');
  assert.throws(() => lines.next(), { name: 'LimitError', limit: 'maxLineBytes', message: /2 bytes are allowed/ });
});

for (const options of [
  { maxLineBytes: 0 },
  { maxLineBytes: 1.5 },
  { maxLineBytes: '1' },
  { charset: 'never-heard' },
  { maxlinebytes: 1 },
] as never[]) {
  test(`HTTPResponse.lines() refuses ${JSON.stringify(options)} at once`, () => {
    assert.throws(() => responseWith().lines(options), { code: 'ERR_INVALID_OPTION' });
  });
}
