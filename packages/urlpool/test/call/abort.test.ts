import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { HTTPConnectionPool, PoolManager } from 'urlpool';
import { FakeClock, type Script } from 'urlpool-testing';
import { echo, gate, localCertificate, type ServedPoolOptions, servedPool, until } from '../connection/served-pool.ts';

// An aborted call rejects with the signal's reason itself, wherever the abort finds it; its connection is lost only
// where it was at work.

const REASON = new Error('the user left');

/** What a promise rejects with; it must. */
async function reasonOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => assert.fail('the call was answered'),
    (reason: unknown) => reason,
  );
}

const silent: Script = async (connection) => {
  await connection.request();
};

/** A look-up that is answered when the test says so. */
function heldLookup() {
  const asked = gate();
  const held = gate();
  const options: ServedPoolOptions = {
    host: 'name.test',
    lookup: (_host, _options, answer) => {
      asked.open();
      void held.opened.then(() => answer(null, [{ address: '127.0.0.1', family: 4 }]));
    },
  };
  return { options, asked: asked.opened, answer: held.open };
}

// Before it starts

test('request() with an aborted signal rejects with its reason and dials nothing', async (t) => {
  const { pool } = await servedPool(t, echo);
  assert.equal(await reasonOf(pool.request('GET', '/', { signal: AbortSignal.abort(REASON) })), REASON);
  assert.equal(pool.numConnections, 0);
});

test('request() with an aborted signal does not ask for its body', async (t) => {
  const { pool } = await servedPool(t, echo);
  let asked = 0;
  const body = () => `${++asked}`;
  await reasonOf(pool.request('POST', '/', { body, signal: AbortSignal.abort(REASON) }));
  assert.equal(asked, 0);
});

// reason given, reason of the rejection
const REASONS: readonly (readonly [string, unknown])[] = [
  ['an error', REASON],
  ['a string', 'enough'],
  ['null', null],
  ['an object', { why: 'enough' }],
];

for (const [name, reason] of REASONS) {
  test(`request() rejects with ${name} that is the signal's reason`, async (t) => {
    const { pool, server } = await servedPool(t, silent);
    const controller = new AbortController();
    const call = pool.request('GET', '/', { signal: controller.signal });
    await server.request(0);
    controller.abort(reason);
    assert.equal(await reasonOf(call), reason);
  });
}

test('request() rejects with an AbortError where abort() was given no reason', async (t) => {
  const { pool, server } = await servedPool(t, silent);
  const controller = new AbortController();
  const call = pool.request('GET', '/', { signal: controller.signal });
  await server.request(0);
  controller.abort();
  const reason = await reasonOf(call);
  assert.equal(reason, controller.signal.reason);
  assert.equal(reason instanceof DOMException && reason.name, 'AbortError');
});

test('request() rejects with the TimeoutError of AbortSignal.timeout()', async (t) => {
  const { pool } = await servedPool(t, silent);
  const signal = AbortSignal.timeout(10);
  const reason = await reasonOf(pool.request('GET', '/', { signal }));
  assert.equal(reason, signal.reason);
});

test("PoolManager.request() rejects with the signal's reason", async (t) => {
  const { server } = await servedPool(t, silent);
  const http = new PoolManager();
  t.after(() => http.close());
  const controller = new AbortController();
  const call = http.request('GET', `${server.origin}/`, { signal: controller.signal });
  await server.request(0);
  controller.abort(REASON);
  assert.equal(await reasonOf(call), REASON);
});

// While a connection is opened for it

test('request() aborted during its dial rejects at once, and the dial goes on', async (t) => {
  const { options, asked, answer } = heldLookup();
  const { pool } = await servedPool(t, echo, options);
  const controller = new AbortController();
  const call = pool.request('GET', '/', { signal: controller.signal });
  await asked;
  controller.abort(REASON);
  assert.equal(await reasonOf(call), REASON);
  assert.deepEqual([pool.snapshot().dialling, pool.snapshot().queued], [1, 0]);
  answer();
});

test('request() aborted during its dial leaves the connection to the next call', async (t) => {
  const { options, asked, answer } = heldLookup();
  const { pool } = await servedPool(t, echo, options);
  const controller = new AbortController();
  const call = pool.request('GET', '/', { signal: controller.signal });
  await asked;
  controller.abort(REASON);
  await reasonOf(call);
  answer();
  await until(() => pool.snapshot().idle === 1);
  assert.equal((await pool.request('GET', '/next')).text(), '/next');
  const { numConnections, closed } = pool.snapshot();
  assert.deepEqual({ numConnections, closed }, { numConnections: 1, closed: {} });
});

test('request() aborted in the TLS handshake leaves the connection to the next call', async (t) => {
  const { pool, told } = await servedPool(t, echo, { tls: await localCertificate() });
  const controller = new AbortController();
  const call = pool.request('GET', '/', { signal: controller.signal });
  await told('tls-start');
  controller.abort(REASON);
  assert.equal(await reasonOf(call), REASON);
  await until(() => pool.snapshot().idle === 1);
  assert.equal((await pool.request('GET', '/next')).text(), '/next');
  assert.equal(pool.numConnections, 1);
});

test('request() lets the dial of an aborted call serve one that came after it', async (t) => {
  const { options, asked, answer } = heldLookup();
  const { pool } = await servedPool(t, echo, options);
  const controller = new AbortController();
  const aborted = pool.request('GET', '/a', { signal: controller.signal });
  await asked;
  controller.abort(REASON);
  await reasonOf(aborted);
  const next = pool.request('GET', '/b');
  answer();
  assert.equal((await next).text(), '/b');
  assert.equal(pool.numConnections, 1);
});

// In the queue

test('request() aborted in the queue closes nothing', async (t) => {
  const release = gate();
  const { pool, server } = await servedPool(
    t,
    async (connection) => {
      await connection.request();
      await release.opened;
      await connection.respond();
      await echo(connection);
    },
    { maxSize: 1 },
  );
  const first = pool.request('GET', '/a');
  await server.request(0);
  const controller = new AbortController();
  const second = pool.request('GET', '/b', { signal: controller.signal });
  const third = pool.request('GET', '/c');
  assert.equal(pool.snapshot().queued, 2);
  controller.abort(REASON);
  assert.equal(await reasonOf(second), REASON);
  assert.deepEqual([pool.snapshot().queued, pool.snapshot().closed], [1, {}]);
  release.open();
  await first;
  assert.equal((await third).text(), '/c');
  assert.deepEqual(
    server.requests.map(({ target }) => target),
    ['/a', '/c'],
  );
});

// On the wire

test('request() aborted while its body is sent closes the connection and lets the source go', async (t) => {
  const { pool, server } = await servedPool(t, async (connection) => {
    await connection.head();
    connection.pause();
  });
  const letGo = gate();
  const body = async function* () {
    try {
      for (;;) yield Buffer.alloc(256 * 1024);
    } finally {
      letGo.open();
    }
  };
  const controller = new AbortController();
  const call = pool.request('POST', '/', { body, signal: controller.signal });
  await until(() => (server.connections[0]?.bytesRead ?? 0) > 0);
  controller.abort(REASON);
  assert.equal(await reasonOf(call), REASON);
  await letGo.opened;
  assert.deepEqual(pool.snapshot().closed, { cancelled: 1 });
});

test('request() aborted while it waits for its response closes the connection', async (t) => {
  const { pool, server } = await servedPool(t, silent);
  const controller = new AbortController();
  const call = pool.request('GET', '/', { signal: controller.signal });
  await server.request(0);
  controller.abort(REASON);
  assert.equal(await reasonOf(call), REASON);
  await server.connections[0]?.closed;
  assert.deepEqual(pool.snapshot().closed, { cancelled: 1 });
});

for (const secure of [false, true]) {
  test(`request() aborted while its body is read closes the connection, over ${secure ? 'TLS' : 'TCP'}`, async (t) => {
    const { pool, server, told } = await servedPool(
      t,
      async (connection) => {
        await connection.request();
        await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nsome');
      },
      secure ? { tls: await localCertificate() } : {},
    );
    const controller = new AbortController();
    const call = pool.request('GET', '/', { signal: controller.signal });
    await told('receive-start');
    controller.abort(REASON);
    assert.equal(await reasonOf(call), REASON);
    await server.connections[0]?.closed;
    assert.deepEqual(pool.snapshot().closed, { cancelled: 1 });
  });
}

test('request() aborted on a kept connection is not sent again', async (t) => {
  const { pool, server, events } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.respond();
    await connection.request();
  });
  await pool.request('GET', '/a');
  const controller = new AbortController();
  const call = pool.request('GET', '/b', { signal: controller.signal });
  await server.request(1);
  controller.abort(REASON);
  await reasonOf(call);
  assert.equal(pool.numRequests, 2);
  assert.deepEqual(
    events.filter(({ type }) => type === 'replay'),
    [],
  );
});

test('request() aborted while it is replayed rejects with the reason', async (t) => {
  const { pool, server } = await servedPool(t, [
    async (connection) => {
      await connection.request();
      await connection.respond();
      await connection.request();
      connection.end();
    },
    silent,
  ]);
  await pool.request('GET', '/a');
  const controller = new AbortController();
  const call = pool.request('GET', '/b', { signal: controller.signal });
  await server.request(2);
  controller.abort(REASON);
  assert.equal(await reasonOf(call), REASON);
});

test('request() that was answered takes no notice of a later abort', async (t) => {
  const { pool } = await servedPool(t, echo);
  const controller = new AbortController();
  await pool.request('GET', '/a', { signal: controller.signal });
  controller.abort(REASON);
  assert.equal((await pool.request('GET', '/b')).connection.reused, true);
});

test('request() tells that the call ended with the reason', async (t) => {
  const { pool, server, told } = await servedPool(t, silent);
  const controller = new AbortController();
  const call = pool.request('GET', '/', { signal: controller.signal });
  await server.request(0);
  controller.abort(REASON);
  await reasonOf(call);
  const { status, error } = await told('call-end');
  assert.deepEqual({ status, error }, { status: null, error: REASON });
});

// One signal for many

test('request() of every call on a signal is aborted: at work, in the queue and dialled for', async (t) => {
  const { pool, server } = await servedPool(t, silent, { maxSize: 2 });
  const controller = new AbortController();
  const { signal } = controller;
  const first = pool.request('GET', '/a', { signal });
  await server.request(0);
  const calls = [first, ...['/b', '/c', '/d'].map((target) => pool.request('GET', target, { signal }))];
  controller.abort(REASON);
  assert.deepEqual(await Promise.all(calls.map(reasonOf)), [REASON, REASON, REASON, REASON]);
});

test('request() keeps no listener on a signal, whichever way it ends', async (t) => {
  const { pool, server } = await servedPool(t, [
    async (connection) => {
      await connection.request();
      connection.reset();
    },
    echo,
  ]);
  const { signal } = new AbortController();
  await assert.rejects(pool.request('GET', '/a', { signal }));
  await pool.request('GET', '/b', { signal });
  await assert.rejects(pool.request('G T', '/c', { signal }));
  await pool.close();
  await assert.rejects(pool.request('GET', '/d', { signal }));
  const refused = new HTTPConnectionPool('name.test', {
    port: server.port,
    lookup: (_host, _options, answer) => setImmediate(answer, new Error('no name'), []),
  });
  t.after(() => refused.close());
  await assert.rejects(refused.request('GET', '/e', { signal }));
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('request() called 2,000 times with one signal has at most one listener on it, and warns of nothing', async (t) => {
  const { pool } = await servedPool(t, echo, { maxSize: 20 });
  const { signal } = new AbortController();
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => {
    warnings.push(warning);
  };
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  let most = 0;
  for (let round = 0; round < 20; round++) {
    const calls = Array.from({ length: 100 }, (_, i) => pool.request('GET', `/${i}`, { signal }));
    most = Math.max(most, getEventListeners(signal, 'abort').length);
    await Promise.all(calls);
  }
  assert.deepEqual([most, getEventListeners(signal, 'abort').length, warnings], [1, 0, []]);
});

test('request() aborted a hundred times leaves a pool that still answers', async (t) => {
  const { pool } = await servedPool(t, echo, { maxSize: 4 });
  const calls = Array.from({ length: 100 }, (_, i) => {
    const controller = new AbortController();
    const call = pool.request('GET', `/${i}`, { signal: controller.signal });
    if (i % 3 === 0) controller.abort(REASON);
    else if (i % 3 === 1) setImmediate(() => controller.abort(REASON));
    return call;
  });
  const outcomes = await Promise.allSettled(calls);
  for (const [i, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') assert.equal(outcome.value.text(), `/${i}`);
    else assert.equal(outcome.reason, REASON);
  }
  assert.equal((await pool.request('GET', '/last')).text(), '/last');
});

test('request() aborted before it was written to a kept connection sends nothing, and the connection is kept', async (t) => {
  const clock = new FakeClock({ checks: 'manual' });
  const { pool, server } = await servedPool(t, echo, { clock });
  await pool.request('GET', '/a');
  clock.runChecks();
  const controller = new AbortController();
  const call = pool.request('POST', '/b', { signal: controller.signal });
  controller.abort(REASON);
  assert.equal(await reasonOf(call), REASON);
  clock.runChecks();
  clock.runChecks();
  const next = pool.request('GET', '/c');
  clock.runChecks();
  clock.runChecks();
  assert.equal((await next).text(), '/c');
  assert.equal(pool.numConnections, 1);
  assert.deepEqual(
    server.requests.map(({ target }) => target),
    ['/a', '/c'],
  );
});
