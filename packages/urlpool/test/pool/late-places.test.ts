// Tests that fail against src as it is: to be put into packages/urlpool/test/pool/.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTPConnectionPool } from 'urlpool';
import { FakeClock } from 'urlpool-testing';
import { echo, servedPool } from '../connection/served-pool.ts';
import { unpaired } from '../trace/event-pairs.ts';
import { Asking, ask, barePool } from './bare-pool.ts';
import { HeldAnswers } from './held-answers.ts';

function targets(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `/held${i}`);
}

test('request() is refused beyond maxSize and maxQueued, however many come at once', async (t) => {
  const answers = new HeldAnswers();
  const { pool } = await servedPool(t, answers.script, { maxSize: 10, maxQueued: 5 });
  answers.release(...targets(50));
  const outcomes = await Promise.allSettled(targets(50).map((target) => pool.request('GET', target)));
  assert.deepEqual(
    outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : [])),
    Array.from({ length: 15 }, (_, i) => i),
  );
});

test('acquire() closes a connection that came free for a replay that may not take it and finds no free place', async (t) => {
  const clock = new FakeClock({ now: 100 });
  const pool = await barePool(t, { clock, maxSize: 1 });
  const first = await ask(pool);
  clock.advance(100);
  const replay = new Asking(clock.now());
  pool.acquire(replay);
  first.giveBack(); // as one that was aborted before it was written: kept since before the failure
  const { idle, dialling, closed } = pool.snapshot();
  assert.deepEqual({ idle, dialling, closed }, { idle: 0, dialling: 1, closed: { replaced: 1 } });
});

test('HTTPConnectionPool() refuses a maxAge of 0, which no connection could have', () => {
  assert.throws(() => new HTTPConnectionPool('a.test', { maxAge: 0 }), {
    code: 'ERR_INVALID_OPTION',
    message: /maxAge/,
  });
});

test('request() is answered where a connection is spent when it has just been opened', async (t) => {
  const { pool } = await servedPool(t, echo, { maxAge: Number.MIN_VALUE });
  for (const target of ['/a', '/b']) assert.equal((await pool.request('GET', target)).text(), target);
  assert.deepEqual([pool.numConnections, pool.snapshot().closed], [2, { 'max-age': 2 }]);
});

test('request() that was aborted before it was written is not counted as sent', async (t) => {
  const { pool, server } = await servedPool(t, echo);
  await pool.request('GET', '/a');
  const controller = new AbortController();
  const call = assert.rejects(pool.request('POST', '/b', { signal: controller.signal }));
  controller.abort();
  await call;
  await pool.request('GET', '/c');
  assert.equal(pool.numRequests, server.requests.length);
});

test('request() aborted by a listener that is told of its connection ends once', async (t) => {
  const controller = new AbortController();
  const events: Parameters<typeof unpaired>[0][number][] = [];
  const { pool } = await servedPool(t, echo, {
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'acquired') controller.abort();
    },
  });
  await assert.rejects(pool.request('GET', '/a', { signal: controller.signal }));
  await pool.request('GET', '/b');
  assert.deepEqual(unpaired(events), []);
});
