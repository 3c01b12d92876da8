import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mockFor, type TestEnd } from 'urlpool-testing';

/** A test whose end is brought about by hand. */
function fakeTest(): { readonly t: TestEnd; end(): Promise<void> } {
  const callbacks: (() => Promise<void>)[] = [];
  return {
    t: { after: (callback) => void callbacks.push(callback) },
    end: async () => {
      for (const callback of callbacks) await callback();
    },
  };
}

test('mockFor() closes the mock and its managers at the end of the test', async () => {
  const { t, end } = fakeTest();
  const mock = mockFor(t);
  const http = mock.manager();
  mock.get('/').reply(200);
  await http.request('GET', 'http://x.test/');
  await end();
  await assert.rejects(http.request('GET', 'http://x.test/'), { code: 'ERR_POOL_CLOSED' });
});

test('mockFor() fails the test for a route that was not used, though the manager was not either', async () => {
  const { t, end } = fakeTest();
  mockFor(t).get('/a').reply(200);
  await assert.rejects(end(), /pending: GET \/a: 1 request to come/);
});

test('mockFor() fails the test for a request that nobody noticed to have met no route', async () => {
  const { t, end } = fakeTest();
  const mock = mockFor(t);
  await mock
    .manager()
    .request('GET', 'http://x.test/')
    .catch(() => {});
  await assert.rejects(end(), /No route of the mock matches GET http:\/\/x\.test\/: it has no routes/);
});

test('mockFor() refuses what is no test', () => {
  assert.throws(() => mockFor({} as TestEnd), /Cannot mock for that: give the context of a test/);
});
