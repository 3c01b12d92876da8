import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../../src/errors/decode-error.ts';
import type { Fields } from '../../src/message/fields.ts';
import type { Head } from '../../src/message/head.ts';
import { Retry } from '../../src/policy/retry.ts';
import type { ResponseParts } from '../../src/response/base-response.ts';
import { HTTPResponse } from '../../src/response/http-response.ts';

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
    elapsed: 5,
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

test('HTTPResponse.json() fails with what came instead', () => {
  const head = { ...HEAD, status: 502 };
  const response = responseWith({ method: 'POST', head, data: Buffer.from('<html>"x"') });
  assert.throws(
    () => response.json(),
    (error) => {
      assert.ok(error instanceof DecodeError && error.cause instanceof SyntaxError);
      const start = 'Cannot read the body of POST http://h/a (status 502) as JSON: ';
      assert.equal(error.message, `${start}${error.cause.message}; it begins with "<html>\\"x\\""`);
      assert.deepEqual(
        [error.code, error.phase, error.method, error.url, error.connection],
        ['ERR_INVALID_JSON', 'body', 'POST', 'http://h/a', CONNECTION],
      );
      return true;
    },
  );
});

// length of the body, what is shown
for (const [length, shown] of [
  [0, '""'],
  [60, `"${'x'.repeat(60)}"`],
  [61, `"${'x'.repeat(60)}…"`],
] as const) {
  test(`HTTPResponse.json() shows at most 60 of ${length} characters`, () => {
    const message = new RegExp(`; it begins with ${shown}$`);
    assert.throws(() => responseWith({ data: Buffer.from('x'.repeat(length)) }).json(), { message });
  });
}
