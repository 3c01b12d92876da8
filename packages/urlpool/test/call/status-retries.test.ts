import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import {
  HTTPError,
  MaxRetryError,
  ProtocolError,
  Retry,
  type RetryOptions,
  SendError,
  StatusError,
  TimeoutError,
  type TraceEvent,
} from 'urlpool';
import { FakeClock, type ResponseChoices, type Script } from 'urlpool-testing';
import { until } from '../connection/served-pool.ts';
import { unpaired } from '../trace/event-pairs.ts';
import { failure, hurry, retriedPool, retries } from './retried-pool.ts';

// Attempts that follow a response, over the wire. What is decided without a socket is tested in next-step.test.ts.

/** Answers with these responses in turn, whichever connection asks, and then with 200 and the body that was sent. */
function answering(...responses: readonly ResponseChoices[]): Script {
  const left = [...responses];
  return async (connection) => {
    for (;;) {
      const { body } = await connection.request();
      await connection.respond(left.shift() ?? { body });
    }
  };
}

function statuses(...list: readonly number[]): Script {
  return answering(...list.map((status) => ({ status, body: 'busy' })));
}

function listed(options: RetryOptions = {}): Retry {
  return new Retry({ total: 3, statusForcelist: [500, 503], ...options });
}

function sleeps(events: readonly TraceEvent[]): number[] {
  return retries(events).map((event) => event.delay);
}

test('request() sends again after a listed status, over the same connection', async (t) => {
  const { pool, events } = await retriedPool(t, statuses(503, 500), { retries: listed() });
  const response = await pool.request('PUT', '/', { body: 'text' });
  assert.deepEqual([response.status, response.text(), pool.numConnections, pool.numRequests], [200, 'text', 1, 3]);
  assert.deepEqual(
    response.history.map((entry) => [entry.status, entry.error]),
    [
      [503, null],
      [500, null],
    ],
  );
  assert.deepEqual([response.retries.total, response.retries.history], [1, response.history]);
  assert.deepEqual(
    retries(events).map((event) => [event.because, event.willRetry, event.refused, event.attempt]),
    [
      ['503', true, null, 1],
      ['500', true, null, 2],
    ],
  );
  assert.deepEqual(unpaired(events), []);
});

test('request() gives up with the status as its cause', async (t) => {
  const { pool, server } = await retriedPool(t, statuses(503, 503), { retries: listed({ total: 1 }) });
  const error = await failure(pool.request('GET', '/a'), MaxRetryError);
  const { cause, code, phase, attempt, history } = error;
  assert.ok(cause instanceof StatusError);
  assert.deepEqual(
    [cause.status, cause.response, cause.headers.get('content-length'), code, phase, attempt, history.length],
    [503, null, '4', 'ERR_STATUS', 'status', 2, 2],
  );
  const { origin } = server;
  assert.equal(
    error.message,
    `Cannot finish GET ${origin}/a: gave up after 2 attempts: GET ${origin}/a was answered with status 503 (Service Unavailable)`,
  );
  assert.equal(pool.snapshot().idle, 1);
});

test('request() that gives up tells what its last attempt was answered with', async (t) => {
  const { pool, events } = await retriedPool(t, statuses(503, 503), { retries: listed({ total: 1 }) });
  const { attempts } = await failure(pool.request('GET', '/a'), MaxRetryError);
  assert.deepEqual(
    attempts.map(({ status, error, next }) => [status, error, next]),
    [
      [503, null, 'retry'],
      [503, null, null],
    ],
  );
  const ends = events.flatMap((event) => (event.type === 'call-end' ? [event.attempts] : []));
  assert.deepEqual(
    ends.map((told) => told.map(({ status, error }) => [status, error])),
    [
      [
        [503, null],
        [503, null],
      ],
    ],
  );
});

test('request() gives the last response where too many statuses are no error', async (t) => {
  const retry = listed({ total: 1, raiseOnStatus: false });
  const { pool } = await retriedPool(t, statuses(503, 503), { retries: retry });
  const response = await pool.request('GET', '/');
  assert.deepEqual([response.status, response.text(), response.history.length], [503, 'busy', 1]);
});

test('stream() sends again after a listed status too', async (t) => {
  const { pool } = await retriedPool(t, statuses(503), { retries: listed() });
  const response = await pool.stream('PUT', '/', { body: 'text' });
  assert.deepEqual([response.status, await response.text(), pool.numConnections], [200, 'text', 1]);
});

test('request() closes a connection whose refused response is too long to be read for nothing', async (t) => {
  const script = answering({ status: 503, body: Buffer.alloc(300 * 1024) });
  const { pool } = await retriedPool(t, script, { retries: listed() });
  assert.equal((await pool.request('GET', '/')).status, 200);
  assert.deepEqual(pool.snapshot().closed, { 'unread-body': 1 });
});

test('request() makes the body of a function anew', async (t) => {
  let made = 0;
  const { pool } = await retriedPool(t, statuses(503, 503), { retries: listed() });
  const response = await pool.request('PUT', '/', { body: () => [`body ${++made}`] });
  assert.equal(response.text(), 'body 3');
});

test('request() refuses to send a consumed stream again', async (t) => {
  const { pool, server, events } = await retriedPool(t, statuses(503), { retries: listed() });
  const stream = (async function* () {
    yield 'once';
  })();
  const error = await failure(pool.request('PUT', '/a', { body: stream }), SendError);
  assert.deepEqual([error.code, error.phase, error.refused], ['ERR_BODY_CONSUMED', 'send', 'body']);
  assert.equal(
    error.message,
    `Cannot send PUT ${server.origin}/a again after status 503: its body was a stream and cannot be sent again; give a function that makes it`,
  );
  assert.deepEqual(
    retries(events).map((event) => [event.willRetry, event.refused]),
    [[false, 'body']],
  );
});

// Waits

test('request() waits as Retry-After says, and keeps the connection meanwhile', async (t) => {
  const script = answering({ status: 503, headers: { 'Retry-After': '2' } });
  const { pool, clock, told } = await retriedPool(t, script, { retries: new Retry(3) });
  const call = pool.request('GET', '/');
  await told('retry');
  await until(() => pool.snapshot().idle === 1);
  clock.advance(1_999);
  assert.equal(pool.numRequests, 1);
  clock.advance(1);
  assert.equal((await call).status, 200);
  assert.deepEqual([pool.numRequests, pool.numConnections], [2, 1]);
});

test('request() waits until the date of a Retry-After', async (t) => {
  const clock = new FakeClock();
  const headers = { 'Retry-After': new Date(Math.ceil(clock.wallNow() / 1000) * 1000 + 3_000).toUTCString() };
  const served = await retriedPool(t, answering({ status: 429, headers }), { retries: new Retry(3) }, clock);
  await hurry(served.pool.request('GET', '/'), served);
  const [delay = 0] = sleeps(served.events);
  assert.ok(delay >= 3_000 && delay < 4_000, String(delay));
});

test('request() waits no longer than retryAfterMax', async (t) => {
  const script = answering({ status: 503, headers: { 'Retry-After': '86400' } });
  const served = await retriedPool(t, script, { retries: new Retry({ retryAfterMax: 1_000 }) });
  await hurry(served.pool.request('GET', '/'), served);
  assert.deepEqual(sleeps(served.events), [1_000]);
});

test('request() counts an invalid Retry-After as absent, and says so', async (t) => {
  const script = answering({ status: 503, headers: { 'Retry-After': 'soon' } });
  const { pool, events, server } = await retriedPool(t, script, { retries: new Retry(3) });
  assert.equal((await pool.request('GET', '/a')).status, 503);
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'warning' ? [[event.code, event.message]] : [])),
    [
      [
        'invalid-retry-after',
        `The Retry-After of GET ${server.origin}/a does not count: Cannot use "soon" as a Retry-After: it is neither a number of seconds nor an HTTP date`,
      ],
    ],
  );
});

test('request() neither waits nor tries again by default', async (t) => {
  const { pool } = await retriedPool(t, answering({ status: 503, headers: { 'Retry-After': '2' } }));
  assert.equal((await pool.request('GET', '/')).status, 503);
});

test('request() backs off between statuses', async (t) => {
  const served = await retriedPool(t, statuses(503, 503, 503), { retries: listed({ backoffFactor: 100 }) });
  await hurry(served.pool.request('GET', '/'), served);
  assert.deepEqual(sleeps(served.events), [0, 200, 400]);
});

test('request() gives the response where its wait would outlast the deadline', async (t) => {
  const script = answering({ status: 503, body: 'busy', headers: { 'Retry-After': '2' } });
  const { pool, events } = await retriedPool(t, script, { retries: new Retry(3), timeout: { total: 2_000 } });
  const response = await pool.request('GET', '/');
  assert.deepEqual([response.status, response.text()], [503, 'busy']);
  assert.deepEqual(
    retries(events).map((event) => [event.willRetry, event.refused]),
    [[false, 'deadline']],
  );
});

test('request() ends a wait by the signal', async (t) => {
  const script = answering({ status: 503, headers: { 'Retry-After': '60' } });
  const { pool, clock, told } = await retriedPool(t, script, { retries: new Retry(3) });
  const controller = new AbortController();
  const call = pool.request('GET', '/', { signal: controller.signal });
  await told('retry');
  await until(() => pool.snapshot().idle === 1);
  const reason = new Error('enough');
  controller.abort(reason);
  await assert.rejects(call, reason);
  clock.advance(120_000);
  assert.equal(pool.numRequests, 1);
});

test('request() ends by the deadline while a later attempt runs', async (t) => {
  const script: Script = async (connection) => {
    await connection.request();
    await connection.respond({ status: 503, headers: { 'Retry-After': '2' } });
    await connection.request();
  };
  const { pool, clock, told } = await retriedPool(t, script, { retries: new Retry(3), timeout: { total: 2_500 } });
  const call = pool.request('GET', '/');
  await told('retry');
  await until(() => pool.snapshot().idle === 1);
  clock.advance(2_000);
  await told('exchange-start', 1);
  clock.advance(500);
  const error = await failure(call, TimeoutError);
  assert.deepEqual([error.phase, error.attempt], ['total', 2]);
});

test('request() waits as the Retry-After of a redirect says', async (t) => {
  const script = answering({ status: 302, headers: { Location: '/b', 'Retry-After': '1' } });
  const { pool, clock, told } = await retriedPool(t, script, { retries: new Retry(3) });
  const call = pool.request('GET', '/a');
  await told('redirect');
  await until(() => pool.snapshot().idle === 1);
  assert.equal(pool.numRequests, 1);
  clock.advance(1_000);
  assert.equal(new URL((await call).url).pathname, '/b');
});

// 421 and 425

for (const status of [421, 425]) {
  test(`request() sends again after a ${status} once, on a fresh connection`, async (t) => {
    const { pool, server } = await retriedPool(t, [statuses(status), statuses()], { maxSize: 1 });
    const response = await pool.request('POST', '/', { body: 'text' });
    assert.deepEqual([response.status, response.text(), response.history.length], [200, 'text', 1]);
    assert.deepEqual([server.connections.length, pool.numRequests], [2, 2]);
  });

  test(`request() gives a second ${status}`, async (t) => {
    const { pool } = await retriedPool(t, statuses(status, status));
    assert.deepEqual([(await pool.request('GET', '/')).status, pool.numRequests], [status, 2]);
  });

  test(`request() gives a ${status} where retries are false`, async (t) => {
    const { pool } = await retriedPool(t, statuses(status), { retries: false });
    assert.deepEqual([(await pool.request('GET', '/')).status, pool.numRequests], [status, 1]);
  });
}

// The caller's predicate

test('request() tries again where retryOn says so', async (t) => {
  const retryOn: RetryOptions['retryOn'] = ({ response }) => response?.status === 404;
  const { pool } = await retriedPool(t, statuses(404, 404), { retries: new Retry(3, { retryOn }) });
  assert.deepEqual([(await pool.request('POST', '/')).status, pool.numRequests], [200, 3]);
});

test("request() runs retryOn in its caller's context", async (t) => {
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const retryOn = () => {
    seen.push(storage.getStore());
    return false;
  };
  const { pool } = await retriedPool(t, statuses(), { retries: new Retry(3, { retryOn }) });
  await storage.run('one', () => pool.request('GET', '/'));
  await storage.run('two', () => pool.request('GET', '/'));
  assert.deepEqual(seen, ['one', 'two']);
});

test('request() fails with what retryOn throws', async (t) => {
  const thrown = new Error('no idea');
  const retryOn = () => {
    throw thrown;
  };
  const { pool, events } = await retriedPool(t, statuses(), { retries: new Retry(3, { retryOn }) });
  await assert.rejects(pool.request('GET', '/'), (error) => error === thrown);
  assert.deepEqual(unpaired(events), []);
});

// The budget

test('request() stops trying again where the origin has no budget left', async (t) => {
  const script: Script = async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({ status: 503 });
    }
  };
  const retryBudget = { ratio: 0, minPerSecond: 0.2 };
  const { pool, events } = await retriedPool(t, script, { retries: listed({ total: 10 }), retryBudget });
  const response = await pool.request('GET', '/');
  assert.deepEqual([response.status, pool.numRequests], [503, 3]);
  assert.deepEqual(
    retries(events).map((event) => event.refused),
    [null, null, 'budget'],
  );
});

test('request() fails with its own error where the budget is spent', async (t) => {
  const losing: Script = async (connection) => {
    await connection.request();
    connection.end();
  };
  const { pool } = await retriedPool(t, losing, { retryBudget: { ratio: 0, minPerSecond: 0 } });
  const error = await failure(pool.request('GET', '/'), HTTPError);
  assert.deepEqual([error.name, error.refused, pool.numRequests], ['ConnectionError', 'budget', 1]);
});

test('request() has no budget with a Retry of the caller', async (t) => {
  const many = 150; // more than the 100 of the default budget's floor
  const { pool } = await retriedPool(t, statuses(...Array(many).fill(503)), { retries: listed({ total: many }) });
  assert.deepEqual([(await pool.request('GET', '/')).status, pool.numRequests], [200, many + 1]);
});

test('Retry.parseRetryAfter() throws what a call passes over', () => {
  assert.throws(() => Retry.parseRetryAfter('soon'), ProtocolError);
});
