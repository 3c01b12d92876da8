import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import {
  type BodyInput,
  ConnectError,
  ConnectionError,
  HTTPError,
  LimitError,
  type LookupOptions,
  MaxRetryError,
  PoolManager,
  type RequestOptions,
  Retry,
  TimeoutError,
  type Timer,
  TLSError,
} from 'urlpool';
import { createCertificateAuthority, FakeClock, type Script, unusedPort } from 'urlpool-testing';
import { echo, gate, localCertificate, type ServedPoolOptions, servedPool } from '../connection/served-pool.ts';
import { unpaired } from '../trace/event-pairs.ts';
import { failure, hurry, type RetriedPool, retriedPool, retries } from './retried-pool.ts';

// Attempts that follow a failed one, over the wire. Which errors are of which kind is tested in policy/classify.test.ts,
// what a Retry counts in policy/retry.test.ts, and what follows in next-step.test.ts.

/** Reads a request and closes. */
const losing: Script = async (connection) => {
  await connection.request();
  connection.end();
};

/** One whose server is not there. */
async function refusedPool(t: TestContext, options: ServedPoolOptions = {}, clock?: FakeClock): Promise<RetriedPool> {
  const served = await retriedPool(t, echo, options, clock);
  await served.server.close();
  return served;
}

/** Finds no address at first, so that the first dials fail. */
function failingLookup(failures: number): LookupOptions & { host: string } {
  let asked = 0;
  return {
    host: 'name.test',
    lookup: (_host, _options, answer) => {
      if (asked++ < failures) answer(new Error('no name'), []);
      else answer(null, [{ address: '127.0.0.1', family: 4 }]);
    },
  };
}

// The default

test('request() tries a connection that is refused three times by default', async (t) => {
  const served = await refusedPool(t);
  const url = `${served.server.origin}/a`;
  const error = await failure(hurry(served.pool.request('GET', '/a'), served), MaxRetryError);
  const { code, phase, attempt, cause, history } = error;
  assert.ok(cause instanceof ConnectError);
  assert.deepEqual(
    { code, phase, attempt, history: history.map((entry) => [entry.method, entry.url, entry.error?.code]) },
    {
      code: cause.code,
      phase: 'connect',
      attempt: 3,
      history: [1, 2, 3].map(() => ['GET', url, 'ERR_CONNECTION_REFUSED']),
    },
  );
  assert.equal(served.pool.numConnections, 3);
});

test('request() says after how many attempts it gave up, and why', async (t) => {
  const served = await refusedPool(t, { retries: 1 });
  const { message } = await failure(served.pool.request('GET', '/a'), MaxRetryError);
  const { origin, port } = served.server;
  assert.equal(
    message,
    `Cannot finish GET ${origin}/a: gave up after 2 attempts: Cannot connect to ${origin}: 127.0.0.1:${port} refused the connection; is a server listening there?`,
  );
});

test('request() tries three times by default where the server closes', async (t) => {
  const served = await retriedPool(t, losing);
  const error = await failure(hurry(served.pool.request('GET', '/'), served), MaxRetryError);
  assert.deepEqual([error.code, error.phase, served.pool.numRequests], ['ERR_CONNECTION_CLOSED', 'head', 3]);
});

test('PoolManager.request() tries three times by default', async (t) => {
  const http = new PoolManager({ random: () => 0 });
  t.after(() => http.close());
  const error = await failure(http.request('GET', `http://127.0.0.1:${await unusedPort()}/`), MaxRetryError);
  assert.equal(error.attempt, 3);
});

test('request() tries no TLS error again by default, and gives it as it is', async (t) => {
  const ca = (await createCertificateAuthority()).certificate;
  const { pool } = await servedPool(t, echo, { tls: await localCertificate(), ca, retries: Retry.DEFAULT });
  await failure(pool.request('GET', '/'), TLSError);
  assert.equal(pool.numConnections, 1);
});

for (const timeout of [{ read: 100 }, { head: 100 }]) {
  test(`request() tries no timeout again by default: ${JSON.stringify(timeout)}`, async (t) => {
    const { pool, server, clock } = await retriedPool(t, async (connection) => {
      await connection.request();
    });
    const call = pool.request('GET', '/', { timeout });
    await server.request(0);
    clock.advance(100);
    await failure(call, TimeoutError);
    assert.equal(pool.numRequests, 1);
  });

  test(`request() tries a timeout again with a Retry of the caller's: ${JSON.stringify(timeout)}`, async (t) => {
    const { pool, server, clock } = await retriedPool(t, [
      async (connection) => void (await connection.request()),
      echo,
    ]);
    const call = pool.request('GET', '/', { timeout, retries: 1 });
    await server.request(0);
    clock.advance(100);
    assert.equal((await call).text(), '/');
  });
}

test('request() tries again by default where a connection took too long to open', async (t) => {
  const asked = [gate(), gate()];
  let asks = 0;
  const { pool, clock } = await retriedPool(t, echo, {
    host: 'name.test',
    lookup: (_host, _options, answer) => {
      asked[asks]?.open();
      if (asks++ === 1) answer(null, [{ address: '127.0.0.1', family: 4 }]);
    },
  });
  const call = pool.request('GET', '/a');
  await asked[0]?.opened;
  clock.advance(10_000);
  assert.equal((await call).text(), '/a');
});

// Counting

// name, Retry, attempts made where none can connect
const REFUSED: readonly (readonly [string, Retry | number | false, number])[] = [
  ['false', false, 1],
  ['0', 0, 1],
  ['2', 2, 3],
  ['connect below total', new Retry(5, { connect: 1 }), 2],
  ['total below connect', new Retry(1, { connect: 5 }), 2],
  ['connect alone', new Retry(null, { connect: 1 }), 2],
  ['read is not asked', new Retry(1, { read: 0 }), 2],
];

for (const [name, own, attempts] of REFUSED) {
  test(`request() that cannot connect is tried ${attempts} times with retries: ${name}`, async (t) => {
    const { pool } = await refusedPool(t);
    await failure(pool.request('GET', '/', { retries: own }), HTTPError);
    assert.equal(pool.numConnections, attempts);
  });
}

// name, Retry, attempts made where every one is lost
const LOST: readonly (readonly [string, Retry | number | false, number])[] = [
  ['false', false, 1],
  ['0', 0, 1],
  ['2', 2, 3],
  ['read below total', new Retry(5, { read: 1 }), 2],
  ['read alone', new Retry(null, { read: 1 }), 2],
  ['connect is not asked', new Retry(1, { connect: 0 }), 2],
  ['not this method', new Retry(5, { allowedMethods: ['PUT'] }), 1],
];

for (const [name, own, attempts] of LOST) {
  test(`request() whose server closes is tried ${attempts} times with retries: ${name}`, async (t) => {
    const { pool } = await retriedPool(t, losing);
    await failure(pool.request('GET', '/', { retries: own }), HTTPError);
    assert.equal(pool.numRequests, attempts);
  });
}

test('request() with retries: false fails with the error itself', async (t) => {
  const { pool } = await refusedPool(t);
  const error = await failure(pool.request('GET', '/', { retries: false }), ConnectError);
  assert.deepEqual(error.history, []);
});

test('request() counts connect and read errors of one call apart', async (t) => {
  const { pool } = await retriedPool(t, [losing, echo], failingLookup(1));
  const response = await pool.request('GET', '/', { retries: new Retry(null, { connect: 1, read: 1 }) });
  assert.deepEqual(
    response.history.map(({ error }) => error?.code),
    ['ERR_NAME_LOOKUP', 'ERR_CONNECTION_CLOSED'],
  );
});

test('request() counts errors and redirects of one call together as total', async (t) => {
  const { pool } = await retriedPool(t, [
    losing,
    async (connection) => {
      await connection.request();
      await connection.respond({ status: 302, headers: { Location: '/to', Connection: 'close' } });
    },
    losing,
  ]);
  const error = await failure(pool.request('GET', '/', { retries: 2 }), MaxRetryError);
  assert.deepEqual(
    error.history.map(({ status, error: why }) => status ?? why?.code),
    ['ERR_CONNECTION_CLOSED', 302, 'ERR_CONNECTION_CLOSED'],
  );
});

test('request() leaves a Retry as it was', async (t) => {
  const { pool } = await retriedPool(t, [losing, losing, echo]);
  const own = new Retry(1);
  await failure(pool.request('GET', '/', { retries: own }), MaxRetryError);
  const { total, history } = own;
  assert.deepEqual({ total, history }, { total: 1, history: [] });
});

test('request() whose kept connection had died is replayed without a retry', async (t) => {
  const { pool } = await retriedPool(t, [
    async (connection) => {
      await connection.request();
      await connection.respond();
      await losing(connection);
    },
    losing,
    echo,
  ]);
  await pool.request('GET', '/first');
  const response = await pool.request('GET', '/second', { retries: new Retry(null, { read: 1 }) });
  assert.deepEqual([response.history.length, pool.numRequests], [1, 4]);
});

test('request() tries a response again that was cut short', async (t) => {
  const { pool } = await retriedPool(t, [
    async (connection) => {
      await connection.request();
      await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
      connection.end();
    },
    echo,
  ]);
  assert.equal((await pool.request('GET', '/whole')).text(), '/whole');
});

test('request() tries no body again that is larger than it may be', async (t) => {
  const { pool } = await retriedPool(t, echo);
  await failure(pool.request('GET', '/long', { maxBodyBytes: 2 }), LimitError);
  assert.equal(pool.numRequests, 1);
});

test('stream() tries again until the head is there', async (t) => {
  const { pool } = await retriedPool(t, [losing, echo]);
  const response = await pool.stream('GET', '/a');
  assert.deepEqual([response.history.length, await response.text()], [1, '/a']);
});

test('stream() does not try again once the head was there', async (t) => {
  const { pool } = await retriedPool(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    connection.end();
  });
  const response = await pool.stream('GET', '/');
  await failure(response.bytes(), ConnectionError);
  assert.equal(pool.numRequests, 1);
});

// Methods and bodies

for (const method of ['POST', 'PATCH']) {
  test(`request() leaves it to the caller to send ${method} again after a read error`, async (t) => {
    const { pool, events } = await retriedPool(t, losing);
    await failure(pool.request(method, '/', { body: 'text' }), ConnectionError);
    assert.deepEqual([pool.numRequests, retries(events)[0]?.refused], [1, 'policy']);
  });

  test(`request() sends ${method} after a connection could not be opened`, async (t) => {
    const { pool, server } = await retriedPool(t, echo, failingLookup(1));
    await pool.request(method, '/', { body: 'text' });
    assert.equal((await server.request(0)).body.toString(), 'text');
  });

  test(`request() sends ${method} again after a read error where the Retry allows it`, async (t) => {
    const { pool, server } = await retriedPool(t, [losing, echo]);
    await pool.request(method, '/', { body: 'text', retries: new Retry(1, { allowedMethods: [method] }) });
    assert.equal((await server.request(1)).body.toString(), 'text');
  });
}

async function* generated(): AsyncGenerator<string> {
  yield 'one ';
  yield 'two';
}

// name, body, what comes the second time
const REPEATED: readonly (readonly [string, () => BodyInput, string])[] = [
  ['a string', () => 'text', 'text'],
  ['bytes', () => Buffer.from('bytes'), 'bytes'],
  ['a list of pieces', () => ['one ', 'two'], 'one two'],
  ['a function that makes a generator', () => generated, 'one two'],
];

for (const [name, body, sent] of REPEATED) {
  test(`request() sends ${name} again after a read error`, async (t) => {
    const { pool, server } = await retriedPool(t, [losing, echo]);
    await pool.request('PUT', '/', { body: body() });
    assert.equal((await server.request(1)).body.toString(), sent);
  });
}

test('request() calls a body function once for each attempt', async (t) => {
  const { pool } = await retriedPool(t, [losing, echo]);
  let calls = 0;
  await pool.request('PUT', '/', { body: () => `${++calls}` });
  assert.equal(calls, 2);
});

test('request() sends a stream of which nothing was taken after a connection could not be opened', async (t) => {
  const { pool, server } = await retriedPool(t, echo, failingLookup(1));
  await pool.request('PUT', '/', { body: generated() });
  assert.equal((await server.request(0)).body.toString(), 'one two');
});

test('request() sends no stream a second time', async (t) => {
  const { pool, events } = await retriedPool(t, losing);
  await failure(pool.request('PUT', '/', { body: generated() }), ConnectionError);
  assert.deepEqual([pool.numRequests, retries(events)[0]?.refused], [1, 'body']);
});

// Waiting

test('request() waits as its Retry says: not at first, then ever longer', async (t) => {
  const served = await refusedPool(t, { retries: new Retry(4, { backoffFactor: 100, backoffJitter: 50 }) });
  await failure(hurry(served.pool.request('GET', '/'), served), MaxRetryError);
  const waits = retries(served.events).filter(({ willRetry }) => willRetry);
  assert.deepEqual(
    waits.map(({ delay }) => delay),
    [0, 225, 425, 825],
  );
});

test('request() waits no longer than backoffMax', async (t) => {
  const served = await refusedPool(t, { retries: new Retry(3, { backoffFactor: 100, backoffMax: 150 }) });
  await failure(hurry(served.pool.request('GET', '/'), served), MaxRetryError);
  assert.deepEqual(
    retries(served.events).map(({ delay }) => delay),
    [0, 150, 150, 0],
  );
});

/** A call that waits 200 ms before its third attempt. */
async function waiting(t: TestContext, request: RequestOptions = {}, clock = new FakeClock()) {
  const served = await refusedPool(t, { retries: new Retry(2, { backoffFactor: 100 }) }, clock);
  const call = served.pool.request('GET', '/', request);
  call.catch(() => {});
  await served.told('retry', 1);
  return { ...served, call };
}

test('request() begins the next attempt when the wait is over, not before', async (t) => {
  const { pool, clock, call } = await waiting(t);
  clock.advance(199);
  assert.equal(pool.numConnections, 2);
  clock.advance(1);
  assert.equal(pool.numConnections, 3);
  await failure(call, MaxRetryError);
});

test('request() that waits rejects at once with the reason of its signal', async (t) => {
  const controller = new AbortController();
  const { pool, clock, call } = await waiting(t, { signal: controller.signal });
  const reason = new Error('enough');
  controller.abort(reason);
  await assert.rejects(call, (error) => error === reason);
  clock.advance(1_000);
  assert.equal(pool.numConnections, 2);
});

/** A clock whose waits, unlike its deadlines, end late: as where the event loop is busy. */
class LateClock extends FakeClock {
  override setTimer(ms: number, callback: () => void, keepAlive = false): Timer {
    return super.setTimer(keepAlive ? ms + 1_000 : ms, callback);
  }
}

test('request() that waits fails at its deadline, and says what it did', async (t) => {
  const clock = new LateClock();
  const { pool, server, call } = await waiting(t, { timeout: { total: 201 } }, clock);
  clock.advance(201);
  const error = await failure(call, TimeoutError);
  assert.equal(
    error.message,
    `Cannot finish GET ${server.origin}/ within 201 ms: still waiting before the next attempt; option: timeout.total`,
  );
  clock.advance(5_000);
  assert.equal(pool.numConnections, 2);
});

test('request() is within its deadline with all attempts and waits together', async (t) => {
  const { pool, server, told, clock } = await retriedPool(
    t,
    [losing, losing, async (connection) => void (await connection.request())],
    { retries: new Retry(2, { backoffFactor: 100 }) },
  );
  const call = pool.request('GET', '/', { timeout: { total: 250 } });
  await told('retry', 1);
  clock.advance(200);
  await server.request(2);
  clock.advance(49);
  assert.equal(pool.snapshot().active, 1);
  clock.advance(1);
  assert.equal((await failure(call, TimeoutError)).phase, 'total');
});

test('request() does not begin a wait that would outlast the deadline', async (t) => {
  const { pool, events, told } = await refusedPool(t, { retries: new Retry(2, { backoffFactor: 100 }) });
  const error = await failure(pool.request('GET', '/', { timeout: { total: 200 } }), ConnectError);
  const { willRetry, refused, delay } = await told('retry', 1);
  assert.deepEqual(
    { willRetry, refused, delay, attempt: error.attempt, listed: error.history.length, faults: unpaired(events) },
    { willRetry: false, refused: 'deadline', delay: 0, attempt: 2, listed: 1, faults: [] },
  );
});

test('request() that waits holds no connection', async (t) => {
  const { pool, told, clock } = await retriedPool(t, [losing, losing, echo], {
    maxSize: 1,
    retries: new Retry(2, { backoffFactor: 100 }),
  });
  const waits = pool.request('GET', '/a');
  await told('retry', 1);
  assert.equal((await pool.request('GET', '/b')).text(), '/b');
  clock.advance(200);
  assert.equal((await waits).text(), '/a');
});

test('request() that waited stands behind those that came meanwhile', async (t) => {
  const { pool, server, told, clock } = await retriedPool(t, [losing, losing, echo], {
    maxSize: 1,
    retries: new Retry(2, { backoffFactor: 100 }),
  });
  const waits = pool.request('GET', '/a');
  await told('retry', 1);
  const others = ['/b', '/c'].map((target) => pool.request('GET', target));
  clock.advance(200);
  await Promise.all([waits, ...others]);
  assert.deepEqual(
    server.requests.slice(2).map(({ target }) => target),
    ['/b', '/c', '/a'],
  );
});

// Events

test('request() tells of each retry what failed and how long it waits', async (t) => {
  const served = await retriedPool(t, [losing, losing, echo]);
  await hurry(served.pool.request('GET', '/'), served);
  assert.deepEqual(
    retries(served.events).map(({ attempt, willRetry, because, refused, delay }) => {
      return { attempt, willRetry, because, refused, delay };
    }),
    [
      { attempt: 1, willRetry: true, because: 'ERR_CONNECTION_CLOSED', refused: null, delay: 0 },
      { attempt: 2, willRetry: true, because: 'ERR_CONNECTION_CLOSED', refused: null, delay: 625 },
    ],
  );
});

test('request() tells that it gives up', async (t) => {
  const { pool, told } = await refusedPool(t, { retries: 0 });
  await failure(pool.request('GET', '/'), MaxRetryError);
  const { willRetry, refused } = await told('retry');
  assert.deepEqual({ willRetry, refused }, { willRetry: false, refused: 'exhausted' });
});

test('request() that is tried again ends all that it starts, and is one call', async (t) => {
  const served = await retriedPool(t, [losing, losing, echo]);
  await hurry(served.pool.request('GET', '/'), served);
  const calls = served.events.filter(({ type }) => type === 'call-start');
  assert.deepEqual([calls.length, unpaired(served.events)], [1, []]);
});

// A program of its own

const run = promisify(execFile);

test('request() that waits keeps the process alive', async () => {
  const conditions = process.execArgv.filter((argument) => /^(-C|--conditions)/.test(argument));
  const program = `
    import { PoolManager, Retry } from 'urlpool';
    const http = new PoolManager({ retries: new Retry(2, { backoffFactor: 25 }) });
    const error = await http.request('GET', 'http://127.0.0.1:${await unusedPort()}/').catch((reason) => reason);
    console.log(error.name, error.attempt);`;
  const { stdout } = await run(process.execPath, [...conditions, '--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    timeout: 5_000,
  });
  assert.equal(stdout, 'MaxRetryError 3\n');
});
