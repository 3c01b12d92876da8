// What minIdle and preconnect() do where something else has its way: addresses that change, proxies that die, pools that
// are given up, places that are taken.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolManager, type TraceEvent } from 'urlpool';
import { FakeClock, ScriptedServer, TestProxy } from 'urlpool-testing';
import { echo, until } from '../connection/served-pool.ts';
import { assertBalanced } from '../pool/balance.ts';
import { HeldAnswers } from '../pool/held-answers.ts';
import { HeldLookup } from '../pool/held-lookup.ts';
import { servedManager } from './served-manager.ts';

/** Lets the event loop turn a few times. */
async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

function dials(events: readonly TraceEvent[], why: string): number {
  return events.filter((event) => event.type === 'dial-start' && event.why === why).length;
}

test('minIdle moves to the address that a name has now', async (t) => {
  const server = await ScriptedServer.start({ host: '0.0.0.0' }, echo);
  const clock = new FakeClock();
  let address = '127.0.0.1';
  const http = new PoolManager({
    clock,
    minIdle: 2,
    maxSize: 2,
    retries: false,
    resolver: { resolve: async () => [{ address }] },
  });
  t.after(async () => {
    await http.close({ timeout: 0 });
    await server.close();
  });
  const url = `http://name.test:${server.port}/`;
  await http.request('GET', url);
  await until(() => http.snapshot().idle === 2);
  address = '127.0.0.2';
  clock.advance(30_000);
  await http.request('GET', url);
  await until(() => http.snapshot().closed['address-changed'] === 2 && http.snapshot().idle === 2);
  const addresses = http.snapshot().pools.flatMap(({ connections }) => connections.map((one) => one.address));
  assert.deepEqual(addresses, [`127.0.0.2:${server.port}`, `127.0.0.2:${server.port}`]);
  assertBalanced(http.snapshot());
});

test('minIdle through a proxy that has died tries one dial at a time, ever more rarely', async (t) => {
  const server = await ScriptedServer.start({}, echo);
  const proxy = await TestProxy.start();
  const clock = new FakeClock();
  const events: TraceEvent[] = [];
  const http = new PoolManager({
    clock,
    minIdle: 2,
    maxSize: 2,
    retries: false,
    random: () => 0.5,
    proxy: { url: proxy.url, tunnel: true },
    onEvent: (event) => events.push(event),
  });
  t.after(async () => {
    await http.close({ timeout: 0 });
    await server.close();
  });
  await http.request('GET', server.origin);
  await until(() => http.snapshot().idle === 2);
  await proxy.close();
  await until(() => http.snapshot().open === 0 && http.snapshot().dialling === 0);
  await turns();
  const begun = dials(events, 'minIdle');
  assert.ok(begun <= 3, `${begun} dials`);
  for (const [ms, tried] of [
    [999, 0],
    [1, 1],
    [1_999, 1],
    [1, 2],
  ] as const) {
    clock.advance(ms);
    await turns();
    await until(() => http.snapshot().dialling === 0);
    assert.equal(dials(events, 'minIdle') - begun, tried);
  }
  assert.equal(http.snapshot().open, 0);
  await assert.rejects(http.request('GET', server.origin), { code: 'ERR_CONNECTION_REFUSED' });
  assertBalanced(http.snapshot());
});

test('minIdle takes the places that busy connections of other origins leave', async (t) => {
  const answers = new HeldAnswers();
  const { http, origins, servers, poolOf } = await servedManager(t, 2, answers.script, {
    maxConnections: 3,
    minIdle: 2,
  });
  const held = ['/held1', '/held2'].map((path) => http.request('GET', origins[0] + path));
  await servers[0]?.request(1);
  const other = http.request('GET', `${origins[1]}/held3`);
  await turns();
  assert.equal(http.snapshot().open + http.snapshot().dialling, 3);
  answers.release('/held1', '/held2', '/held3');
  await Promise.all([...held, other]);
  await until(() => http.snapshot().idle === 3 && http.snapshot().dialling === 0);
  await turns();
  assert.ok((poolOf(origins[0])?.idle ?? 0) >= 1 && (poolOf(origins[1])?.idle ?? 0) >= 1);
  assertBalanced(http.snapshot());
});

test('preconnect() to more origins than numPools opens all, and keeps the last', async (t) => {
  const { http, origins } = await servedManager(t, 3, echo, { numPools: 2 });
  assert.deepEqual(await Promise.all(origins.map((origin) => http.preconnect(origin, 2))), [2, 2, 2]);
  await turns();
  assert.equal(http.snapshot().pools.length, 2);
  assert.deepEqual([http.snapshot().idle, http.snapshot().closed], [4, { evicted: 2 }]);
});

test('preconnect() that is under way in more pools than numPools gives none of them up', async (t) => {
  const lookup = new HeldLookup();
  const { http, servers } = await servedManager(t, 3, echo, { numPools: 1, lookup: lookup.lookup });
  const warm = servers.map(({ port }) => http.preconnect(`http://name.test:${port}`));
  await turns();
  assert.deepEqual([http.snapshot().pools.length, http.snapshot().dialling], [3, 3]);
  lookup.answerAll();
  assert.deepEqual(await Promise.all(warm), [1, 1, 1]);
  await turns();
  assert.equal(http.snapshot().pools.length, 1);
  assertBalanced(http.snapshot());
});

test('preconnect() while minIdle pauses tries at once, and leaves the pause as it is', async (t) => {
  const lookup = new HeldLookup();
  const clock = new FakeClock();
  const { http, servers, events } = await servedManager(t, 1, echo, { minIdle: 2, clock, lookup: lookup.lookup });
  const url = `http://name.test:${servers[0]?.port}`;
  const failed = assert.rejects(http.preconnect(url, 1));
  await until(() => lookup.asked === 2);
  lookup.fail(0);
  lookup.fail(1);
  await failed;
  await turns();
  assert.equal(dials(events, 'minIdle'), 1);
  const warm = http.preconnect(url, 1);
  await until(() => lookup.asked === 3);
  lookup.answer(2);
  assert.equal(await warm, 1);
  clock.advance(1_200);
  await turns();
  await until(() => lookup.asked === 4);
  lookup.answer(3);
  await until(() => http.snapshot().idle === 2);
});
