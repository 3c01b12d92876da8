// A pool whose every place is held by a streamed response that nobody reads: those who wait are told so after 60 s.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PoolError, type StreamedResponse, TimeoutError } from 'urlpool';
import { FakeClock, type Script } from 'urlpool-testing';
import { gate, type ServedPoolOptions, servedPool, until } from '../connection/served-pool.ts';
import { assertResting } from './balance.ts';
import { HeldLookup } from './held-lookup.ts';

const MINUTE = 60_000;
/** More than a pool and two kernels will hold without a reader. */
const BODY = Buffer.alloc(16 * 1024 * 1024);

const script: Script = async (connection) => {
  for (;;) {
    const { target } = await connection.request();
    await connection.respond({ body: target === '/large' ? BODY : target });
  }
};

/** A pool of two, both held by responses that nobody reads, at 0 ms. */
async function heldPool(t: TestContext, options: ServedPoolOptions = {}, own: Script = script) {
  const clock = new FakeClock();
  const served = await servedPool(t, own, { clock, maxSize: 2, ...options });
  const { pool } = served;
  const streams = [await pool.stream('GET', '/large'), await pool.stream('GET', '/large')] as const;
  await until(() => pool.snapshot().connections.every(({ pausedFor }) => pausedFor !== null));
  return { ...served, clock, streams };
}

/** Reads until the connection has gone on, and waits until it is paused again. */
async function readSome(stream: StreamedResponse, isPaused: () => boolean): Promise<void> {
  const pieces = stream[Symbol.asyncIterator]();
  while (isPaused()) await pieces.next();
  await until(isPaused);
}

function isStalled(error: unknown): boolean {
  return error instanceof PoolError && error.code === 'ERR_POOL_STALLED' && error.phase === 'pool';
}

/** Gives both up, so that the pool can be closed by a clock that stands still. */
async function giveUp(streams: readonly StreamedResponse[]): Promise<void> {
  await Promise.all(streams.map((stream) => stream.dispose()));
}

test('request() fails after 60 s in which every place was held by a response that nobody reads', async (t) => {
  const { pool, clock, streams } = await heldPool(t);
  const call = assert.rejects(pool.request('GET', '/a'), isStalled);
  clock.advance(MINUTE - 1);
  assert.equal(pool.snapshot().queued, 1);
  clock.advance(1);
  await call;
  assert.equal(pool.snapshot().queued, 0);
  await giveUp(streams);
});

test('request() says which connections are held, and for how long', async (t) => {
  const { pool, server, clock, streams } = await heldPool(t);
  clock.advance(5_000);
  const [a, b] = streams.map(({ connection }) => connection.id);
  const call = assert.rejects(pool.request('GET', '/a'), {
    message: `Cannot send a request to ${server.origin}: all its 2 connections are held by responses whose bodies nobody reads (connection ${a} for 65 s, connection ${b} for 65 s); read them to their end, or dispose() of them`,
    url: `${server.origin}/a`,
  });
  clock.advance(MINUTE);
  await call;
  await giveUp(streams);
});

test('request() fails 60 s after it began to wait, not after the places were taken', async (t) => {
  const { pool, clock, streams } = await heldPool(t);
  clock.advance(10 * MINUTE);
  const early = assert.rejects(pool.request('GET', '/a'), isStalled);
  clock.advance(MINUTE / 2);
  const late = assert.rejects(pool.request('GET', '/b'), isStalled);
  clock.advance(MINUTE / 2);
  await early;
  assert.equal(pool.snapshot().queued, 1);
  clock.advance(MINUTE / 2);
  await late;
  await giveUp(streams);
});

test('request() waits on while one of the responses is read', async (t) => {
  const { pool, clock, streams } = await heldPool(t);
  const call = assert.rejects(pool.request('GET', '/a'), isStalled);
  clock.advance(MINUTE / 2);
  const id = streams[0].connection.id;
  await readSome(streams[0], () =>
    pool.snapshot().connections.some((each) => each.id === id && each.pausedFor !== null),
  );
  clock.advance(MINUTE - 1);
  assert.equal(pool.snapshot().queued, 1);
  clock.advance(1);
  await call;
  await giveUp(streams);
});

test('request() takes the place of a response that was given up', async (t) => {
  const { pool, clock, streams } = await heldPool(t);
  const call = pool.request('GET', '/a');
  clock.advance(MINUTE - 1);
  await streams[0].dispose();
  assert.equal((await call).text(), '/a');
  clock.advance(10 * MINUTE);
  await giveUp(streams);
  assertResting(pool.snapshot(), 0);
});

test('request() waits on while one of the places waits for its server', async (t) => {
  const answer = gate();
  const clock = new FakeClock();
  const { pool, server } = await servedPool(
    t,
    async (connection) => {
      const { target } = await connection.request();
      if (target === '/silent') await answer.opened;
      await connection.respond({ body: target === '/large' ? BODY : target });
      await script(connection);
    },
    { clock, maxSize: 2, timeout: { read: null } },
  );
  const stream = await pool.stream('GET', '/large');
  const silent = pool.request('GET', '/silent');
  await server.request(1);
  await until(() => pool.snapshot().connections.some(({ pausedFor }) => pausedFor !== null));
  const call = pool.request('GET', '/a');
  clock.advance(10 * MINUTE);
  assert.equal(pool.snapshot().queued, 1);
  answer.open();
  await Promise.all([silent, call]);
  await stream.dispose();
});

test('request() with a poolTimeout waits for that long', async (t) => {
  const { pool, clock, streams } = await heldPool(t, { poolTimeout: 3 * MINUTE });
  const call = assert.rejects(pool.request('GET', '/a'), TimeoutError);
  clock.advance(3 * MINUTE - 1);
  assert.equal(pool.snapshot().queued, 1);
  clock.advance(1);
  await call;
  await giveUp(streams);
});

test('request() fails after 60 s, though one with a Timeout.pool waits before it', async (t) => {
  const { pool, clock, streams } = await heldPool(t);
  const patient = assert.rejects(pool.request('GET', '/a', { timeout: { pool: 3 * MINUTE } }), TimeoutError);
  const call = assert.rejects(pool.request('GET', '/b'), isStalled);
  clock.advance(MINUTE);
  await call;
  assert.equal(pool.snapshot().queued, 1);
  clock.advance(2 * MINUTE);
  await patient;
  await giveUp(streams);
});

test('request() waits on for a dial that is under way', async (t) => {
  const lookup = new HeldLookup(2);
  const { pool, clock, streams } = await heldPool(t, { ...lookup, maxSize: 3, timeout: { connect: null } });
  const call = pool.request('GET', '/a');
  clock.advance(10 * MINUTE);
  assert.deepEqual([pool.snapshot().dialling, pool.snapshot().queued], [1, 1]);
  lookup.answer(2);
  assert.equal((await call).text(), '/a');
  await giveUp(streams);
});

test('request() may open one more connection while there is a place, whatever is held', async (t) => {
  const { pool, clock, streams } = await heldPool(t, { maxSize: 3 });
  clock.advance(10 * MINUTE);
  assert.equal((await pool.request('GET', '/a')).text(), '/a');
  await giveUp(streams);
});
