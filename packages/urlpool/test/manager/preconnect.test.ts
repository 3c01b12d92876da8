// Connections before they are needed: how many, through what, and what is left where they fail or are given up.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConnectError,
  HTTPConnectionPool,
  PoolError,
  PoolManager,
  ProxyError,
  Session,
  TimeoutError,
  TLSError,
  type TraceEvent,
} from 'urlpool';
import { FakeClock, resourceCounts, unusedPort } from 'urlpool-testing';
import { echo, localCertificate, servedPool, testAuthority, until } from '../connection/served-pool.ts';
import { assertBalanced, assertResting } from '../pool/balance.ts';
import { HeldAnswers } from '../pool/held-answers.ts';
import { HeldLookup } from '../pool/held-lookup.ts';
import { served } from './proxied-manager.ts';
import { servedManager } from './served-manager.ts';

const LEFT = new Error('the caller left');

function whys(events: readonly TraceEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'dial-start' ? [event.why] : []));
}

// How many

test('preconnect() opens one connection, which the next request takes', async (t) => {
  const { http, origins, events } = await servedManager(t, 1, echo);
  assert.equal(await http.preconnect(`${origins[0]}/any?thing`), 1);
  assert.equal(http.snapshot().idle, 1);
  const { connection } = await http.request('GET', `${origins[0]}/a`);
  assert.equal(http.snapshot().numConnections, 1);
  assert.equal(connection.reused, false);
  assert.deepEqual(whys(events), ['preconnect']);
});

// name, options, asked for, warm
for (const [name, options, count, warm] of [
  ['so many as it is asked for', {}, 10, 10],
  ['no more than maxSize', { maxSize: 3 }, 10, 3],
  ['no more than maxIdle', { maxIdle: 2 }, 10, 2],
  ['none where none may idle', { maxIdle: 0 }, 10, 0],
  ['no more than maxConnections', { maxConnections: 4 }, 10, 4],
] as const) {
  test(`preconnect() opens ${name}`, async (t) => {
    const { http, origins, poolOf } = await servedManager(t, 1, echo, options);
    assert.equal(await http.preconnect(origins[0], count), warm);
    const pool = poolOf(origins[0]);
    assert.ok(pool !== undefined);
    assertResting(pool, warm);
    assert.equal(pool.numConnections, warm);
  });
}

test('preconnect() counts those that are free, and no busy ones', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script);
  assert.equal(await pool.preconnect(2), 2);
  const call = pool.request('GET', '/held');
  await server.request(0);
  assert.equal(await pool.preconnect(2), 2);
  assert.deepEqual([pool.snapshot().active, pool.snapshot().idle, pool.numConnections], [1, 2, 3]);
  answers.release('/held');
  await call;
  assert.equal(await pool.preconnect(3), 3);
  assert.equal(pool.numConnections, 3);
});

test('preconnect() called twice at once waits for the same connections', async (t) => {
  const { pool } = await servedPool(t, echo);
  assert.deepEqual(await Promise.all([pool.preconnect(6), pool.preconnect(8), pool.preconnect()]), [6, 8, 1]);
  assertResting(pool.snapshot(), 8);
  assert.equal(pool.numConnections, 8);
});

test('preconnect() opens no connection for a dial that a request left behind', async (t) => {
  const clock = new FakeClock();
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup, clock });
  const controller = new AbortController();
  const left = assert.rejects(pool.request('GET', '/', { signal: controller.signal }), LEFT);
  controller.abort(LEFT);
  await left;
  const warm = pool.preconnect();
  clock.advance(5_000);
  lookup.answerAll();
  assert.equal(await warm, 1);
  assert.equal(pool.numConnections, 1);
});

test('preconnect() leaves its dial to the request that comes meanwhile', async (t) => {
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup });
  const warm = pool.preconnect(1);
  const call = pool.request('GET', '/a');
  lookup.answerAll();
  assert.deepEqual([(await call).text(), await warm, pool.numConnections], ['/a', 1, 1]);
});

test('preconnect() closes no connection of another origin', async (t) => {
  const { http, origins, poolOf } = await servedManager(t, 2, echo, { maxConnections: 3 });
  assert.equal(await http.preconnect(origins[0], 2), 2);
  assert.equal(await http.preconnect(origins[1], 5), 1);
  assert.equal(await http.preconnect(origins[2], 5), 0);
  assert.deepEqual([poolOf(origins[0])?.idle, poolOf(origins[1])?.idle], [2, 1]);
});

test('preconnect() keeps its pool from being given up', async (t) => {
  const lookup = new HeldLookup();
  const { http, origins } = await servedManager(t, 2, echo, { numPools: 1, lookup: lookup.lookup });
  const named = origins[0].replace('127.0.0.1', 'name.test');
  const warm = http.preconnect(named, 2);
  await http.request('GET', origins[1]);
  lookup.answerAll();
  assert.equal(await warm, 2);
  assertBalanced(http.snapshot());
});

// Through what

test('preconnect() speaks TLS before it resolves', async (t) => {
  const { pool, events } = await servedPool(t, echo, { tls: await localCertificate() });
  assert.equal(await pool.preconnect(2), 2);
  assert.equal(events.filter(({ type }) => type === 'tls-end').length, 2);
  const before = events.length;
  await pool.request('GET', '/');
  assert.ok(!events.slice(before).some(({ type }) => type === 'tls-start' || type === 'dial-start'));
});

test('preconnect() opens tunnels to an https origin, and connections to the proxy for a plain one', async (t) => {
  const { proxy, plain, secure, http } = await served(t);
  assert.equal(await http.preconnect(secure.origin, 2), 2);
  assert.deepEqual(
    proxy.requests.map(({ method }) => method),
    ['CONNECT', 'CONNECT'],
  );
  assert.equal(await http.preconnect(plain.origin, 1), 1);
  assert.equal(proxy.requests.length, 2);
  assert.equal((await http.request('GET', `${plain.origin}/a`)).text(), '/a');
  assert.equal((await http.request('GET', `${secure.origin}/b`)).text(), '/b');
  assert.equal(http.snapshot().numConnections, 3);
});

test('preconnect() takes the options of a route: the connections are for requests that have the same', async (t) => {
  const { http, origins } = await servedManager(t, 1, echo);
  const named = origins[0].replace('127.0.0.1', 'name.test');
  const resolve = { [new URL(named).host]: '127.0.0.1' };
  assert.equal(await http.preconnect(named, 1, { resolve }), 1);
  await http.request('GET', named, { resolve });
  assert.equal(http.snapshot().numConnections, 1);
});

test('Session.preconnect() takes URLs below its base', async (t) => {
  const { http, origins } = await servedManager(t, 1, echo);
  const session = new Session({ baseUrl: `${origins[0]}/v1`, manager: http, timeout: { connect: 5_000 } });
  assert.equal(await session.preconnect('/users', 2), 2);
  await session.get('/users');
  assert.equal(http.snapshot().numConnections, 2);
  await session.close();
  await assert.rejects(session.preconnect('/users'), { code: 'ERR_POOL_CLOSED' });
});

test('Session.preconnect() over a shared manager has the route of the session', async (t) => {
  const { http, origins } = await servedManager(t, 1, echo);
  const named = origins[0].replace('127.0.0.1', 'name.test');
  const session = new Session({ manager: http, resolve: { [new URL(named).host]: '127.0.0.1' } });
  assert.equal(await session.preconnect(named), 1);
  await session.get(named);
  assert.equal(http.snapshot().numConnections, 1);
});

// What fails

/** The sockets that keep the process alive. */
function sockets(): number {
  const { TCPSocketWrap = 0, TCPWRAP = 0 } = resourceCounts();
  return TCPSocketWrap + TCPWRAP;
}

test('preconnect() to a port where nobody listens fails with one error, tries no more, and leaves nothing', async (t) => {
  const { http } = await servedManager(t, 1, echo);
  const before = sockets();
  const url = `http://127.0.0.1:${await unusedPort()}`;
  const error = await http.preconnect(url, 6).catch((reason: unknown) => reason);
  assert.ok(error instanceof ConnectError);
  assert.equal(error.code, 'ERR_CONNECTION_REFUSED');
  assert.match(String(error.stack), /preconnect\.test/);
  const { open, dialling, queued, numConnections } = http.snapshot();
  assert.deepEqual({ open, dialling, queued, numConnections }, { open: 0, dialling: 0, queued: 0, numConnections: 6 });
  assert.equal(sockets(), before);
});

test('preconnect() resolves with those that it could open', async (t) => {
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup });
  const warm = pool.preconnect(3);
  await until(() => lookup.asked === 3);
  lookup.fail(1);
  lookup.answer(0);
  lookup.answer(2);
  assert.equal(await warm, 2);
  assertResting(pool.snapshot(), 2);
});

test('preconnect() to a server whose certificate is not trusted fails as a request does', async (t) => {
  const { server } = await servedPool(t, echo, { tls: await localCertificate() });
  const http = new PoolManager();
  t.after(() => http.close());
  await assert.rejects(http.preconnect(`https://localhost:${server.port}`), TLSError);
  const { certificate } = await testAuthority();
  assert.equal(await http.preconnect(`https://localhost:${server.port}`, 1, { ca: certificate }), 1);
});

test('preconnect() through a proxy that refuses fails with what it said', async (t) => {
  const { secure, http } = await served(t, {
    proxy: { userinfo: 'user:secret' },
    option: ({ url }) => url.replace('user:secret@', ''),
  });
  await assert.rejects(http.preconnect(secure.origin, 2), ProxyError);
  assert.equal(http.snapshot().open, 0);
});

// name, timeout, when it fails
for (const [name, timeout, ms] of [
  ['a number', 100, 100],
  ['connect', { connect: 200 }, 200],
  ['total, where that is shorter', { connect: 500, total: 300 }, 300],
  ['the default', undefined, 10_000],
] as const) {
  test(`preconnect() fails in time: ${name}`, async (t) => {
    const clock = new FakeClock();
    const lookup = new HeldLookup();
    const { pool } = await servedPool(t, echo, { ...lookup, clock });
    const failed = assert.rejects(pool.preconnect(2, { timeout }), TimeoutError);
    clock.advance(ms - 1);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(pool.snapshot().dialling, 2);
    clock.advance(1);
    await until(() => pool.snapshot().dialling === 0);
    await failed;
    assert.equal(clock.pending, 0);
  });
}

// Given up

test('preconnect() that is aborted gives up its dials at once', async (t) => {
  const clock = new FakeClock();
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup, clock });
  const controller = new AbortController();
  const failed = assert.rejects(pool.preconnect(3, { signal: controller.signal }), LEFT);
  assert.equal(pool.snapshot().dialling, 3);
  controller.abort(LEFT);
  await failed;
  const { dialling, open, closed } = pool.snapshot();
  assert.deepEqual({ dialling, open, closed }, { dialling: 0, open: 0, closed: { 'dial-abandoned': 3 } });
  assert.equal(clock.pending, 0);
});

test('preconnect() that is aborted leaves a dial to the one that wants it too', async (t) => {
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup });
  const controller = new AbortController();
  const failed = assert.rejects(pool.preconnect(3, { signal: controller.signal }), LEFT);
  const other = pool.preconnect(1);
  const call = pool.request('GET', '/a');
  controller.abort(LEFT);
  await failed;
  assert.equal(pool.snapshot().dialling, 1);
  lookup.answerAll();
  assert.deepEqual([(await call).text(), await other, pool.numConnections], ['/a', 1, 3]);
});

test('preconnect() opens nothing for a signal that has aborted', async (t) => {
  const { pool } = await servedPool(t, echo);
  await assert.rejects(pool.preconnect(1, { signal: AbortSignal.abort(LEFT) }), LEFT);
  assert.equal(pool.numConnections, 0);
});

test('preconnect() leaves no listener on its signal', async (t) => {
  const { pool } = await servedPool(t, echo);
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listeners++;
    addEventListener.apply(signal, given);
  };
  signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listeners--;
    removeEventListener.apply(signal, given);
  };
  await pool.preconnect(2, { signal });
  assert.equal(listeners, 0);
});

test('preconnect() ends with close(), and is refused after it', async (t) => {
  const lookup = new HeldLookup();
  const { http, origins } = await servedManager(t, 1, echo, { lookup: lookup.lookup });
  const named = origins[0].replace('127.0.0.1', 'name.test');
  const ended = assert.rejects(http.preconnect(named, 2), PoolError);
  await http.close();
  await ended;
  assert.equal(http.snapshot().dialling, 0);
  await assert.rejects(http.preconnect(named), {
    code: 'ERR_POOL_CLOSED',
    message: /^Cannot open connections to http/,
  });
});

test('preconnect() goes on through clear()', async (t) => {
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup });
  const warm = pool.preconnect(2);
  await pool.clear();
  lookup.answerAll();
  assert.equal(await warm, 2);
  assertResting(pool.snapshot(), 2);
});

// Bad input

// count, options, what the message says
for (const [count, options, message] of [
  [0, {}, 'Cannot use 0 as the number of connections: give a whole number, 1 or more'],
  [1.5, {}, 'Cannot use 1.5 as the number of connections: give a whole number, 1 or more'],
  ['2', {}, 'Cannot use "2" as the number of connections: give a whole number, 1 or more'],
  [1, { signal: 3 }, 'Cannot use 3 as signal: give an AbortSignal'],
  [1, { timeout: -1 }, 'Cannot use -1 as timeout: give a number of milliseconds above 0, or null for no limit'],
  [1, null, 'Cannot use null as the options of preconnect(): give an object'],
] as const) {
  test(`preconnect() refuses ${JSON.stringify(count)} and ${JSON.stringify(options)}`, async () => {
    const pool = new HTTPConnectionPool('127.0.0.1');
    await assert.rejects(Reflect.apply(pool.preconnect, pool, [count, options]), {
      code: 'ERR_INVALID_OPTION',
      message,
    });
    await pool.close();
  });
}

test('preconnect() refuses an option that it does not know', async () => {
  const http = new PoolManager();
  const asked = Reflect.apply(http.preconnect, http, ['http://a.test', 1, { retries: 3 }]);
  await assert.rejects(asked, /^RequestError: Cannot use the option retries of preconnect\(\)/);
  await assert.rejects(http.preconnect('a.test'), { code: 'ERR_INVALID_URL' });
  await http.close();
});

// options, what the message says
for (const [options, message] of [
  [
    { minIdle: 5, maxSize: 3 },
    'Cannot use 5 as minIdle: no more than 3 idle connections are kept; options: maxIdle, maxSize',
  ],
  [
    { minIdle: 2, maxIdle: 1 },
    'Cannot use 2 as minIdle: no more than 1 idle connections are kept; options: maxIdle, maxSize',
  ],
  [{ minIdle: -1 }, 'Cannot use -1 as minIdle: give a whole number, 0 or more'],
  [{ minIdle: Number.POSITIVE_INFINITY }, 'Cannot use Infinity as minIdle: give a whole number, 0 or more'],
] as const) {
  test(`PoolManager(${JSON.stringify(options)}) is refused`, () => {
    assert.throws(() => new PoolManager(options), { code: 'ERR_INVALID_OPTION', message });
  });
}
