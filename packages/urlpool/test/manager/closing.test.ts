// clear(), close() and the end of an `await using` block, of a manager and all its pools.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolError } from 'urlpool';
import { FakeClock } from 'urlpool-testing';
import { echo, gate, until } from '../connection/served-pool.ts';
import { assertBalanced } from '../pool/balance.ts';
import { HeldAnswers } from '../pool/held-answers.ts';
import { servedManager } from './served-manager.ts';

test('clear() closes what is idle in every pool, what is at work later, and leaves the manager usable', async (t) => {
  const answers = new HeldAnswers();
  const { http, servers, origins, poolOf } = await servedManager(t, 3, answers.script);
  const [a, b, c] = origins;
  for (const origin of [a, b]) await http.request('GET', `${origin}/`);
  const call = http.request('GET', `${c}/held`);
  await servers[2]?.request(0);
  await http.clear();
  assert.deepEqual([poolOf(a)?.closed, poolOf(b)?.closed, poolOf(c)?.active], [{ cleared: 1 }, { cleared: 1 }, 1]);
  answers.release('/held');
  await call;
  assert.deepEqual([http.snapshot().open, http.snapshot().closed], [0, { cleared: 3 }]);
  assert.equal((await http.request('GET', `${a}/again`)).connection.reused, false);
  assertBalanced(http.snapshot());
});

test('close() refuses new calls to every origin, known or not', async (t) => {
  const { http, origins } = await servedManager(t, 2, echo);
  const [a, b] = origins;
  await http.request('GET', `${a}/`);
  await http.close();
  for (const url of [`${a}/x`, `${b}/x`]) {
    await assert.rejects(http.request('GET', url), (error) => {
      assert.ok(error instanceof PoolError);
      assert.equal(error.message, `Cannot send GET ${url}: the pool or manager was closed by close()`);
      return error.code === 'ERR_POOL_CLOSED';
    });
  }
  const { pools, open, closed } = http.snapshot();
  assert.deepEqual([pools.length, open, closed], [1, 0, { closed: 1 }]);
});

test('close() waits for the calls of every pool', async (t) => {
  const answers = new HeldAnswers();
  const { http, servers, origins } = await servedManager(t, 3, answers.script, { maxConnections: 2 });
  const [a, b, c] = origins;
  const calls = [http.request('GET', `${a}/held-a`), http.request('GET', `${b}/held-b`)];
  await Promise.all([servers[0]?.request(0), servers[1]?.request(0)]);
  calls.push(http.request('GET', `${c}/queued`));
  const order: string[] = [];
  const closing = http.close().then(() => order.push('closed'));
  for (const [i, call] of calls.entries()) void call.then(() => order.push(`call ${i}`));
  answers.release('/held-b');
  await calls[2];
  answers.release('/held-a');
  await closing;
  assert.deepEqual(order, ['call 1', 'call 2', 'call 0', 'closed']);
  assert.equal(http.snapshot().open, 0);
  assertBalanced(http.snapshot());
});

test('close() waits for a call that is redirected to an origin that had no pool', async (t) => {
  const answer = gate();
  let to = '';
  const { http, servers, origins } = await servedManager(
    t,
    2,
    [
      async (connection) => {
        await connection.request();
        await answer.opened;
        await connection.respond({ status: 302, headers: { Location: `${to}/there` } });
      },
      echo,
    ],
    { retries: 3 },
  );
  to = origins[1];
  const call = http.request('GET', `${origins[0]}/`);
  await servers[0]?.request(0);
  const closing = http.close();
  answer.open();
  assert.equal((await call).text(), '/there');
  await closing;
  assert.equal(http.snapshot().open, 0);
});

test('close() at its timeout closes everything in every pool', async (t) => {
  const clock = new FakeClock();
  const { http, servers, origins } = await servedManager(t, 3, new HeldAnswers().script, { clock, maxConnections: 2 });
  const [a, b, c] = origins;
  const failed = [`${a}/held`, `${b}/held`, `${c}/held`].map((url) => assert.rejects(http.request('GET', url)));
  await Promise.all([servers[0]?.request(0), servers[1]?.request(0)]);
  const closing = http.close({ timeout: 100 });
  clock.advance(100);
  await Promise.all([closing, ...failed]);
  const { open, queued, dialling } = http.snapshot();
  assert.deepEqual({ open, queued, dialling }, { open: 0, queued: 0, dialling: 0 });
  assertBalanced(http.snapshot());
});

test('close() called twice resolves twice', async (t) => {
  const { http, origins } = await servedManager(t, 1, echo);
  await http.request('GET', `${origins[0]}/`);
  await Promise.all([http.close(), http.close()]);
  await http.close({ timeout: 0 });
  assert.deepEqual(http.snapshot().closed, { closed: 1 });
});

test('close() of a manager that was never used resolves', async (t) => {
  const { http } = await servedManager(t, 1, echo);
  await http.close();
  assert.equal(http.snapshot().pools.length, 0);
});

test('close() refuses a timeout that is none, and goes on', async (t) => {
  const { http, origins } = await servedManager(t, 1, echo);
  await assert.rejects(http.close({ timeout: -1 }), { code: 'ERR_INVALID_OPTION' });
  assert.equal((await http.request('GET', `${origins[0]}/a`)).text(), '/a');
});

test('close() leaves the servers without a connection', async (t) => {
  const { http, servers, origins } = await servedManager(t, 3, echo);
  await Promise.all(origins.map((origin) => http.request('GET', `${origin}/`)));
  await http.close();
  const departures = await Promise.all(servers.map(({ connections }) => connections[0]?.closed));
  assert.deepEqual(
    departures.map((departure) => departure?.by),
    ['fin', 'fin', 'fin'],
  );
});

test('[Symbol.asyncDispose]() closes the manager as close() does', async (t) => {
  const answers = new HeldAnswers();
  const { http, servers, origins } = await servedManager(t, 1, answers.script);
  const call = http.request('GET', `${origins[0]}/held`);
  await servers[0]?.request(0);
  let disposed = false;
  const disposing = http[Symbol.asyncDispose]().then(() => {
    disposed = true;
  });
  await assert.rejects(http.request('GET', `${origins[0]}/`), { code: 'ERR_POOL_CLOSED' });
  assert.equal(disposed, false);
  answers.release('/held');
  await Promise.all([call, disposing]);
  await until(() => http.snapshot().open === 0);
});
