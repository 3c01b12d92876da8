import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HTTPConnectionPool, HTTPSConnectionPool, RequestError, type RequestOptions, TimeoutError } from 'urlpool';
import { FakeClock, type Script, ScriptedServer } from 'urlpool-testing';
import { echo, gate, type ServedPool, type ServedPoolOptions, servedPool, until } from './served-pool.ts';

// Each limit over the wire. Time is turned by hand: at one millisecond less than the limit the call still runs, at the
// limit it has failed. What the server does is real.

const silent: Script = async (connection) => {
  await connection.request();
};

interface TimedPool extends ServedPool {
  readonly clock: FakeClock;
}

async function timedPool(
  t: TestContext,
  script: Script | readonly Script[],
  options: ServedPoolOptions = {},
): Promise<TimedPool> {
  const clock = new FakeClock({ now: 1000 });
  return { ...(await servedPool(t, script, { ...options, clock })), clock };
}

/** Whether a promise has settled: microtasks have run, nothing else. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let i = 0; i < 20; i++) await null;
  return settled;
}

/** Asserts that `call` is pending 1 ms before `ms` have passed, and fails with a TimeoutError when they have. */
async function failsAfter(call: Promise<unknown>, clock: FakeClock, ms: number): Promise<TimeoutError> {
  clock.advance(ms - 1);
  assert.equal(await isSettled(call), false, `failed before ${ms} ms`);
  clock.advance(1);
  assert.equal(await isSettled(call), true, `still runs after ${ms} ms`);
  return await timeoutOf(call);
}

async function timeoutOf(call: Promise<unknown>): Promise<TimeoutError> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TimeoutError, String(error));
  return error;
}

// Timeout.read

test('Timeout.read ends a call whose response does not begin', async (t) => {
  const { pool, server, clock } = await timedPool(t, silent);
  const call = pool.request('GET', '/a', { timeout: { read: 100 } });
  await server.request(0);
  const error = await failsAfter(call, clock, 100);
  assert.equal(
    error.message,
    `Cannot read the response head of GET ${server.origin}/a within 100 ms; option: timeout.read`,
  );
  assert.deepEqual([error.code, error.phase], ['ERR_TIMEOUT', 'head']);
});

test('Timeout.read closes the connection, with the reason', async (t) => {
  const { pool, server, clock } = await timedPool(t, silent);
  const call = pool.request('GET', '/a', { timeout: { read: 100 } });
  await server.request(0);
  clock.advance(100);
  await timeoutOf(call);
  assert.deepEqual(pool.snapshot().closed, { timeout: 1 });
});

test('Timeout.read ends a call whose head stops in the middle', async (t) => {
  const { pool, clock } = await timedPool(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 O');
  });
  const call = pool.request('GET', '/a', { timeout: { read: 100 } });
  await until(() => pool.snapshot().bytesIn > 0);
  assert.equal((await failsAfter(call, clock, 100)).phase, 'head');
});

test('Timeout.read ends a call whose body stops in the middle', async (t) => {
  const { pool, server, clock, told } = await timedPool(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
  });
  const call = pool.request('GET', '/a', { timeout: { read: 100 } });
  await told('receive-start');
  const error = await failsAfter(call, clock, 100);
  assert.equal(
    error.message,
    `Cannot read the response body of GET ${server.origin}/a within 100 ms; option: timeout.read`,
  );
  assert.equal(error.phase, 'body');
});

/** Answers with a head, then with one byte of the body whenever `drip()` is called. */
function drippingServer(): { script: Script; drip(): void } {
  let next = gate();
  return {
    script: async (connection) => {
      await connection.request();
      await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
      for (;;) {
        await next.opened;
        next = gate();
        await connection.write('x');
      }
    },
    drip: () => next.open(),
  };
}

test('Timeout.read begins anew with every byte', async (t) => {
  const { script, drip } = drippingServer();
  const { pool, clock, told } = await timedPool(t, script);
  const call = pool.request('GET', '/', { timeout: { read: 100 } });
  await told('receive-start');
  for (let i = 0; i < 5; i++) {
    const { bytesIn } = pool.snapshot();
    clock.advance(99);
    drip();
    await until(() => pool.snapshot().bytesIn > bytesIn);
  }
  await failsAfter(call, clock, 100);
});

test('Timeout.read begins anew with an interim response', async (t) => {
  const hint = gate();
  const { pool, server, clock, told } = await timedPool(t, async (connection) => {
    await connection.request();
    await hint.opened;
    await connection.write('HTTP/1.1 103 Early Hints\r\n\r\n');
  });
  const call = pool.request('GET', '/', { timeout: { read: 100 } });
  await server.request(0);
  clock.advance(99);
  hint.open();
  await told('informational');
  await failsAfter(call, clock, 100);
});

test('Timeout.read ends an upload that the server does not read', async (t) => {
  const paused = gate();
  const { pool, server, clock } = await timedPool(t, async (connection) => {
    await connection.head();
    connection.pause();
    paused.open();
  });
  const body = Buffer.alloc(32 * 1024 * 1024);
  const error = timeoutOf(pool.request('POST', '/a', { body, timeout: { read: 100 } }));
  await paused.opened;
  // Each step that leaves begins the silence anew: sooner or later none does.
  let over = false;
  void error.finally(() => {
    over = true;
  });
  await until(() => {
    clock.advance(1);
    return over;
  });
  assert.equal(
    (await error).message,
    `Cannot send the request body of POST ${server.origin}/a within 100 ms; option: timeout.read`,
  );
  assert.equal((await error).phase, 'send');
  assert.ok(pool.snapshot().bytesOut < body.length);
});

test("Timeout.read does not run while the body's own source makes it wait", async (t) => {
  const { pool, server, clock } = await timedPool(t, echo);
  const more = gate();
  const body = async function* () {
    yield 'first';
    await more.opened;
    yield 'second';
  };
  const call = pool.request('POST', '/a', { body, timeout: { read: 100 } });
  await until(() => (server.connections[0]?.bytesRead ?? 0) > 0);
  await until(() => pool.snapshot().bytesOut > 0);
  clock.advance(10_000);
  more.open();
  assert.equal((await call).text(), '/a');
});

// Timeout.head

test('Timeout.head counts from the last byte of the request', async (t) => {
  const { pool, server, clock, told } = await timedPool(t, silent);
  const more = gate();
  const body = async function* () {
    yield 'first';
    await more.opened;
    yield 'second';
  };
  const call = pool.request('POST', '/a', { body, timeout: { head: 100 } });
  await until(() => (server.connections[0]?.bytesRead ?? 0) > 0);
  clock.advance(10_000);
  more.open();
  await told('send-end');
  const error = await failsAfter(call, clock, 100);
  assert.equal(
    error.message,
    `Cannot read the response head of POST ${server.origin}/a within 100 ms; option: timeout.head`,
  );
  assert.deepEqual([error.code, error.phase], ['ERR_TIMEOUT', 'head']);
});

test('Timeout.head is not put off by bytes', async (t) => {
  const { pool, clock, told } = await timedPool(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n');
  });
  const call = pool.request('GET', '/a', { timeout: { head: 100 } });
  await told('informational');
  await failsAfter(call, clock, 100);
});

test('Timeout.head does not run while the body is read', async (t) => {
  const rest = gate();
  const { pool, clock, told } = await timedPool(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n');
    await rest.opened;
    await connection.write('done');
  });
  const call = pool.request('GET', '/a', { timeout: { head: 100 } });
  await told('receive-start');
  clock.advance(10_000);
  rest.open();
  assert.equal((await call).text(), 'done');
});

// Timeout.total

test('Timeout.total ends a call that drips', async (t) => {
  const { script, drip } = drippingServer();
  const { pool, server, clock, told } = await timedPool(t, script);
  const call = pool.request('GET', '/a', { timeout: { read: 100, total: 250 } });
  await told('receive-start');
  for (const ms of [80, 80]) {
    const { bytesIn } = pool.snapshot();
    clock.advance(ms);
    drip();
    await until(() => pool.snapshot().bytesIn > bytesIn);
  }
  const error = await failsAfter(call, clock, 90);
  assert.equal(
    error.message,
    `Cannot finish GET ${server.origin}/a within 250 ms: still reading the body; option: timeout.total`,
  );
  assert.deepEqual([error.code, error.phase], ['ERR_TIMEOUT', 'total']);
});

test('Timeout.total ends a call that waits for its response', async (t) => {
  const { pool, server, clock } = await timedPool(t, silent);
  const call = pool.request('GET', '/a', { timeout: { total: 100 } });
  await server.request(0);
  const error = await failsAfter(call, clock, 100);
  assert.match(error.message, /within 100 ms: still waiting for the response; option: timeout\.total$/);
});

test('Timeout.total closes the connection of a call that runs', async (t) => {
  const { pool, server, clock } = await timedPool(t, silent);
  const call = pool.request('GET', '/a', { timeout: { total: 100 } });
  await server.request(0);
  clock.advance(100);
  await timeoutOf(call);
  assert.deepEqual(pool.snapshot().closed, { timeout: 1 });
});

test('Timeout.total ends a call in the queue', async (t) => {
  const { pool, server, clock } = await timedPool(t, silent, { maxSize: 1 });
  const first = pool.request('GET', '/a', { timeout: { total: 1000 } });
  await server.request(0);
  const second = pool.request('GET', '/b', { timeout: { total: 100 } });
  const error = await failsAfter(second, clock, 100);
  assert.match(error.message, /GET .*\/b within 100 ms: still waiting for a connection; option: timeout\.total$/);
  assert.deepEqual([error.phase, error.connection], ['total', null]);
  assert.equal(pool.snapshot().active, 1);
  await failsAfter(first, clock, 900);
});

test('Timeout.total ends a call that is being dialled for', async (t) => {
  const { pool, clock } = await timedPool(t, echo, { host: 'name.test', lookup: () => {} });
  const call = pool.request('GET', '/a', { timeout: { connect: null, total: 100 } });
  assert.equal((await failsAfter(call, clock, 100)).phase, 'total');
});

test('Timeout.total goes on through a replay', async (t) => {
  const { pool, server, clock } = await timedPool(t, [
    async (connection) => {
      await connection.request();
      await connection.respond();
      await connection.request();
      connection.end();
    },
    silent,
  ]);
  await pool.request('GET', '/a');
  const call = pool.request('GET', '/b', { timeout: { total: 100 } });
  clock.advance(60);
  await server.request(2);
  await failsAfter(call, clock, 40);
});

// Timeout.pool

test('Timeout.pool ends a call in the queue', async (t) => {
  const { pool, server, clock } = await timedPool(t, silent, { maxSize: 1 });
  const first = pool.request('GET', '/a', { timeout: { total: 1000 } });
  await server.request(0);
  const second = pool.request('GET', '/b', { timeout: { pool: 100 } });
  const error = await failsAfter(second, clock, 100);
  assert.equal(
    error.message,
    `Cannot begin GET ${server.origin}/b within 100 ms: connections to ${server.origin}: 1 in use; options: timeout.pool, maxSize`,
  );
  assert.deepEqual([error.code, error.phase, error.connection], ['ERR_TIMEOUT', 'pool', null]);
  assert.deepEqual(pool.snapshot().queued, 0);
  await failsAfter(first, clock, 900);
});

test('Timeout.pool does not run once the call has its connection', async (t) => {
  const answer = gate();
  const { pool, server, clock } = await timedPool(t, async (connection) => {
    await connection.request();
    await answer.opened;
    await connection.respond({ body: 'late' });
  });
  const call = pool.request('GET', '/a', { timeout: { pool: 100 } });
  await server.request(0);
  clock.advance(10_000);
  answer.open();
  assert.equal((await call).text(), 'late');
});

// Timeout.connect

test('Timeout.connect ends a look-up that never answers', async (t) => {
  const { pool, server, clock } = await timedPool(t, echo, { host: 'name.test', lookup: () => {} });
  const call = pool.request('GET', '/a', { timeout: { connect: 100 } });
  const error = await failsAfter(call, clock, 100);
  assert.equal(
    error.message,
    `Cannot connect to http://name.test:${server.port}: still looking up "name.test" after 100 ms; option: timeout.connect`,
  );
  assert.deepEqual(
    [error.code, error.phase, error.url],
    ['ERR_TIMEOUT', 'connect', `http://name.test:${server.port}/a`],
  );
  assert.deepEqual(pool.snapshot().closed, { 'dial-timeout': 1 });
});

test('Timeout.connect ends a TLS handshake that the server never begins', async (t) => {
  const clock = new FakeClock();
  const server = await ScriptedServer.start({}, () => {});
  let inHandshake = (): void => {};
  const begun = new Promise<void>((resolve) => {
    inHandshake = resolve;
  });
  const pool = new HTTPSConnectionPool('127.0.0.1', {
    port: server.port,
    retries: false,
    clock,
    onEvent: ({ type }) => {
      if (type === 'tls-start') inHandshake();
    },
  });
  t.after(async () => {
    await pool.close();
    await server.close();
  });
  const call = pool.request('GET', '/a', { timeout: { connect: 100 } });
  await begun;
  const error = await failsAfter(call, clock, 100);
  assert.equal(
    error.message,
    `Cannot connect to https://127.0.0.1:${server.port}: still in the TLS handshake with 127.0.0.1:${server.port} after 100 ms; option: timeout.connect`,
  );
  await server.connections[0]?.closed;
});

test('Timeout.connect of one call does not end that of another', async (t) => {
  const { pool, clock } = await timedPool(t, echo, { host: 'name.test', lookup: () => {} });
  const short = pool.request('GET', '/a', { timeout: { connect: 100 } });
  const long = pool.request('GET', '/b', { timeout: { connect: 300 } });
  await failsAfter(short, clock, 100);
  await failsAfter(long, clock, 200);
});

test('Timeout.connect does not run once the connection is open', async (t) => {
  const answer = gate();
  const { pool, server, clock } = await timedPool(t, async (connection) => {
    await connection.request();
    await answer.opened;
    await connection.respond({ body: 'late' });
  });
  const call = pool.request('GET', '/a', { timeout: { connect: 100 } });
  await server.request(0);
  clock.advance(10_000);
  answer.open();
  assert.equal((await call).text(), 'late');
});

// An event loop that was busy with something else

function block(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

test('Timeout.connect does not blame a server for a busy event loop', async (t) => {
  const { pool } = await servedPool(t, echo);
  const call = pool.request('GET', '/a', { timeout: { connect: 100 } });
  block(200);
  assert.equal((await call).text(), '/a');
});

for (const phase of ['head', 'read'] as const) {
  test(`Timeout.${phase} does not blame a server for a busy event loop`, async (t) => {
    const { pool } = await servedPool(t, async (connection) => {
      await connection.request();
      void connection.respond({ body: 'in time' });
      block(400);
      await connection.read();
    });
    const call = pool.request('GET', '/a', { timeout: { [phase]: 200 } });
    assert.equal((await call).text(), 'in time');
  });
}

// One after the other on the same connection.

// name, timeout of the first request, of the second
const SUCCESSIONS: readonly (readonly [string, RequestOptions['timeout'], RequestOptions['timeout']])[] = [
  ['Timeout.read', { read: 100 }, { read: 100 }],
  ['Timeout.read, the second without one', { read: 100 }, { read: null }],
  ['Timeout.read, the second with a longer one', { read: 100 }, { read: 10_000 }],
  ['Timeout.head', { head: 100 }, { head: 100 }],
  ['Timeout.head, the second without one', { head: 100 }, {}],
  ['Timeout.total', { total: 100 }, { total: 100 }],
  ['Timeout.total, the second without one', { total: 100 }, {}],
  ['Timeout.pool', { pool: 100 }, { pool: 100 }],
];

for (const [name, first, second] of SUCCESSIONS) {
  test(`${name} of one request does not end the next on its connection`, async (t) => {
    const answer = gate();
    const { pool, server, clock } = await timedPool(t, async (connection) => {
      await connection.request();
      await connection.respond();
      await connection.request();
      await answer.opened;
      await connection.respond({ body: 'late' });
    });
    await pool.request('GET', '/a', { timeout: first });
    clock.advance(60);
    const call = pool.request('GET', '/b', { timeout: second });
    await server.request(1);
    clock.advance(60); // 120 after the first began, 60 after the second
    answer.open();
    assert.equal((await call).text(), 'late');
    assert.equal(pool.numConnections, 1);
  });
}

test('Timeout.read of a longer first request does not put off that of the next', async (t) => {
  const { pool, server, clock } = await timedPool(t, async (connection) => {
    await connection.request();
    await connection.respond();
    await connection.request();
  });
  await pool.request('GET', '/a', { timeout: { read: 10_000 } });
  const call = pool.request('GET', '/b', { timeout: { read: 100 } });
  await server.request(1);
  await failsAfter(call, clock, 100);
});

test('Timeout.read of one request does not end the next before that is written', async (t) => {
  const clock = new FakeClock({ now: 1000, checks: 'manual' });
  const { pool } = await servedPool(t, echo, { clock });
  await pool.request('GET', '/a', { timeout: { read: 100 } });
  clock.runChecks();
  clock.advance(60);
  const call = pool.request('GET', '/b', { timeout: { read: 100 } });
  clock.advance(60); // 120 after the first began, 60 after the second
  clock.runChecks();
  clock.runChecks();
  assert.equal((await call).text(), '/b');
  assert.equal(pool.numConnections, 1);
});

// In real time.

test('request() is never ended early, and by at most 20 ms late where the machine is not busy', async (t) => {
  const { pool } = await servedPool(t, silent);
  const limits = Array.from({ length: 30 }, (_, i) => 20 + 3 * i);
  const lateness = await Promise.all(
    limits.map(async (ms, i) => {
      const start = performance.now();
      await timeoutOf(pool.request('GET', '/', { timeout: i % 2 === 0 ? { read: ms } : { total: ms } }));
      return performance.now() - start - ms;
    }),
  );
  lateness.sort((a, b) => a - b);
  assert.ok((lateness[0] ?? -1) >= 0, `${lateness[0]} ms`);
  assert.ok((lateness[7] ?? 100) <= 20, `${lateness[7]} ms`);
});

// What is no limit is refused before anything is sent.

const BAD_VALUES: readonly unknown[] = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', true];
const PHASES = ['connect', 'read', 'head', 'pool', 'total'] as const;
const BAD_TIMEOUTS: readonly (readonly [string, unknown])[] = [
  ...BAD_VALUES.filter((value) => typeof value === 'number').map((value) => [`${value}`, value] as const),
  ...PHASES.flatMap((phase) =>
    BAD_VALUES.map((value) => [`{ ${phase}: ${JSON.stringify(value) ?? value} }`, { [phase]: value }] as const),
  ),
];

test('request() refuses what is no time limit, before anything is sent', async (t) => {
  const { pool, server } = await servedPool(t, echo);
  for (const [name, timeout] of BAD_TIMEOUTS) {
    await assert.rejects(
      pool.request('GET', '/', { timeout: timeout as RequestOptions['timeout'] }),
      (error) => error instanceof RequestError && error.code === 'ERR_INVALID_OPTION' && /timeout/.test(error.message),
      name,
    );
  }
  assert.deepEqual([server.connections.length, pool.numConnections], [0, 0]);
});

test('HTTPConnectionPool() refuses what is no time limit', () => {
  for (const [name, timeout] of BAD_TIMEOUTS) {
    assert.throws(
      () => new HTTPConnectionPool('127.0.0.1', { timeout: timeout as RequestOptions['timeout'] }),
      (error) => error instanceof RequestError && error.code === 'ERR_INVALID_OPTION',
      name,
    );
  }
});
