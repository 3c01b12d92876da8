// The turns of a rate, where calls end before theirs has come.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PoolManager, Session } from 'urlpool';
import { FakeClock, MockServer } from 'urlpool-testing';
import { gate } from '../connection/served-pool.ts';

const rateLimit = { requests: 1, per: 1_000 };

/** A session whose first turn is taken, over a mock that answers everything. */
async function limited(): Promise<{ session: Session; clock: FakeClock; mock: MockServer }> {
  const clock = new FakeClock();
  const mock = new MockServer({ clock });
  mock.get('*').reply(200).persist();
  const session = new Session({ manager: mock.manager(), baseUrl: 'https://api.example', rateLimit });
  await session.get('/first');
  return { session, clock, mock };
}

test('Session({ rateLimit }) gives the turn of a call that was aborted to the next one', async () => {
  const { session, clock, mock } = await limited();
  const controller = new AbortController();
  const { signal } = controller;
  const calls = Array.from({ length: 5 }, () => session.get('/aborted', { signal }));
  controller.abort();
  await Promise.allSettled(calls);
  const next = session.get('/next');
  clock.advance(1_000);
  assert.equal((await next).status, 200);
  assert.equal(mock.requests.length, 2);
  await mock.close();
});

test('Session({ rateLimit }) is not held up by calls whose time was over before their turn', async () => {
  const { session, clock, mock } = await limited();
  const calls = Array.from({ length: 5 }, () => session.get('/late', { timeout: { total: 500 } }));
  const codes = Promise.all(calls.map((call) => call.catch(({ code }) => code)));
  clock.advance(500);
  assert.deepEqual(await codes, Array(5).fill('ERR_TIMEOUT'));
  const next = session.get('/next', { timeout: { total: 600 } });
  clock.advance(500);
  assert.equal((await next).status, 200);
  await mock.close();
});

test('Session({ rateLimit }) says that a call whose time is over waited for its turn', async () => {
  const { session, clock, mock } = await limited();
  const call = session.get('/late', { timeout: { total: 500 } });
  clock.advance(500);
  await assert.rejects(call, {
    code: 'ERR_TIMEOUT',
    message:
      'Cannot finish GET https://api.example/late within 500 ms: still waiting for its turn of the rate limit; option: timeout.total',
  });
  await mock.close();
});

test('PoolManager.many({ rateLimit }) gives the turns of items that were aborted to others', async () => {
  const clock = new FakeClock();
  const mock = new MockServer({ clock });
  mock
    .get('/moved')
    .reply(302, { headers: { Location: 'https://b.example/' } })
    .persist();
  mock.get('https://b.example/').reply(200).persist();
  const http: PoolManager = mock.manager();
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = gate();
  async function* items() {
    for (const n of [1, 2, 3]) yield { url: `https://a${n}.example/moved`, signal };
    await aborted.opened;
    yield { url: 'https://c.example/moved' };
  }
  const statuses: unknown[] = [];
  const end = (async () => {
    for await (const { response } of http.many(items(), { rateLimit })) statuses.push(response?.status);
  })();
  await mock.request(3);
  controller.abort();
  aborted.open();
  await mock.request(4);
  // Until it has followed its redirect, and waits for its turn.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(1_000);
  await end;
  assert.deepEqual(statuses.at(-1), 200);
  await mock.close();
});
