import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSecretField, shownFields } from '../../src/message/shown-fields.ts';

for (const name of [
  'Authorization',
  'proxy-authorization',
  'Cookie',
  'SET-COOKIE',
  'Set-Cookie2',
  'DPoP',
  'X-API-Key',
  'Api-Key',
  'X-Auth-Token',
  'Private-Token',
  'X-Amz-Security-Token',
  'X-CSRF-Token',
  'Ocp-Apim-Subscription-Key',
  'X-Client-Secret',
  'X-Password',
  'X-Hub-Signature',
  'Mcp-Session-Id',
  'X-RapidAPI-Key',
  'X-Functions-Key',
  'DD-APPLICATION-KEY',
  'X-Master-Key',
  'apikey',
  'X-Auth',
  'X-JWT',
  'OK-ACCESS-PASSPHRASE',
  'X-Hub-Signature-256',
  'X-Signature-Ed25519',
  'sessionid',
]) {
  test(`isSecretField() hides ${name}`, () => assert.equal(isSecretField(name), true));
}

for (const name of [
  'Accept',
  'WWW-Authenticate',
  'Proxy-Authenticate',
  'Idempotency-Key',
  'X-Idempotency-Key',
  'Sec-WebSocket-Key',
  'Surrogate-Key',
  'X-Cache-Key',
  'X-Public-Key',
  'Author',
  'X-Monkey',
  'Signature-Input',
  'ETag',
  'X-Request-Id',
  'traceparent',
  'Cookies-Allowed',
]) {
  test(`isSecretField() shows ${name}`, () => assert.equal(isSecretField(name), false));
}

// field, value, as it is shown
for (const [name, value, shown] of [
  ['Cookie', 'id=7', 'REDACTED'],
  ['Location', '/a?mail=x@y.test', '/a?mail=x@y.test'],
  ['Location', 'https://a.test/@user/', 'https://a.test/@user/'],
  ['Location', 'https://user:secret@a.test/b', 'https://…@a.test/b'],
  ['Location', '//user:secret@a.test/b', '…@a.test/b'],
  ['Location', '\\\\user:secret@a.test/b', '…@a.test/b'],
  ['Location', 'http:user:secret@a.test/b', '…@a.test/b'],
  ['Location', 'http://user:secret%40a.test/b', 'http://…%40a.test/b'],
  ['Content-Location', 'http://token@a.test/', 'http://…@a.test/'],
  ['Referer', 'http://user:secret@a.test/b', 'http://…@a.test/b'],
  ['Link', '<https://user:se@cret@a.test/>; rel=next, </b>; rel=prev', '<https://…@a.test/>; rel=next, </b>; rel=prev'],
  ['Refresh', '0; url=http://user:secret@a.test/', '0; url=http://…@a.test/'],
  ['From', 'somebody@a.test', 'somebody@a.test'],
  ['User-Agent', 'robot (+https://a.test/; mail@a.test)', 'robot (+https://a.test/; mail@a.test)'],
  ['ETag', '', ''],
] as const) {
  test(`shownFields() shows ${name}: ${value} as ${shown}`, () => {
    assert.deepEqual(shownFields(['A', 'b', name, value, 'C', 'd']), ['A', 'b', name, shown, 'C', 'd']);
  });
}

test('shownFields() gives the same list where there is nothing to hide', () => {
  const fields = ['Accept', '*/*', 'Location', '/a'];
  assert.equal(shownFields(fields), fields);
});
