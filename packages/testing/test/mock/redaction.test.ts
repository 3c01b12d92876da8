import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactedBody, redactedHeader, redactedMultipart, redactedURL, redactionOf } from '../../src/mock/redaction.ts';

const REDACTION = redactionOf({ headers: ['X-Mine'], fields: ['Pin'] });

// name, value, what is left
const HEADERS = [
  ['Authorization', 'Bearer abc.def', 'Bearer REDACTED'],
  ['authorization', 'abc', 'REDACTED'],
  ['Authorization', 'Digest username="u", response="r"', 'Digest REDACTED'],
  ['Cookie', 'a=1; b=2=3', 'a=REDACTED; b=REDACTED'],
  ['Set-Cookie', 'a=1; Path=/; Max-Age=5', 'a=REDACTED; Path=/; Max-Age=5'],
  ['Set-Cookie', 'a=; Max-Age=0', 'a=; Max-Age=0'],
  ['X-API-Key', 'k', 'REDACTED'],
  ['x-mine', 'k', 'REDACTED'],
  ['Location', '/next?token=abc&page=2#top', '/next?token=REDACTED&page=2#top'],
  ['Link', '</a?token=abc>; rel="next", </b?page=2>', '</a?token=REDACTED>; rel="next", </b?page=2>'],
  ['X-Goog-Api-Key', 'k', 'REDACTED'],
  ['PRIVATE-TOKEN', 'k', 'REDACTED'],
  ['X-Shopify-Access-Token', 'k', 'REDACTED'],
  ['X-Hub-Signature-256', 'sha256=ab', 'REDACTED'],
  ['X-Next-Token', 'page2', 'page2'],
  ['Accept', 'text/html', 'text/html'],
] as const;

for (const [name, value, expected] of HEADERS) {
  test(`redactedHeader() ${name}: ${value}`, () => assert.equal(redactedHeader(name, value, REDACTION), expected));
}

// URL, what is left
const URLS = [
  ['http://x.test/a?b=1', 'http://x.test/a?b=1'],
  ['http://x.test/token=1?ACCESS_TOKEN=a&b=1&pin=7', 'http://x.test/token=1?ACCESS_TOKEN=REDACTED&b=1&pin=REDACTED'],
  ['http://x.test/?a%70i_key=1&key=', 'http://x.test/?a%70i_key=REDACTED&key='],
  ['http://u:p@x.test/', 'http://REDACTED@x.test/'],
] as const;

for (const [url, expected] of URLS) {
  test(`redactedURL() ${url}`, () => assert.equal(redactedURL(url, REDACTION), expected));
}

// body, media type, what is left
const BODIES = [
  ['user=u&password=p%20q&pin=1', 'application/x-www-form-urlencoded', 'user=u&password=REDACTED&pin=REDACTED'],
  ['{"password": "a\\"b", "user":"u"}', 'application/json', '{"password": "REDACTED", "user":"u"}'],
  [
    '{"a":{"access_token":"x"},"token":7}',
    'application/vnd.api+json',
    '{"a":{"access_token":"REDACTED"},"token":"REDACTED"}',
  ],
  [
    '{"accessToken":"x","client-secret":"y"}',
    'application/json',
    '{"accessToken":"REDACTED","client-secret":"REDACTED"}',
  ],
  ['{"pin":[1, "a]"],"b":{"pin":{"c":"d}"}}}', 'application/json', '{"pin":"REDACTED","b":{"pin":"REDACTED"}}'],
  [
    '{"pin":null,"token":false,"id":12345678901234567890}',
    'application/json',
    '{"pin":null,"token":false,"id":12345678901234567890}',
  ],
  [
    '{"pin":-1.5e3,"b":[{"token":"x"},{"token":"y"}]}',
    'application/json',
    '{"pin":"REDACTED","b":[{"token":"REDACTED"},{"token":"REDACTED"}]}',
  ],
  ['{"list":{"password":"x","id":1}}', 'application/json', '{"list":{"password":"REDACTED","id":1}}'],
  ['password=p', 'text/plain', 'password=p'],
  ['password=p', null, 'password=p'],
] as const;

for (const [body, type, expected] of BODIES) {
  test(`redactedBody() ${body} of ${type}`, () => assert.equal(redactedBody(body, type, REDACTION), expected));
}

test('redactedMultipart() hides the parts that hold credentials, and no others', () => {
  const form = (password: string): string =>
    [
      '--b\r\nContent-Disposition: form-data; name="user"\r\n\r\nu',
      `--b\r\nContent-Disposition: form-data; name="password"\r\nContent-Type: text/plain\r\n\r\n${password}`,
      '--b\r\nContent-Disposition: form-data; name="f"; filename="password"\r\n\r\n\xff--\r\n\x00',
      '--b--\r\n',
    ].join('\r\n');
  assert.equal(redactedMultipart(form('a\r\nb'), REDACTION), form('REDACTED'));
});
