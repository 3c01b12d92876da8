// For how long a connection is kept: its age, its requests, its time without work, and which one is taken first.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, type Script } from 'urlpool-testing';
import { echo, type ServedPool, servedPool, until } from '../connection/served-pool.ts';
import { assertResting } from './balance.ts';
import { HeldAnswers } from './held-answers.ts';

/** Opens so many connections at once; all of them are idle afterwards. Their ids. */
async function open({ pool, server }: ServedPool, answers: HeldAnswers, count: number): Promise<number[]> {
  const before = server.requests.length;
  const targets = Array.from({ length: count }, (_, i) => `/held${before}-${i}`);
  const calls = targets.map((target) => pool.request('GET', target));
  await server.request(before + count - 1);
  answers.release(...targets);
  return (await Promise.all(calls)).map(({ connection }) => connection.id);
}

// Age

// random, for how long a connection of maxAge 1,000 is kept
for (const [random, kept] of [
  [0, 900],
  [0.5, 1_000],
  [1, 1_100],
] as const) {
  test(`request() keeps a connection for ${kept} of maxAge 1,000 ms where random is ${random}`, async (t) => {
    const clock = new FakeClock();
    const { pool } = await servedPool(t, echo, { clock, maxAge: 1_000, random: () => random });
    await pool.request('GET', '/');
    clock.advance(kept - 1);
    assertResting(pool.snapshot(), 1);
    clock.advance(1);
    assertResting(pool.snapshot(), 0);
    assert.deepEqual(pool.snapshot().closed, { 'max-age': 1 });
  });
}

test('request() draws another age for each connection', async (t) => {
  const clock = new FakeClock();
  const drawn = [0, 0.5, 1];
  const answers = new HeldAnswers();
  const served = await servedPool(t, answers.script, { clock, maxAge: 1_000, random: () => drawn.shift() ?? 0.5 });
  await open(served, answers, 3);
  const left = [900, 999, 1_000, 1_099, 1_100].map((time) => {
    clock.advanceTo(time);
    return served.pool.snapshot().open;
  });
  assert.deepEqual(left, [2, 2, 1, 1, 0]);
});

test('request() does not make a connection younger by using it', async (t) => {
  const clock = new FakeClock();
  const { pool } = await servedPool(t, echo, { clock, maxAge: 1_000, random: () => 0.5 });
  for (let i = 0; i < 4; i++) {
    await pool.request('GET', '/');
    clock.advance(300);
  }
  const { numConnections, closed } = pool.snapshot();
  assert.deepEqual([numConnections, closed], [1, { 'max-age': 1 }]);
});

test('request() closes a connection that became too old at work when its response is there', async (t) => {
  const clock = new FakeClock();
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { clock, maxAge: 1_000, random: () => 0.5, maxSize: 1 });
  const call = pool.request('GET', '/held');
  await server.request(0);
  const next = pool.request('GET', '/next');
  clock.advance(1_000);
  assert.equal(pool.snapshot().active, 1);
  answers.release('/held');
  assert.equal((await call).text(), '/held');
  assert.equal((await next).connection.reused, false);
  assert.deepEqual(pool.snapshot().closed, { 'max-age': 1 });
});

test('request() knows no age by default', async (t) => {
  const clock = new FakeClock();
  const { pool } = await servedPool(t, echo, { clock, idleTimeout: Number.POSITIVE_INFINITY });
  await pool.request('GET', '/');
  clock.advance(365 * 86_400_000);
  assertResting(pool.snapshot(), 1);
});

test('request() takes no connection that became too old while the machine was suspended', async (t) => {
  const clock = new FakeClock();
  const { pool } = await servedPool(t, echo, { clock, maxAge: 1_000, random: () => 0.5 });
  await pool.request('GET', '/a');
  await new Promise((resolve) => setImmediate(resolve));
  clock.suspend(1_000);
  assert.equal((await pool.request('GET', '/b')).connection.reused, false);
  assert.deepEqual(pool.snapshot().closed, { 'max-age': 1 });
});

// Requests

for (const [most, connections] of [
  [1, 6],
  [2, 3],
  [4, 2],
  [Number.POSITIVE_INFINITY, 1],
] as const) {
  test(`request() sends six one after the other over ${connections} connections of at most ${most}`, async (t) => {
    const { pool } = await servedPool(t, echo, { maxRequestsPerConnection: most });
    for (let i = 0; i < 6; i++) await pool.request('GET', '/');
    const { numConnections, numRequests, closed } = pool.snapshot();
    assert.deepEqual(
      [numConnections, numRequests, closed['max-requests'] ?? 0],
      [connections, 6, Math.floor(6 / most)],
    );
  });
}

test('request() that waits gets a new connection for one that has carried its last', async (t) => {
  const { pool } = await servedPool(t, echo, { maxRequestsPerConnection: 2, maxSize: 1 });
  const answers = await Promise.all(['/a', '/b', '/c', '/d', '/e'].map((target) => pool.request('GET', target)));
  const ids = answers.map(({ connection }) => connection.id);
  assert.deepEqual(
    [ids[0] === ids[1], ids[1] === ids[2], ids[2] === ids[3], ids[3] === ids[4]],
    [true, false, true, false],
  );
  assertResting(pool.snapshot(), 1);
});

// Which one is taken

test('request() takes the connection that became idle last', async (t) => {
  const answers = new HeldAnswers();
  const served = await servedPool(t, answers.script);
  const { pool, server } = served;
  const calls = ['/held0', '/held1', '/held2'].map((target) => pool.request('GET', target));
  await server.request(2);
  // They come free in an order of their own.
  for (const i of [2, 0, 1]) {
    answers.release(`/held${i}`);
    await calls[i];
  }
  const [first, second] = [pool.request('GET', '/x'), pool.request('GET', '/y')];
  const ids = await Promise.all([calls[1], calls[0], first, second].map(async (call) => (await call)?.connection.id));
  assert.deepEqual(ids.slice(2), ids.slice(0, 2));
});

test('request() lets those expire that are not needed', async (t) => {
  const clock = new FakeClock();
  const answers = new HeldAnswers();
  const served = await servedPool(t, answers.script, { clock, idleTimeout: 1_000 });
  await open(served, answers, 4);
  const { pool } = served;
  const left: number[] = [];
  for (let i = 0; i < 4; i++) {
    clock.advance(300);
    await Promise.all([pool.request('GET', '/a'), pool.request('GET', '/b')]);
    left.push(pool.snapshot().open);
  }
  assert.deepEqual(left, [4, 4, 4, 2]);
  assert.deepEqual(pool.snapshot().closed, { 'idle-timeout': 2 });
  assert.equal(pool.numConnections, 4);
});

// Time without work

test('request() closes each connection when its own time is up', async (t) => {
  const clock = new FakeClock();
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { clock, idleTimeout: 1_000 });
  const calls = ['/held0', '/held1', '/held2'].map((target) => pool.request('GET', target));
  await server.request(2);
  for (const [i, call] of calls.entries()) {
    clock.advance(100);
    answers.release(`/held${i}`);
    await call;
  }
  const left = [1_099, 1_100, 1_199, 1_200, 1_299, 1_300].map((time) => {
    clock.advanceTo(time);
    return pool.snapshot().idle;
  });
  assert.deepEqual(left, [3, 2, 2, 1, 1, 0]);
  assert.deepEqual(pool.snapshot().closed, { 'idle-timeout': 3 });
});

test('request() counts no time at work as idle', async (t) => {
  const clock = new FakeClock();
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { clock, idleTimeout: 1_000 });
  await pool.request('GET', '/first');
  const call = pool.request('GET', '/held');
  await server.request(1);
  clock.advance(20_000);
  answers.release('/held');
  await call;
  assertResting(pool.snapshot(), 1);
});

test('request() leaves no timer behind when its last connection has expired', async (t) => {
  const clock = new FakeClock();
  const { pool } = await servedPool(t, echo, { clock, idleTimeout: 1_000 });
  await pool.request('GET', '/');
  assert.equal(clock.pending, 1);
  clock.advance(400_000);
  assert.equal(clock.pending, 0);
});

// Keep-Alive fields of responses in turn, for how long the connection is kept after the last
const HINTS: readonly (readonly [string, readonly string[], number])[] = [
  ['the time of its last response', ['timeout=20', 'timeout=5'], 4_000],
  ['a longer time of its last response', ['timeout=5', 'timeout=20'], 19_000],
  ['the time of an earlier response where the last says nothing', ['timeout=5', ''], 4_000],
  ['its own time where a server says nonsense', ['timeout=soon'], 50_000],
  ['no time where a server keeps none', ['timeout=0'], 0],
];

for (const [name, fields, kept] of HINTS) {
  test(`request() keeps a connection for ${name}`, async (t) => {
    const clock = new FakeClock();
    const script: Script = async (connection) => {
      for (const field of fields) {
        await connection.request();
        await connection.respond(field === '' ? {} : { headers: { 'Keep-Alive': field } });
      }
    };
    const { pool } = await servedPool(t, script, { clock });
    for (const _ of fields) await pool.request('GET', '/');
    if (kept > 0) {
      clock.advance(kept - 1);
      assertResting(pool.snapshot(), 1);
      clock.advance(1);
    } else {
      clock.advance(0);
    }
    assertResting(pool.snapshot(), 0);
    assert.deepEqual(pool.snapshot().closed, { 'idle-timeout': 1 });
  });
}

test('request() counts down to a new connection where the server says how many it takes', async (t) => {
  const script: Script = async (connection) => {
    for (let left = 2; left >= 0; left--) {
      await connection.request();
      await connection.respond({ headers: { 'Keep-Alive': `timeout=5, max=${left}` } });
    }
  };
  const { pool, server } = await servedPool(t, script);
  for (let i = 0; i < 6; i++) await pool.request('GET', '/');
  await until(() => server.requests.length === 6);
  const { numConnections, closed } = pool.snapshot();
  assert.deepEqual([numConnections, closed], [2, { 'max-requests': 2 }]);
});
