import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain, HTTPError, Retry, TimeoutError } from 'urlpool';
import { type Script, unusedPort } from 'urlpool-testing';
import { servedManager } from '../manager/served-manager.ts';

/** The story without what changes from run to run. */
function told(of: unknown): string[] {
  return explain(of)
    .replaceAll(/\d+(?:\.\d+)? (?:ms|s)\b/g, 'T')
    .replaceAll(/(127\.0\.0\.1|localhost):\d+/g, '$1:P')
    .replaceAll(/connection \d+/g, 'connection N')
    .replaceAll(/(?:; |, )(?:sent|waited|received) T/g, '')
    .replaceAll(', after T in the queue', '')
    .split('\n');
}

const keeps: Script = async (connection) => {
  for (;;) {
    await connection.head();
    await connection.respond();
  }
};

test('explain() tells of a request on a new connection, and on a kept one', async (t) => {
  const { http, origins } = await servedManager(t, 1, keeps);
  const first = await http.request('GET', origins[0]);
  const second = await http.request('GET', origins[0]);
  assert.deepEqual(told(first), [
    'GET http://127.0.0.1:P/: 200 OK after T',
    '  1. on connection N to 127.0.0.1:P, new, opened in T (tcp T): 200',
  ]);
  assert.deepEqual(told(second).slice(1), ['  1. on connection N to 127.0.0.1:P, kept for T, used once before: 200']);
  assert.equal(second.timings.reused, true);
  assert.equal(second.timings.connect, 0);
  assert.ok(first.timings.connect > 0);
});

test('explain() tells of a kept connection that had died, and of the replay', async (t) => {
  const dies: Script = async (connection) => {
    await connection.head();
    await connection.respond();
    if (connection.index > 0) return;
    await connection.head();
    connection.reset();
  };
  const { http, origins } = await servedManager(t, 1, dies);
  await http.request('GET', origins[0]);
  const response = await http.request('GET', origins[0]);
  const [, first = '', second = ''] = told(response);
  assert.match(
    first,
    /^ {2}1\. on connection N to 127\.0\.0\.1:P, kept for T, used once before: .*reset the connection/,
  );
  assert.match(first, /\(ERR_CONNECTION_RESET\); sent again at once$/);
  assert.equal(second, '  2. on connection N to 127.0.0.1:P, new, opened in T (tcp T): 200');
  assert.deepEqual(
    response.attempts.map(({ next, status }) => [next, status]),
    [
      ['replay', null],
      [null, 200],
    ],
  );
});

test('explain() tells of redirects, and of retries with their waits', async (t) => {
  const moves: Script = async (connection) => {
    await connection.head();
    await connection.respond({ status: 302, headers: { Location: '/b' } });
    await connection.head();
    await connection.respond({ status: 503 });
    await connection.head();
    await connection.respond();
  };
  const { http, origins } = await servedManager(t, 1, moves);
  const retries = new Retry(3, { statusForcelist: [503], backoffFactor: 0 });
  const response = await http.request('GET', `${origins[0]}/a`, { retries });
  const place = 'on connection N to 127.0.0.1:P';
  assert.deepEqual(told(response).slice(1), [
    `  1. ${place}, new, opened in T (tcp T): 302; redirected`,
    `  2. GET http://127.0.0.1:P/b ${place}, kept for T, used once before: 503; tried again`,
    `  3. GET http://127.0.0.1:P/b ${place}, kept for T, used 2 times before: 200`,
  ]);
});

test('explain() tells of connections that could not be opened', async (t) => {
  const { http } = await servedManager(t, 1, keeps);
  const port = await unusedPort();
  const error: unknown = await http
    .request('GET', `http://127.0.0.1:${port}/`, { retries: new Retry(1, { backoffFactor: 0 }) })
    .catch((reason: unknown) => reason);
  assert.ok(error instanceof HTTPError);
  const [, first = '', second = ''] = told(error);
  assert.match(
    first,
    /^ {2}1\. without a connection \(tried 127\.0\.0\.1:P\).*\(ERR_CONNECTION_REFUSED\); tried again$/,
  );
  assert.match(second, /^ {2}2\. without a connection \(tried 127\.0\.0\.1:P\).*\(ERR_CONNECTION_REFUSED\)$/);
  assert.equal(error.timings?.attempt, 2);
});

test('explain() tells how far a request had come that failed', async (t) => {
  const { http, origins } = await servedManager(t, 1, async (connection) => {
    await connection.head();
  });
  const error: unknown = await http
    .request('GET', origins[0], { timeout: { read: 20 } })
    .catch((reason: unknown) => reason);
  assert.ok(error instanceof TimeoutError);
  assert.ok((error.timings?.wait ?? 0) >= 19, 'the wait is the time in which nothing came');
  assert.match(told(error)[0] ?? '', /within T; option: timeout\.read \(after T\)$/);
});

test('printing an error does not print the story of its call', async (t) => {
  const { http } = await servedManager(t, 1, keeps);
  const port = await unusedPort();
  const error: unknown = await http.request('GET', `http://127.0.0.1:${port}/`).catch((reason: unknown) => reason);
  const { inspect } = await import('node:util');
  assert.doesNotMatch(inspect(error), /attempts:|history:|timings:/);
});

for (const given of ['text', null, new TypeError('x')]) {
  test(`explain() refuses ${String(given)}`, () => {
    assert.throws(() => explain(given), { code: 'ERR_INVALID_OPTION', message: /^Cannot explain / });
  });
}
