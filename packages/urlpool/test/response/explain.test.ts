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
    .replaceAll(/(?:; |, )(?:sent in T|waited T for the answer|received in T)/g, '')
    .replaceAll(', after a wait of T', '')
    .split('\n');
}

const keeps: Script = async (connection) => {
  for (;;) {
    await connection.head();
    await connection.respond();
  }
};

const NO_TIME = {
  queue: 0,
  dns: 0,
  connect: 0,
  proxy: 0,
  tls: 0,
  send: 0,
  wait: 0,
  receive: 0,
  total: 0,
  reused: false,
  connection: null,
  addresses: [],
  attempt: 1,
};

test('explain() tells of a request on a new connection, and on a kept one', async (t) => {
  const { http, origins } = await servedManager(t, 1, keeps);
  const first = await http.request('GET', origins[0]);
  const second = await http.request('GET', origins[0]);
  assert.deepEqual(told(first), [
    'GET http://127.0.0.1:P/: 200 OK after T',
    '  1. on connection N to 127.0.0.1:P, new, opened in T (tcp): 200',
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
    /^ {2}1\. on connection N to 127\.0\.0\.1:P, kept for T, used once before: the server reset the connection before a response began/,
  );
  assert.match(first, /[^)] \(ERR_CONNECTION_RESET\); sent again at once$/, 'that it was a kept one is said once');
  assert.equal(second, '  2. on connection N to 127.0.0.1:P, new, opened in T (tcp): 200');
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
    `  1. GET http://127.0.0.1:P/a ${place}, new, opened in T (tcp): 302; redirected`,
    `  2. GET http://127.0.0.1:P/b ${place}, kept for T, used once before: 503; tried again`,
    `  3. ${place}, kept for T, used 2 times before: 200`,
  ]);
});

test('explain() tells of connections that could not be opened', async (t) => {
  const { http } = await servedManager(t, 1, keeps);
  const port = await unusedPort();
  const error: unknown = await http
    .request('GET', `http://127.0.0.1:${port}/`, { retries: new Retry(1, { backoffFactor: 0 }) })
    .catch((reason: unknown) => reason);
  assert.ok(error instanceof HTTPError);
  assert.deepEqual(told(error).slice(1), [
    '  1. without a connection, tried 127.0.0.1:P for T (tcp): failed (ERR_CONNECTION_REFUSED); tried again',
    '  2. without a connection, tried 127.0.0.1:P for T (tcp): failed (ERR_CONNECTION_REFUSED)',
    '  not tried again: its retries are used up',
  ]);
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

test('explain() tells for how long a request waited for a connection', async (t) => {
  const held: Script = async (connection) => {
    for (;;) {
      await connection.head();
      await connection.wait(30);
      await connection.respond();
    }
  };
  const { http, origins } = await servedManager(t, 1, held, { maxSize: 1 });
  const [, second] = await Promise.all([http.request('GET', origins[0]), http.request('GET', origins[0])]);
  assert.match(explain(second), /, used once before, after a wait of \d\d ms: 200; waited \d\d ms for the answer$/);
  assert.ok(second.timings.queue >= 29);
});

// why a call was not tried again, its Retry, the last line
const REFUSED = [
  ['the retries are used up', { total: 1 }, {}, 'its retries are used up'],
  ['the budget is', { total: 3 }, { minPerSecond: 0, ratio: 0 }, "its origin's retry budget is used up"],
] as const;

for (const [name, { total }, retryBudget, words] of REFUSED) {
  test(`explain() says so where ${name}`, async (t) => {
    const busy: Script = async (connection) => {
      for (;;) {
        await connection.head();
        await connection.respond({ status: 503 });
      }
    };
    const retries = new Retry(total, { statusForcelist: [503], backoffFactor: 0, raiseOnStatus: false });
    const { http, origins } = await servedManager(t, 1, busy, { retries, retryBudget });
    assert.equal(told(await http.request('GET', origins[0])).at(-1), `  not tried again: ${words}`);
  });
}

test('explain() tells of an attempt that had no connection when its time ran out', async (t) => {
  const silent: Script = async (connection) => {
    await connection.closed;
  };
  const { http, origins } = await servedManager(t, 1, silent, { maxSize: 1 });
  const first = http.request('GET', origins[0]).catch(() => {});
  const error: unknown = await http
    .request('GET', origins[0], { timeout: { pool: 5 } })
    .catch((reason: unknown) => reason);
  assert.deepEqual(told(error).slice(1), ['  1. without a connection: failed (ERR_TIMEOUT)']);
  await http.close({ timeout: 0 });
  await first;
});

// name, ms, text
const DURATIONS = [
  ['a tenth', 0.1, '0.1 ms'],
  ['below ten', 9.94, '9.9 ms'],
  ['ten', 9.96, '10 ms'],
  ['below a second', 999.4, '999 ms'],
  ['a second', 999.6, '1.0 s'],
  ['ten seconds', 9_951, '10 s'],
  ['below a minute', 59_499, '59 s'],
  ['a minute', 59_500, '1 min 0 s'],
  ['below two', 119_700, '2 min 0 s'],
] as const;

for (const [name, ms, text] of DURATIONS) {
  test(`explain() rounds ${name} to ${text}`, () => {
    const error = new HTTPError('Failed', { code: 'ERR_TIMEOUT', phase: 'total' });
    error.timings = { ...NO_TIME, total: ms };
    assert.equal(explain(error), `Failed (after ${text})`);
  });
}

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
