// What a pool is bounded by: maxSize with and without block, maxIdle, maxQueued and the time in the queue.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolError, PoolManager, type RequestOptions, Timeout, TimeoutError } from 'urlpool';
import { FakeClock, ScriptedServer } from 'urlpool-testing';
import { echo, type ServedPoolOptions, servedPool } from '../connection/served-pool.ts';
import { assertBalanced, assertResting } from './balance.ts';
import { HeldAnswers } from './held-answers.ts';
import { HeldLookup } from './held-lookup.ts';

/** `/held0` and so on. */
function targets(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `/held${i}`);
}

function isFull(error: unknown): boolean {
  return error instanceof PoolError && error.code === 'ERR_POOL_FULL' && error.phase === 'pool';
}

// maxSize and block

test('request() waits at maxSize, first come first served', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { maxSize: 2 });
  const calls = targets(6).map((target) => pool.request('GET', target));
  await server.request(1);
  const { active, queued, dialling } = pool.snapshot();
  assert.deepEqual({ active, queued, dialling }, { active: 2, queued: 4, dialling: 0 });
  answers.release(...targets(6));
  await Promise.all(calls);
  assert.deepEqual(
    server.requests.slice(2).map(({ target }) => target),
    targets(6).slice(2),
  );
  assertResting(pool.snapshot(), 2);
});

test('request() opens more than maxSize where it must not block, and closes the surplus', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { maxSize: 2, block: false });
  const calls = targets(5).map((target) => pool.request('GET', target));
  await server.request(4);
  assert.deepEqual([pool.snapshot().active, pool.snapshot().queued], [5, 0]);
  answers.release(...targets(5));
  await Promise.all(calls);
  assertResting(pool.snapshot(), 2);
  const { numConnections, numRequests, closed } = pool.snapshot();
  assert.deepEqual(
    { numConnections, numRequests, closed },
    { numConnections: 5, numRequests: 5, closed: { surplus: 3 } },
  );
});

test('request() keeps the warmest of more than maxSize connections', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { maxSize: 2, block: false });
  const calls = targets(4).map((target) => pool.request('GET', target));
  await server.request(3);
  const ids: number[] = [];
  const closed: (number | undefined)[] = [];
  for (const [i, target] of targets(4).entries()) {
    answers.release(target);
    ids.push((await calls[i])?.connection.id ?? 0);
    closed.push(pool.snapshot().closed.surplus);
  }
  assert.deepEqual(closed, [undefined, undefined, 1, 2]);
  assert.deepEqual(
    pool.snapshot().connections.map(({ id }) => id),
    ids.slice(2),
  );
});

test('request() reuses an idle connection before it opens more than maxSize', async (t) => {
  const { pool } = await servedPool(t, echo, { maxSize: 1, block: false });
  for (const target of ['/a', '/b', '/c']) await pool.request('GET', target);
  assert.equal(pool.numConnections, 1);
});

for (const [name, maxSize] of [
  ['maxSize', 1],
  ['nothing else', 64],
] as const) {
  test(`request() never opens more than maxConnections where it must not block, and is bounded by ${name}`, async (t) => {
    const answers = new HeldAnswers();
    const server = await ScriptedServer.start({}, answers.script);
    const http = new PoolManager({ maxSize, block: false, maxConnections: 3 });
    t.after(async () => {
      await http.close({ timeout: 1 });
      await server.close();
    });
    const calls = targets(7).map((target) => http.request('GET', server.origin + target));
    await server.request(2);
    assert.deepEqual([http.snapshot().active, http.snapshot().queued], [3, 4]);
    answers.release(...targets(7));
    await Promise.all(calls);
    assert.equal(http.snapshot().numConnections, 3);
    assertBalanced(http.snapshot());
  });
}

// maxIdle

// name, options, kept of three at once
const KEPT: readonly (readonly [string, ServedPoolOptions, number])[] = [
  ['as many as maxSize', { maxSize: 3 }, 3],
  ['no more than maxIdle', { maxSize: 3, maxIdle: 1 }, 1],
  ['none where maxIdle is 0', { maxSize: 3, maxIdle: 0 }, 0],
  ['no more than maxSize where maxIdle is larger', { maxSize: 2, maxIdle: 5, block: false }, 2],
  ['no more than maxIdle where it must not block', { maxSize: 2, maxIdle: 1, block: false }, 1],
];

for (const [name, options, kept] of KEPT) {
  test(`request() keeps ${name}`, async (t) => {
    const answers = new HeldAnswers();
    const { pool, server } = await servedPool(t, answers.script, options);
    const calls = targets(3).map((target) => pool.request('GET', target));
    await server.request(2);
    answers.release(...targets(3));
    await Promise.all(calls);
    assertResting(pool.snapshot(), kept);
    assert.deepEqual(pool.snapshot().closed, kept === 3 ? {} : { surplus: 3 - kept });
  });
}

test('request() gives a connection to those who wait, though none may idle', async (t) => {
  const { pool } = await servedPool(t, echo, { maxSize: 1, maxIdle: 0 });
  await Promise.all(['/a', '/b', '/c'].map((target) => pool.request('GET', target)));
  const { numConnections, reused, closed } = pool.snapshot();
  assert.deepEqual({ numConnections, reused, closed }, { numConnections: 1, reused: 2, closed: { surplus: 1 } });
});

// maxQueued

test('request() is refused where maxQueued others wait, and says so', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { maxSize: 1, maxQueued: 2 });
  const calls = targets(3).map((target) => pool.request('GET', target));
  await server.request(0);
  await assert.rejects(pool.request('GET', '/d'), (error) => {
    assert.ok(error instanceof PoolError);
    assert.equal(
      error.message,
      `Cannot send a request to ${server.origin}: 2 requests wait already for its 1 connections, and maxQueued is 2; options: maxQueued, maxSize`,
    );
    const { code, phase, method, url, attempt, connection } = error;
    assert.deepEqual(
      { code, phase, method, url, attempt, connection },
      { code: 'ERR_POOL_FULL', phase: 'pool', method: 'GET', url: `${server.origin}/d`, attempt: 1, connection: null },
    );
    return true;
  });
  assert.equal(pool.snapshot().queued, 2);
  answers.release(...targets(3));
  await Promise.all(calls);
  assert.equal((await pool.request('GET', '/e')).text(), '/e');
});

test('request() may wait again when one that waited has left', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { maxSize: 1, maxQueued: 1 });
  const first = pool.request('GET', '/held');
  await server.request(0);
  const controller = new AbortController();
  const left = assert.rejects(pool.request('GET', '/left', { signal: controller.signal }));
  await assert.rejects(pool.request('GET', '/refused'), isFull);
  controller.abort();
  const waiting = pool.request('GET', '/waiting');
  assert.equal(pool.snapshot().queued, 1);
  answers.release('/held');
  await Promise.all([first, left, waiting]);
});

test('request() never waits where maxQueued is 0, but for its own dial', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { maxSize: 2, maxQueued: 0 });
  const calls = targets(2).map((target) => pool.request('GET', target));
  // Both dials are under way.
  await assert.rejects(pool.request('GET', '/c'), isFull);
  await server.request(1);
  await assert.rejects(pool.request('GET', '/d'), isFull);
  answers.release(...targets(2));
  await Promise.all(calls);
  assert.equal((await pool.request('GET', '/e')).text(), '/e');
  assertResting(pool.snapshot(), 2);
});

test('request() that is refused is not tried again', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server, events } = await servedPool(t, answers.script, { maxSize: 1, maxQueued: 0, retries: 5 });
  const first = pool.request('GET', '/held');
  await server.request(0);
  await assert.rejects(pool.request('GET', '/refused'), isFull);
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'retry' && event.willRetry ? [event] : [])),
    [],
  );
  answers.release('/held');
  await first;
});

test('request() is not refused where it must not block', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { maxSize: 1, maxQueued: 0, block: false });
  const calls = targets(3).map((target) => pool.request('GET', target));
  await server.request(2);
  answers.release(...targets(3));
  await Promise.all(calls);
});

// The time in the queue

// name, options of the pool, options of the request, the limit
const LIMITS: readonly (readonly [string, ServedPoolOptions, RequestOptions, number])[] = [
  ['poolTimeout', { poolTimeout: 100 }, {}, 100],
  ["Timeout.pool of the pool's own timeout", { timeout: { pool: 50 } }, {}, 50],
  ['Timeout.pool before poolTimeout', { poolTimeout: 100, timeout: { pool: 50 } }, {}, 50],
  ['Timeout.pool before poolTimeout, though it is longer', { poolTimeout: 50, timeout: { pool: 100 } }, {}, 100],
  ["Timeout.pool of the call before the pool's", { timeout: { pool: 50 } }, { timeout: { pool: 30 } }, 30],
  ['Timeout.pool of the call before poolTimeout', { poolTimeout: 20 }, { timeout: { pool: 30 } }, 30],
  ["poolTimeout where the call's options say nothing of it", { poolTimeout: 100 }, { timeout: { read: 9_000 } }, 100],
  ['poolTimeout where the call gives a number', { poolTimeout: 100 }, { timeout: 9_000 }, 100],
  ["the pool's Timeout.pool where the call gives a number", { timeout: { pool: 50 } }, { timeout: 9_000 }, 50],
  ['poolTimeout where the call gives a Timeout without', { poolTimeout: 100 }, { timeout: new Timeout() }, 100],
  ['Timeout.pool of a Timeout of the call', { poolTimeout: 100 }, { timeout: new Timeout({ pool: 30 }) }, 30],
];

for (const [name, options, requestOptions, limit] of LIMITS) {
  test(`request() waits no longer than ${name}`, async (t) => {
    const clock = new FakeClock();
    const answers = new HeldAnswers();
    const { pool, server } = await servedPool(t, answers.script, { ...options, clock, maxSize: 1 });
    const first = pool.request('GET', '/held');
    await server.request(0);
    const call = assert.rejects(pool.request('GET', '/late', requestOptions), (error) => {
      assert.ok(error instanceof TimeoutError);
      assert.equal(
        error.message,
        `Cannot begin GET ${server.origin}/late within ${limit} ms: connections to ${server.origin}: 1 in use; options: timeout.pool, maxSize`,
      );
      return error.code === 'ERR_TIMEOUT' && error.phase === 'pool';
    });
    clock.advance(limit - 1);
    assert.equal(pool.snapshot().queued, 1);
    clock.advance(1);
    await call;
    assert.equal(pool.snapshot().queued, 0);
    answers.release('/held');
    await first;
    assertResting(pool.snapshot(), 1);
  });
}

test('request() that got a connection is not bounded by poolTimeout any more', async (t) => {
  const clock = new FakeClock();
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { clock, poolTimeout: 100, maxSize: 1 });
  const calls = targets(2).map((target) => pool.request('GET', target));
  await server.request(0);
  clock.advance(99);
  answers.release('/held0');
  await server.request(1);
  clock.advance(10_000);
  answers.release('/held1');
  assert.equal((await calls[1])?.text(), '/held1');
});

test('request() that waited in vain leaves its turn to the next', async (t) => {
  const clock = new FakeClock();
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { clock, maxSize: 1 });
  const first = pool.request('GET', '/held');
  await server.request(0);
  const late = assert.rejects(pool.request('GET', '/late', { timeout: { pool: 10 } }), TimeoutError);
  const next = pool.request('GET', '/next');
  clock.advance(10);
  await late;
  answers.release('/held');
  await first;
  assert.equal((await next).text(), '/next');
});

test('request() does not blame its dial for a busy event loop', async (t) => {
  const { pool } = await servedPool(t, echo, { timeout: { pool: 60 } });
  const call = pool.request('GET', '/a');
  const end = performance.now() + 200;
  while (performance.now() < end);
  assert.equal((await call).text(), '/a');
});

test('request() says what every place is taken by', async (t) => {
  const clock = new FakeClock();
  const answers = new HeldAnswers();
  const lookup = new HeldLookup(1);
  const { pool, server } = await servedPool(t, answers.script, { ...lookup, clock, maxSize: 2, poolTimeout: 10 });
  const first = pool.request('GET', '/held');
  await server.request(0);
  const failed = assert.rejects(pool.request('GET', '/b'), {
    message: /: connections to http:\/\/name\.test:\d+: 1 in use and 1 being opened; options: timeout\.pool, maxSize$/,
  });
  clock.advance(10);
  await failed;
  answers.release('/held');
  await first;
});
