// Replays in the queue: before all others, but not in their way.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { FakeClock, type Script } from 'urlpool-testing';
import { gate, type ServedPoolOptions, servedPool, until } from '../connection/served-pool.ts';
import { assertBalanced, assertResting } from './balance.ts';
import { Asking, ask, barePool } from './bare-pool.ts';
import { HeldLookup } from './held-lookup.ts';

/**
 * A pool that had `kept` connections, and a call to `/dies` under which one of them has died: it waits, as a replay, for
 * a dial that is held. Another is at work on `/busy` until `finish()` is called.
 */
async function waitingReplay(t: TestContext, kept: number, options: ServedPoolOptions = {}) {
  const [together, death, answer] = [gate(), gate(), gate()];
  const lookup = new HeldLookup(kept);
  let first = 0;
  let died = false;
  const script: Script = async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      if (target === '/first') {
        if (++first === kept) together.open();
        await together.opened;
      }
      if (target === '/busy') await answer.opened;
      if (target === '/dies' && !died) {
        died = true;
        await death.opened;
        connection.end();
        return;
      }
      await connection.respond({ body: target });
    }
  };
  const served = await servedPool(t, script, { ...lookup, ...options });
  const { pool, server, told } = served;
  await Promise.all(Array.from({ length: kept }, () => pool.request('GET', '/first')));
  const doomed = pool.request('GET', '/dies');
  const busy = pool.request('GET', '/busy');
  await server.request(kept + 1);
  await until(() => died);
  death.open();
  await told('replay');
  return { ...served, lookup, doomed, busy, finish: answer.open };
}

test('request() takes an idle connection while a replay waits that may not', async (t) => {
  const { pool, lookup, doomed, busy, finish } = await waitingReplay(t, 3);
  const levels = () => {
    const { idle, queued, dialling } = pool.snapshot();
    return { idle, queued, dialling };
  };
  assert.deepEqual(levels(), { idle: 1, queued: 1, dialling: 1 });
  const ordinary = pool.request('GET', '/ordinary');
  assert.deepEqual([levels(), lookup.asked], [{ idle: 0, queued: 1, dialling: 1 }, 4]);
  finish();
  await Promise.all([doomed, busy, ordinary]);
});

test('request() is replayed on a connection that came free after its failure, before those that waited longer', async (t) => {
  const { pool, server, doomed, busy, finish } = await waitingReplay(t, 2, { maxSize: 2 });
  const ordinary = pool.request('GET', '/ordinary');
  assert.equal(pool.snapshot().queued, 2);
  finish();
  await Promise.all([doomed, busy, ordinary]);
  assert.deepEqual(
    server.requests.slice(-2).map(({ target }) => target),
    ['/dies', '/ordinary'],
  );
});

test('request() leaves its dial to others when it is replayed on a connection that came free', async (t) => {
  const { pool, lookup, told, doomed, busy, finish } = await waitingReplay(t, 2);
  finish();
  await Promise.all([doomed, busy]);
  lookup.answer(2);
  await told('dial-end', 2);
  assertResting(pool.snapshot(), 2);
  const { numRequests, reused, closed } = pool.snapshot();
  assert.deepEqual({ numRequests, reused, closed }, { numRequests: 5, reused: 3, closed: { incomplete: 1 } });
});

test('request() is replayed on a fresh connection while none came free', async (t) => {
  const { pool, lookup, doomed, busy, finish } = await waitingReplay(t, 2, { maxSize: 2 });
  lookup.answer(2);
  const { connection } = await doomed;
  assert.equal(connection.reused, false);
  finish();
  await busy;
  assertResting(pool.snapshot(), 2);
});

// The rules at their edges, without a server that dies

/** A pool whose connections all became idle at 100 ms; their ids, the coldest first. */
async function idlePool(t: TestContext, idle: number, options: { maxSize: number; maxQueued?: number }) {
  const clock = new FakeClock({ now: 100 });
  const pool = await barePool(t, { clock, ...options });
  const asking = await Promise.all(Array.from({ length: idle }, () => ask(pool)));
  for (const each of asking) each.giveBack();
  clock.advance(100);
  await new Promise((resolve) => setImmediate(resolve)); // there is a limit to the dials of one turn
  return { pool, clock, ids: pool.snapshot().connections.map(({ id }) => id) };
}

// name, failure, whether it takes what became idle at 100 ms
for (const [name, failure, takes] of [
  ['after its failure', 50, true],
  ['in the moment of its failure', 100, false],
  ['before its failure', 150, false],
] as const) {
  test(`acquire() gives a replay ${takes ? 'a' : 'no'} connection that became idle ${name}`, async (t) => {
    const { pool } = await idlePool(t, 1, { maxSize: 2 });
    const replay = new Asking(failure);
    pool.acquire(replay);
    const { idle, dialling } = pool.snapshot();
    assert.deepEqual({ idle, dialling }, takes ? { idle: 0, dialling: 0 } : { idle: 1, dialling: 1 });
    await replay.over;
  });
}

test('acquire() closes the connection that was idle for longest where a replay finds no free place', async (t) => {
  const { pool, clock, ids } = await idlePool(t, 2, { maxSize: 2 });
  const replay = new Asking(clock.now());
  pool.acquire(replay);
  const { closed, dialling, connections } = pool.snapshot();
  assert.deepEqual([closed, dialling, connections.map(({ id }) => id)], [{ replaced: 1 }, 1, ids.slice(1)]);
  await replay.over;
  assert.ok(!ids.includes(replay.connection?.id ?? 0));
  assertBalanced(pool.snapshot());
});

test('acquire() closes no connection for a replay that finds a free place', async (t) => {
  const { pool, clock } = await idlePool(t, 2, { maxSize: 3 });
  const replay = new Asking(clock.now());
  pool.acquire(replay);
  const { closed, dialling, idle } = pool.snapshot();
  assert.deepEqual({ closed, dialling, idle }, { closed: {}, dialling: 1, idle: 2 });
  await replay.over;
});

test('acquire() closes one connection for each replay that finds no free place', async (t) => {
  const { pool, clock } = await idlePool(t, 3, { maxSize: 3 });
  const replays = [new Asking(clock.now()), new Asking(clock.now())];
  for (const replay of replays) pool.acquire(replay);
  const { closed, dialling, idle } = pool.snapshot();
  assert.deepEqual({ closed, dialling, idle }, { closed: { replaced: 2 }, dialling: 2, idle: 1 });
  await Promise.all(replays.map(({ over }) => over));
});

test('acquire() serves replays in the order in which they came, and others after them', async (t) => {
  const { pool, clock } = await idlePool(t, 1, { maxSize: 1 });
  const first = await ask(pool);
  const order: string[] = [];
  const waiting = [
    ['ordinary', new Asking()],
    ['replay 1', new Asking(clock.now() - 150)],
    ['replay 2', new Asking(clock.now() - 150)],
  ] as const;
  for (const [name, asking] of waiting) {
    pool.acquire(asking);
    void asking.over.then(() => {
      order.push(name);
      asking.giveBack();
    });
  }
  first.giveBack();
  await Promise.all(waiting.map(([, { over }]) => over));
  assert.deepEqual(order, ['replay 1', 'replay 2', 'ordinary']);
  assertBalanced(pool.snapshot());
});

test('acquire() gives a connection that came free, but was kept since before the failure, to another', async (t) => {
  const { pool, clock } = await idlePool(t, 2, { maxSize: 2 });
  const [first] = [await ask(pool), await ask(pool)];
  const [replay, ordinary] = [new Asking(clock.now()), new Asking()];
  pool.acquire(replay);
  pool.acquire(ordinary);
  first.giveBack();
  assert.deepEqual([replay.connection, ordinary.connection], [null, first.connection]);
  assert.equal(pool.snapshot().queued, 1);
});

test('acquire() refuses no replay, however many may wait', async (t) => {
  const { pool, clock } = await idlePool(t, 1, { maxSize: 1, maxQueued: 0 });
  const first = await ask(pool);
  const [replay, ordinary] = [new Asking(clock.now() - 150), new Asking()];
  pool.acquire(replay);
  pool.acquire(ordinary);
  assert.deepEqual([replay.error, ordinary.error?.code, pool.snapshot().queued], [null, 'ERR_POOL_FULL', 1]);
  first.giveBack();
  await replay.over;
});
