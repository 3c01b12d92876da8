// Turns between the origins of a manager, pools that were never used, and what its events tell of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from 'urlpool-testing';
import { echo, until } from '../connection/served-pool.ts';
import { HeldAnswers } from '../pool/held-answers.ts';
import { mostConnections, servedManager } from './served-manager.ts';

// 1. Turns

test('request() to one origin is served after one turn of another that has a long queue', async (t) => {
  const answers = new HeldAnswers();
  const { http, servers, origins, events } = await servedManager(t, 2, answers.script, { maxConnections: 2 });
  const [a, b] = origins;
  const targets = Array.from({ length: 20 }, (_, i) => `/held${i}`);
  const many = targets.map((target) => http.request('GET', a + target));
  await servers[0]?.request(1);
  const one = http.request('GET', `${b}/one`);
  answers.release('/held0');
  await one;
  // Of the other's requests the two at work are all that was begun before.
  assert.equal(servers[0]?.requests.length, 2);
  answers.release(...targets);
  await Promise.all(many);
  assert.equal(mostConnections(events), 2);
});

test('request() to one origin is served soon, where two others have long queues', async (t) => {
  const { http, origins } = await servedManager(t, 3, echo, { maxConnections: 2 });
  const [a, b, c] = origins;
  const order: string[] = [];
  const calls = Array.from({ length: 60 }, (_, i) =>
    http.request('GET', `${i % 2 === 0 ? a : b}/${i}`).then(() => order.push('other')),
  );
  calls.push(http.request('GET', `${c}/one`).then(() => order.push('one')));
  await Promise.all(calls);
  assert.ok(order.indexOf('one') < 10, `served after ${order.indexOf('one')} others`);
});

test('request() shares the places evenly between two origins with long queues', async (t) => {
  const answers = new HeldAnswers();
  const { http, servers, origins, poolOf } = await servedManager(t, 2, answers.script, { maxConnections: 4 });
  const [a, b] = origins;
  const targets = Array.from({ length: 12 }, (_, i) => `/held${i}`);
  const calls = targets.map((target) => http.request('GET', a + target));
  await servers[0]?.request(3);
  calls.push(...targets.map((target) => http.request('GET', b + target)));
  answers.release('/held0', '/held1');
  await servers[1]?.request(1);
  assert.deepEqual([poolOf(a)?.open, poolOf(b)?.open], [2, 2]);
  answers.release(...targets);
  await Promise.all(calls);
});

// 2. Pools that were never used

for (const [name, method, options] of [
  ['was aborted before it began', 'GET', { signal: AbortSignal.abort() }],
  ['has a method that is none', 'G T', {}],
  ['has a header that cannot be sent', 'GET', { headers: { a: 'b\n' } }],
] as const) {
  test(`PoolManager keeps no pool for a request that ${name}`, async (t) => {
    const { http, origins } = await servedManager(t, 3, echo, { numPools: 2 });
    for (let port = 1; port <= 10; port++) {
      await assert.rejects(http.request(method, `http://127.0.0.1:${port}/`, options));
    }
    assert.ok(http.snapshot().pools.length <= 2, `${http.snapshot().pools.length} pools`);
    await http.request('GET', `${origins[0]}/`);
    assert.equal(http.snapshot().idle, 1);
  });
}

// 3. A claim that nobody needs any more

test('request() that left the queue behind a dial closes no connection of another origin', async (t) => {
  const answers = new HeldAnswers();
  let lookups = 0;
  const { http, servers, origins } = await servedManager(t, 2, answers.script, {
    maxConnections: 3,
    lookup: (_host, _options, answer) => {
      if (++lookups === 1) answer(null, [{ address: '127.0.0.1', family: 4 }]);
    },
  });
  const a = `http://name.test:${servers[0]?.port}`;
  const other = http.request('GET', `${origins[1]}/held-other`);
  await servers[1]?.request(0);
  void http.request('GET', `${a}/held`).catch(() => {});
  await servers[0]?.request(0);
  void http.request('GET', `${a}/dialled`).catch(() => {});
  const controller = new AbortController();
  const left = assert.rejects(http.request('GET', `${a}/left`, { signal: controller.signal }));
  controller.abort();
  await left;
  answers.release('/held-other');
  await other;
  assert.deepEqual(http.snapshot().closed, {});
});

// 4. After close()

test('close() at its timeout leaves no call that opens a connection afterwards', async (t) => {
  const clock = new FakeClock();
  let to = '';
  const { http, origins, events } = await servedManager(
    t,
    2,
    [
      async (connection) => {
        await connection.request();
        await connection.write(`HTTP/1.1 302 Found\r\nLocation: ${to}/x\r\nContent-Length: 9\r\n\r\npart`);
      },
      echo,
    ],
    { clock, retries: 3 },
  );
  to = origins[1];
  const call = http.request('GET', `${origins[0]}/`).catch(() => null);
  await until(() => events.some(({ type }) => type === 'receive-start'));
  const closing = http.close({ timeout: 0 });
  clock.advance(0);
  await closing;
  await call;
  assert.equal(http.snapshot().open, 0);
  assert.equal(events.filter(({ type }) => type === 'dial-start').length, 1);
});

test('close() at its timeout starts no dial for those who wait', async (t) => {
  const clock = new FakeClock();
  const { http, servers, origins } = await servedManager(t, 3, new HeldAnswers().script, { clock, maxConnections: 2 });
  const [a, b, c] = origins;
  const failed = [`${a}/held`, `${b}/held`, `${c}/held`].map((url) => assert.rejects(http.request('GET', url)));
  await Promise.all([servers[0]?.request(0), servers[1]?.request(0)]);
  const closing = http.close({ timeout: 100 });
  clock.advance(100);
  await Promise.all([closing, ...failed]);
  assert.equal(http.snapshot().numConnections, 2);
});

// 5. Options of a route

test('request() with a route option that is undefined goes to the pool without', async (t) => {
  const { http, origins } = await servedManager(t, 1, echo);
  for (const options of [{ ca: undefined }, {}]) await http.request('GET', `${origins[0]}/`, options);
  assert.equal(http.snapshot().pools.length, 1);
});

// 6. Forgotten streams where maxConnections is what bounds

test('request() fails after 60 s where all of maxConnections are held by responses that nobody reads', async (t) => {
  const clock = new FakeClock();
  const { http, origins } = await servedManager(
    t,
    1,
    async (connection) => {
      await connection.request();
      await connection.respond({ body: Buffer.alloc(16 * 1024 * 1024) });
    },
    { clock, maxConnections: 2 },
  );
  const streams = [await http.stream('GET', `${origins[0]}/`), await http.stream('GET', `${origins[0]}/`)];
  await until(() => http.snapshot().pools[0]?.connections.every(({ bytesIn }) => bytesIn > 264_000) === true);
  let code = '';
  const call = http.request('GET', `${origins[0]}/`).catch((error) => {
    code = error.code;
  });
  clock.advance(180_000);
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  const found = code;
  await Promise.all(streams.map((stream) => stream.dispose()));
  await call;
  assert.equal(found, 'ERR_POOL_STALLED');
});
