// What minIdle keeps, over the wire; and how many dials that takes, and when.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceEvent } from 'urlpool';
import { FakeClock, type Script, unusedPort } from 'urlpool-testing';
import { FIRST_PAUSE_MS, WARM_AT_ONCE, warmDials, warmPause } from '../../src/pool/warm.ts';
import { echo, servedPool, until } from '../connection/served-pool.ts';
import { servedManager } from '../manager/served-manager.ts';
import { assertBalanced, assertResting } from './balance.ts';
import { Asking, barePool } from './bare-pool.ts';
import { HeldAnswers } from './held-answers.ts';
import { HeldLookup } from './held-lookup.ts';

const COUNTS = { idle: 0, spare: 0, open: 0, dialling: 0, waiting: 0 };
const LIMITS = { wanted: 3, maxSize: 8, maxIdle: 8, room: 100, atOnce: Number.POSITIVE_INFINITY };

// name, counts, limits, dials
for (const [name, counts, limits, dials] of [
  ['starts all that are lacking', {}, {}, 3],
  ['counts those that are free', { idle: 2, open: 2 }, {}, 1],
  ['counts those on their way', { spare: 2, dialling: 2 }, {}, 1],
  ['counts no busy ones', { open: 5 }, {}, 3],
  ['counts no dials that others wait for', { dialling: 2, waiting: 2 }, {}, 3],
  ['starts none where enough are free', { idle: 4, open: 4 }, {}, 0],
  ['starts none where none is wanted', {}, { wanted: 0 }, 0],
  ['leaves the dials to those that wait', { waiting: 1 }, {}, 0],
  ['keeps within maxSize', { open: 6 }, {}, 2],
  ['keeps within maxSize, dials included', { open: 4, dialling: 3, waiting: 3 }, {}, 1],
  ['starts none beyond maxSize, which overflow has exceeded', { open: 12 }, {}, 0],
  ['keeps no more than maxIdle', { idle: 1, open: 1 }, { maxIdle: 2 }, 1],
  ['keeps none where none may idle', {}, { maxIdle: 0 }, 0],
  ['keeps within the room of the manager', {}, { room: 1 }, 1],
  ['starts none where there is no room', {}, { room: 0 }, 0],
  ['starts none in a pause', {}, { atOnce: WARM_AT_ONCE.pausing }, 0],
  ['starts one after a failure', {}, { atOnce: WARM_AT_ONCE.trying }, 1],
  ['starts no second one after a failure', { spare: 1, dialling: 1 }, { atOnce: WARM_AT_ONCE.trying }, 0],
] as const) {
  test(`warmDials() ${name}`, () => assert.equal(warmDials({ ...COUNTS, ...counts }, { ...LIMITS, ...limits }), dials));
}

// failures, random, pause in ms
for (const [failures, random, pause] of [
  [1, 0.5, 1_000],
  [2, 0.5, 2_000],
  [6, 0.5, 32_000],
  [7, 0.5, 60_000],
  [2_000, 0.5, 60_000],
  [1, 0, 800],
  [1, 1, 1_200],
  [9, 1, 72_000],
] as const) {
  test(`warmPause() after ${failures} failures is ${pause} ms where random is ${random}`, () => {
    assert.equal(Math.round(warmPause(failures, random)), pause);
  });
}

/** Lets the event loop turn a few times. */
async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

function dialsFor(events: readonly TraceEvent[], why: string): number {
  return events.filter((event) => event.type === 'dial-start' && event.why === why).length;
}

// What is kept

test('minIdle opens nothing before the pool is used', async (t) => {
  const { pool } = await servedPool(t, echo, { minIdle: 3 });
  await turns();
  assert.equal(pool.numConnections, 0);
});

test('minIdle keeps so many connections free from the first request on', async (t) => {
  const answers = new HeldAnswers();
  const { pool, events, server } = await servedPool(t, answers.script, { minIdle: 2 });
  const call = pool.request('GET', '/held');
  await server.request(0);
  await until(() => pool.snapshot().idle === 2);
  assert.equal(pool.snapshot().active, 1);
  answers.release('/held');
  await call;
  await turns();
  assertResting(pool.snapshot(), 3);
  assert.deepEqual([dialsFor(events, 'request'), dialsFor(events, 'minIdle')], [1, 2]);
});

test('minIdle opens another where a request takes a free one', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { minIdle: 1 });
  await pool.request('GET', '/');
  await until(() => pool.snapshot().idle === 2);
  const calls = ['/held1', '/held2'].map((target) => pool.request('GET', target));
  await server.request(2);
  await until(() => pool.snapshot().idle === 1);
  answers.release('/held1', '/held2');
  const responses = await Promise.all(calls);
  assert.deepEqual(
    responses.map(({ connection }) => connection.reused),
    [true, false],
  );
  assertResting(pool.snapshot(), 3);
});

test('minIdle replaces a connection that its server closes', async (t) => {
  const closing: Script = async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      await connection.respond({ body: target });
      if (target === '/last') connection.end();
    }
  };
  const { pool } = await servedPool(t, closing, { minIdle: 1, maxSize: 1 });
  await pool.request('GET', '/last');
  await until(() => pool.snapshot().closed['server-closed'] === 1 && pool.snapshot().idle === 1);
  assert.equal(pool.numConnections, 2);
});

// name, options, for how long a connection is kept, why it closes
for (const [name, options, kept, reason] of [
  ['idleTimeout', { idleTimeout: 5_000 }, 5_000, 'idle-timeout'],
  ['maxAge', { maxAge: 8_000, random: () => 0.5 }, 8_000, 'max-age'],
] as const) {
  test(`minIdle replaces what ${name} closes, again and again`, async (t) => {
    const clock = new FakeClock();
    const { pool } = await servedPool(t, echo, { clock, minIdle: 1, maxSize: 1, ...options });
    await pool.request('GET', '/');
    for (let closed = 1; closed <= 3; closed++) {
      clock.advance(kept);
      await until(() => pool.snapshot().idle === 1);
      assert.deepEqual(pool.snapshot().closed, { [reason]: closed });
    }
    assertBalanced(pool.snapshot());
  });
}

test("minIdle obeys a server's Keep-Alive hint, and replaces the connection", async (t) => {
  const hinting: Script = async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({ body: '', headers: { 'Keep-Alive': 'timeout=5' } });
    }
  };
  const clock = new FakeClock();
  const { pool } = await servedPool(t, hinting, { clock, minIdle: 1, maxSize: 1 });
  const first = (await pool.request('GET', '/')).connection.id;
  clock.advance(4_000);
  assert.equal(pool.snapshot().closed['idle-timeout'], 1);
  await until(() => pool.snapshot().idle === 1);
  assert.notEqual(pool.snapshot().connections[0]?.id, first);
});

test('minIdle adopts a dial that its request left behind', async (t) => {
  const clock = new FakeClock();
  const lookup = new HeldLookup();
  const { pool, told } = await servedPool(t, echo, { ...lookup, clock, minIdle: 1 });
  const controller = new AbortController();
  const left = assert.rejects(pool.request('GET', '/', { signal: controller.signal }));
  controller.abort();
  await left;
  await turns();
  clock.advance(2_000);
  assert.deepEqual([pool.snapshot().dialling, pool.numConnections], [1, 1]);
  lookup.answerAll();
  await told('dial-end');
  assertResting(pool.snapshot(), 1);
});

test('minIdle leaves a dial of its own to the request that comes', async (t) => {
  const lookup = new HeldLookup(1);
  const { pool, told } = await servedPool(t, echo, { ...lookup, minIdle: 1, maxSize: 2 });
  const answers = [pool.request('GET', '/a')];
  await told('dial-start', 1);
  answers.push(pool.request('GET', '/b'));
  await turns();
  assert.equal(pool.numConnections, 2);
  lookup.answerAll();
  await Promise.all(answers);
  await until(() => pool.snapshot().open === 2);
});

test('minIdle comes to as many as it should, whatever becomes of the connections', async (t) => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 48271) % 0x7fffffff;
    return seed % below;
  };
  const fickle: Script = async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      const last = random(3) === 0;
      await connection.respond({ body: target, headers: last ? { Connection: 'close' } : {} });
      if (last) connection.end();
    }
  };
  const { pool } = await servedPool(t, fickle, { minIdle: 3, maxSize: 6 });
  for (let i = 0; i < 30; i++) {
    const signal = AbortSignal.timeout(1 + random(20));
    const calls = Array.from({ length: 1 + random(8) }, () => pool.request('GET', '/', { signal }).catch(() => null));
    if (random(6) === 0) await pool.clear();
    await Promise.all(calls);
  }
  await pool.request('GET', '/');
  await until(() => pool.snapshot().idle >= 3 && pool.snapshot().dialling === 0);
  const { open, queued } = pool.snapshot();
  assert.ok(open <= 6 && queued === 0);
  assertBalanced(pool.snapshot());
});

// What fails

test('minIdle waits longer after each failure, and has one dial under way at most', async (t) => {
  const clock = new FakeClock();
  const events: TraceEvent[] = [];
  const { http, origins } = await servedManager(t, 1, echo, {
    clock,
    minIdle: 3,
    random: () => 0.5,
    onEvent: (event) => events.push(event),
  });
  const dead = `http://127.0.0.1:${await unusedPort()}/`;
  await assert.rejects(http.request('GET', dead), { code: 'ERR_CONNECTION_REFUSED' });
  await until(() => http.snapshot().dialling === 0);
  // What was begun before the first failure; at most as many as are wanted.
  const begun = dialsFor(events, 'minIdle');
  assert.ok(begun >= 1 && begun <= 3);
  const times: number[] = [];
  while (clock.now() < 70_000) {
    clock.advance(500);
    await turns();
    await until(() => http.snapshot().dialling === 0);
    const tried = dialsFor(events, 'minIdle') - begun;
    assert.ok(tried <= times.length + 1, 'two dials at once');
    if (tried > times.length) times.push(clock.now());
  }
  assert.deepEqual(times, [1_000, 3_000, 7_000, 15_000, 31_000, 63_000]);
  // Nobody else is kept waiting by that.
  assert.equal((await http.request('GET', `${origins[0]}/a`)).status, 200);
});

test('minIdle takes a server that closes what it accepts for one that fails', async (t) => {
  const clock = new FakeClock();
  let welcome = 1;
  const inhospitable: Script = async (connection) => {
    if (welcome-- <= 0) return connection.end();
    await connection.request();
    await connection.respond({ body: '' });
    await connection.closed;
  };
  const { pool, events } = await servedPool(t, inhospitable, { clock, minIdle: 2, random: () => 0.5 });
  await pool.request('GET', '/');
  const closed = (): number =>
    (pool.snapshot().closed['server-closed'] ?? 0) + (pool.snapshot().closed['server-reset'] ?? 0);
  await until(() => closed() >= 1);
  await turns(20);
  const begun = dialsFor(events, 'minIdle');
  assert.ok(begun <= 2);
  clock.advance(FIRST_PAUSE_MS - 1);
  await turns();
  assert.equal(dialsFor(events, 'minIdle'), begun);
  const before = closed();
  clock.advance(1);
  await until(() => closed() > before);
  clock.advance(2 * FIRST_PAUSE_MS - 1);
  await turns(20);
  assert.ok(dialsFor(events, 'minIdle') <= begun + 2);
  welcome = 10;
  clock.advance(1);
  await until(() => pool.snapshot().idle >= 2);
  assert.equal(pool.snapshot().dialling, 0);
});

// Where it ends

test('minIdle ends with clear(), until the next request', async (t) => {
  const lookup = new HeldLookup(1);
  const { pool, told, events } = await servedPool(t, echo, { ...lookup, minIdle: 2 });
  await pool.request('GET', '/');
  await told('dial-start', 1);
  await pool.clear();
  await turns();
  const { open, dialling, closed } = pool.snapshot();
  assert.deepEqual({ open, dialling, closed }, { open: 0, dialling: 0, closed: { cleared: 1, 'dial-abandoned': 2 } });
  const before = events.length;
  await turns(20);
  assert.equal(events.length, before);
  const call = pool.request('GET', '/');
  await turns();
  lookup.answerAll();
  await call;
  await until(() => {
    lookup.answerAll();
    return pool.snapshot().idle >= 2;
  });
});

test('minIdle ends with close(), from its beginning on', async (t) => {
  const clock = new FakeClock();
  const answers = new HeldAnswers();
  const { pool, server, events } = await servedPool(t, answers.script, { clock, minIdle: 1, idleTimeout: 1_000 });
  const call = pool.request('GET', '/held');
  await server.request(0);
  await until(() => pool.snapshot().idle === 1);
  const closing = pool.close();
  clock.advance(1_000);
  await turns();
  assert.equal(pool.snapshot().open, 1);
  answers.release('/held');
  await call;
  await closing;
  await turns();
  assert.equal(pool.snapshot().open, 0);
  assert.equal(dialsFor(events, 'minIdle'), 1);
  assert.equal(clock.pending, 0);
});

test('minIdle ends where the manager gives its pool up', async (t) => {
  const { http, origins, events } = await servedManager(t, 2, echo, { minIdle: 1, numPools: 1 });
  await http.request('GET', origins[0]);
  await until(() => http.snapshot().idle === 2);
  await http.request('GET', origins[1]);
  await until(() => events.some(({ type }) => type === 'pool-evicted'));
  await until(() => http.snapshot().idle === 2);
  await turns(20);
  const last = events.filter((event) => event.type === 'dial-start').map(({ origin }) => origin);
  assert.deepEqual(last, [origins[0], origins[0], origins[1], origins[1]]);
  assertBalanced(http.snapshot());
});

test('minIdle of a pool that rests does not make it the last used', async (t) => {
  const clock = new FakeClock();
  const { http, origins } = await servedManager(t, 3, echo, { minIdle: 1, maxSize: 1, numPools: 2, clock });
  await http.request('GET', origins[0]);
  clock.advance(10_000);
  await http.request('GET', origins[1]);
  // The first one's connection is replaced when the second's has long been used.
  clock.advance(40_000);
  await until(() => http.snapshot().idle === 2);
  await http.request('GET', origins[2]);
  assert.deepEqual(
    http.snapshot().pools.map(({ origin }) => origin),
    [origins[1], origins[2]],
  );
});

// Room

test('minIdle closes nothing of another origin, and takes what comes free', async (t) => {
  const { http, origins, poolOf } = await servedManager(t, 2, echo, { minIdle: 2, maxConnections: 3 });
  await http.request('GET', origins[0]);
  await until(() => http.snapshot().idle === 3);
  await http.request('GET', origins[1]);
  await turns(20);
  assert.deepEqual([poolOf(origins[0])?.idle, poolOf(origins[1])?.idle], [2, 1]);
  const evicted = http.snapshot().closed.evicted;
  assert.equal(evicted, 1);
  await http.request('GET', origins[0], { headers: { Connection: 'close' } });
  await until(() => http.snapshot().idle === 3 && http.snapshot().dialling === 0);
  await turns(20);
  assert.equal(http.snapshot().closed.evicted, evicted);
  assertBalanced(http.snapshot());
});

test('minIdle 0 costs no look at the clock', async (t) => {
  const clock = new FakeClock();
  let checks = 0;
  const atNextCheck = clock.atNextCheck.bind(clock);
  clock.atNextCheck = (...given) => {
    checks++;
    atNextCheck(...given);
  };
  const counts: number[] = [];
  for (const minIdle of [0, 1]) {
    const pool = await barePool(t, { clock, minIdle });
    const asking = new Asking();
    pool.acquire(asking);
    await asking.over;
    asking.giveBack();
    await turns();
    checks = 0;
    const again = new Asking();
    pool.acquire(again);
    counts.push(checks);
    again.giveBack();
  }
  assert.deepEqual(counts, [0, 1]);
});
