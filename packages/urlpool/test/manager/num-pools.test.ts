// The pools that a manager keeps: the least recently used one that rests is given up, one in use never is, and what those
// given up have done stays counted.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceEvent } from 'urlpool';
import { FakeClock } from 'urlpool-testing';
import { echo } from '../connection/served-pool.ts';
import { assertBalanced } from '../pool/balance.ts';
import { HeldAnswers } from '../pool/held-answers.ts';
import { type ServedManager, servedManager } from './served-manager.ts';

/** The indices of the origins that have a pool. */
function kept({ http, origins }: ServedManager): number[] {
  return http.snapshot().pools.map(({ origin }) => origins.indexOf(origin));
}

/** The indices of the origins whose pools were given up, in that order. */
function evicted({ events, origins }: ServedManager): number[] {
  return events.flatMap((event: TraceEvent) => (event.type === 'pool-evicted' ? [origins.indexOf(event.origin)] : []));
}

// name, numPools, origins in the order of their use, pools kept, pools given up
for (const [name, numPools, used, left, gone] of [
  ['all of them while there are few enough', 3, [0, 1, 2], [0, 1, 2], []],
  ['not the one used first', 2, [0, 1, 2], [1, 2], [0]],
  ['not the one used longest ago', 2, [0, 1, 0, 2], [0, 2], [1]],
  ['the last one alone where one is allowed', 1, [0, 1, 2], [2], [0, 1]],
  ['one that was given up, when it is used again', 2, [0, 1, 2, 0], [2, 0], [0, 1]],
] as const) {
  test(`PoolManager keeps ${name}`, async (t) => {
    const served = await servedManager(t, 3, echo, { numPools });
    for (const index of used) await served.http.request('GET', `${served.origins[index]}/`);
    assert.deepEqual([kept(served), evicted(served)], [left, gone]);
  });
}

test('PoolManager closes the idle connections of a pool that it gives up', async (t) => {
  const answers = new HeldAnswers();
  const { http, servers, origins, poolOf } = await servedManager(t, 2, answers.script, { numPools: 1 });
  const [a, b] = origins;
  const calls = ['/held0', '/held1'].map((target) => http.request('GET', a + target));
  await servers[0]?.request(1);
  answers.release('/held0', '/held1');
  await Promise.all(calls);
  await http.request('GET', `${b}/`);
  assert.deepEqual([poolOf(a), http.snapshot().closed, http.snapshot().idle], [undefined, { evicted: 2 }, 1]);
  for (const connection of servers[0]?.connections ?? []) assert.equal((await connection.closed).by, 'fin');
});

test('PoolManager keeps a pool in use, and gives it up when it rests', async (t) => {
  const answers = new HeldAnswers();
  const served = await servedManager(t, 3, answers.script, { numPools: 1 });
  const { http, servers, origins } = served;
  const [a, b, c] = origins;
  const calls = [http.request('GET', `${a}/held-a`)];
  await servers[0]?.request(0);
  calls.push(http.request('GET', `${b}/held-b`));
  await servers[1]?.request(0);
  await http.request('GET', `${c}/c`);
  assert.deepEqual([kept(served), evicted(served)], [[0, 1], [2]]);
  answers.release('/held-a');
  assert.equal((await calls[0])?.text(), '/held-a');
  assert.deepEqual([kept(served), evicted(served)], [[1], [2, 0]]);
  answers.release('/held-b');
  assert.equal((await calls[1])?.text(), '/held-b');
  assert.deepEqual([kept(served), evicted(served)], [[1], [2, 0]]);
});

test('PoolManager keeps a pool whose stream is being read', async (t) => {
  const served = await servedManager(
    t,
    2,
    [
      async (connection) => {
        await connection.request();
        await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none');
        await connection.request();
      },
      echo,
    ],
    { numPools: 1 },
  );
  const { http, origins } = served;
  const stream = await http.stream('GET', `${origins[0]}/`);
  await http.request('GET', `${origins[1]}/`);
  assert.deepEqual(kept(served), [0]);
  await stream.dispose();
  assert.deepEqual(evicted(served), [1]);
});

test('PoolManager keeps a pool for which a dial is under way that nobody wants', async (t) => {
  const clock = new FakeClock();
  const served = await servedManager(t, 2, echo, { numPools: 1, clock, lookup: () => {} });
  const { http, origins } = served;
  const controller = new AbortController();
  const left = assert.rejects(http.request('GET', 'http://name.test/', { signal: controller.signal }));
  controller.abort();
  await left;
  await http.request('GET', `${origins[0]}/`);
  assert.deepEqual(
    http.snapshot().pools.map(({ dialling }) => dialling),
    [1],
  );
  clock.advance(1_000);
  await http.request('GET', `${origins[0]}/`);
  assert.deepEqual(kept(served), [0]);
});

test('PoolManager gives up a pool whose only call left the queue', async (t) => {
  const answers = new HeldAnswers();
  const served = await servedManager(t, 2, answers.script, { numPools: 1, maxConnections: 1 });
  const { http, servers, origins } = served;
  const first = http.request('GET', `${origins[0]}/held`);
  await servers[0]?.request(0);
  const controller = new AbortController();
  const left = assert.rejects(http.request('GET', `${origins[1]}/`, { signal: controller.signal }));
  controller.abort();
  await left;
  assert.deepEqual([kept(served), evicted(served)], [[0], [1]]);
  answers.release('/held');
  await first;
});

test('PoolManager gives up a pool whose call failed', async (t) => {
  const served = await servedManager(
    t,
    2,
    [
      async (connection) => {
        await connection.request();
        connection.reset();
      },
      echo,
    ],
    { numPools: 1 },
  );
  const { http, origins } = served;
  await assert.rejects(http.request('GET', `${origins[0]}/`));
  await http.request('GET', `${origins[1]}/`);
  assert.deepEqual([kept(served), evicted(served)], [[1], [0]]);
});

test('PoolManager tells once of each pool that it gives up, before its connections close', async (t) => {
  const { http, origins, events } = await servedManager(t, 2, echo, { numPools: 1 });
  for (const origin of origins.slice(0, 2)) await http.request('GET', `${origin}/`);
  const told = events.filter(({ type }) => type === 'pool-evicted' || type === 'connection-closed');
  assert.deepEqual(
    told.map((event) => [event.type, 'origin' in event ? event.origin : null]),
    [
      ['pool-evicted', origins[0]],
      ['connection-closed', origins[0]],
    ],
  );
});

test('snapshot() keeps counting what pools did that were given up', async (t) => {
  const { http, servers, origins } = await servedManager(t, 3, echo, { numPools: 1 });
  for (let i = 0; i < 9; i++) await http.request('GET', `${origins[i % 3]}/${i}`);
  const { pools, ...sums } = http.snapshot();
  const { numConnections, numRequests, created, reused, closed, open, idle, active, dialling, queued } = sums;
  assert.deepEqual(
    { pools: pools.length, numConnections, numRequests, created, reused, closed },
    { pools: 1, numConnections: 9, numRequests: 9, created: 9, reused: 0, closed: { evicted: 8 } },
  );
  assert.deepEqual({ open, idle, active, dialling, queued }, { open: 1, idle: 1, active: 0, dialling: 0, queued: 0 });
  assertBalanced(http.snapshot());
  const sent = servers.flatMap(({ requests }) => requests).reduce((sum, { raw }) => sum + raw.length, 0);
  assert.equal(sums.bytesOut, sent);
});

test('snapshot() of a manager is the sum of its pools where none was given up', async (t) => {
  const { http, origins } = await servedManager(t, 3, echo);
  for (let i = 0; i < 7; i++) await http.request('GET', `${origins[i % 3]}/${i}`);
  const { pools, ...sums } = http.snapshot();
  for (const name of [
    'open',
    'idle',
    'numConnections',
    'numRequests',
    'created',
    'reused',
    'bytesIn',
    'bytesOut',
  ] as const) {
    assert.equal(
      sums[name],
      pools.reduce((sum, pool) => sum + pool[name], 0),
      name,
    );
  }
  assert.deepEqual(JSON.parse(JSON.stringify({ ...sums, pools })), { ...sums, pools });
});

test('PoolManager goes through many origins with few pools', async (t) => {
  const { http, origins } = await servedManager(t, 12, echo, { numPools: 3 });
  const calls = Array.from({ length: 96 }, (_, i) => http.request('GET', `${origins[i % 12]}/${i}`));
  await Promise.all(calls);
  const { pools, idle, queued, numRequests } = http.snapshot();
  assert.deepEqual({ pools: pools.length, queued, numRequests }, { pools: 3, queued: 0, numRequests: 96 });
  assert.equal(
    idle,
    pools.reduce((sum, pool) => sum + pool.open, 0),
  );
  assertBalanced(http.snapshot());
});
