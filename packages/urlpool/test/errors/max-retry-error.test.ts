import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectError } from '../../src/errors/connect-error.ts';
import { ConnectionError } from '../../src/errors/connection-error.ts';
import { HTTPError } from '../../src/errors/http-error.ts';
import { MaxRetryError, maxRetryError } from '../../src/errors/max-retry-error.ts';
import { RedirectError } from '../../src/errors/redirect-error.ts';

const DETAILS = { method: 'GET', url: 'https://a.test/x', attempt: 3 };
const connection = { id: 7, reused: true, address: '127.0.0.1:80' };
const history = [{ method: 'GET', url: 'https://a.test/x', error: null, status: 302 }];

const LOST = new ConnectionError('Cannot read it', {
  code: 'ERR_CONNECTION_RESET',
  phase: 'head',
  method: 'PUT',
  url: 'https://b.test/y',
  attempt: 1,
  connection,
});
const REFUSED = new ConnectError('Cannot connect', { code: 'ERR_CONNECTION_REFUSED', phase: 'connect' });

// cause, attempts, message
for (const [cause, attempt, message] of [
  [REFUSED, 3, 'Cannot finish GET https://a.test/x: gave up after 3 attempts: Cannot connect'],
  [REFUSED, 1, 'Cannot finish GET https://a.test/x: gave up after 1 attempt: Cannot connect'],
  [LOST, 2, 'Cannot finish GET https://a.test/x: gave up after 2 attempts: Cannot read it'],
  [
    null,
    21,
    'Cannot finish GET https://a.test/x: gave up after 21 attempts: too many redirects; options: maxRedirects, retries.redirect, retries.total',
  ],
] as const) {
  test(`maxRetryError() says "${message}"`, () => {
    assert.equal(maxRetryError(cause, { ...DETAILS, attempt }).message, message);
  });
}

test('maxRetryError() gives a MaxRetryError, which is an HTTPError', () => {
  const error = maxRetryError(REFUSED, DETAILS);
  assert.ok(error instanceof MaxRetryError && error instanceof HTTPError);
  assert.equal(error.name, 'MaxRetryError');
});

test('maxRetryError() carries what its cause knows', () => {
  const error = maxRetryError(LOST, DETAILS);
  assert.deepEqual(
    [error.code, error.phase, error.method, error.url],
    ['ERR_CONNECTION_RESET', 'head', 'PUT', 'https://b.test/y'],
  );
  assert.equal(error.connection, connection);
  assert.equal(error.cause, LOST);
});

test('maxRetryError() carries the method and URL of the call where its cause knows none', () => {
  const { code, phase, method, url, connection: none } = maxRetryError(REFUSED, DETAILS);
  const expected = ['ERR_CONNECTION_REFUSED', 'connect', 'GET', 'https://a.test/x', null];
  assert.deepEqual([code, phase, method, url, none], expected);
});

test('maxRetryError() counts the attempts of the call', () => assert.equal(maxRetryError(LOST, DETAILS).attempt, 3));

test('maxRetryError() without a cause is about redirects', () => {
  const error = maxRetryError(null, { ...DETAILS, connection });
  assert.deepEqual([error.code, error.phase], ['ERR_TOO_MANY_REDIRECTS', 'redirect']);
  assert.deepEqual([error.method, error.url, error.attempt], ['GET', 'https://a.test/x', 3]);
  assert.equal(error.connection, connection);
  assert.ok(!('cause' in error));
});

for (const [name, cause] of [
  ['an error', REFUSED],
  ['too many redirects', null],
] as const) {
  test(`maxRetryError() keeps the history of ${name}`, () => {
    assert.equal(maxRetryError(cause, { ...DETAILS, history }).history, history);
    assert.deepEqual(maxRetryError(cause, DETAILS).history, []);
  });
}

test('new RedirectError() is an HTTPError of that name, with its message, code and phase', () => {
  const error = new RedirectError('why', { code: 'ERR_REDIRECT', phase: 'redirect' });
  assert.ok(error instanceof HTTPError);
  assert.deepEqual(
    [error.name, error.message, error.code, error.phase],
    ['RedirectError', 'why', 'ERR_REDIRECT', 'redirect'],
  );
});
