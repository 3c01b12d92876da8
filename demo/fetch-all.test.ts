import assert from 'node:assert/strict';
import test from 'node:test';
import { type FetchResult, fetchAll, type Requester } from './fetch-all.ts';

const NEVER = new AbortController().signal;

function withoutTime(result: FetchResult) {
  if (result.is !== 'fetched') return result;
  const { ms: _, ...rest } = result;
  return rest;
}

test('fetchAll() fetches every URL, duplicates too, and tells of each', async () => {
  const http: Requester = { request: async (_method, url) => ({ status: 200, data: Buffer.from(url) }) };
  const results: FetchResult[] = [];
  await fetchAll(http, ['/a', '/a', '/bc'], { concurrency: 2, signal: NEVER, onResult: (one) => results.push(one) });
  assert.deepEqual(results.map(withoutTime), [
    { is: 'fetched', url: '/a', status: 200, bytes: 2 },
    { is: 'fetched', url: '/a', status: 200, bytes: 2 },
    { is: 'fetched', url: '/bc', status: 200, bytes: 3 },
  ]);
});

test('fetchAll() begins no more requests at once than it may, in the order of the list', async () => {
  const begun: string[] = [];
  let active = 0;
  let most = 0;
  const http: Requester = {
    async request(_method, url) {
      begun.push(url);
      most = Math.max(most, ++active);
      await new Promise(setImmediate);
      active--;
      return { status: 200, data: '' };
    },
  };
  const urls = Array.from({ length: 20 }, (_, index) => `/${index}`);
  await fetchAll(http, urls, { concurrency: 3, signal: NEVER, onResult: () => {} });
  assert.equal(most, 3);
  assert.deepEqual(begun, urls);
});

test('fetchAll() reads no further ahead in the list than it fetches', async () => {
  let read = 0;
  let done = 0;
  async function* list() {
    for (; read < 20; read++) {
      assert.ok(read - done <= 3, `${read} read, ${done} done`);
      yield `/${read}`;
    }
  }
  const http: Requester = { request: async () => ({ status: 200, data: '' }) };
  await fetchAll(http, list(), { concurrency: 3, signal: NEVER, onResult: () => done++ });
  assert.equal(done, 20);
});

test('fetchAll() tells of a failure and goes on', async () => {
  const error = new Error('refused');
  const http: Requester = {
    request: (_method, url) => (url === '/bad' ? Promise.reject(error) : Promise.resolve({ status: 404, data: '' })),
  };
  const results: FetchResult[] = [];
  await fetchAll(http, ['/bad', '/b'], { concurrency: 1, signal: NEVER, onResult: (one) => results.push(one) });
  assert.deepEqual(results.map(withoutTime), [
    { is: 'failed', url: '/bad', error },
    { is: 'fetched', url: '/b', status: 404, bytes: 0 },
  ]);
});

test('fetchAll() gives up what is under way when it is stopped, and begins nothing more', async () => {
  const controller = new AbortController();
  const results: FetchResult[] = [];
  const http: Requester = {
    request: (_method, url, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        if (url === '/b') setImmediate(() => controller.abort());
      }),
  };
  const options = { concurrency: 2, signal: controller.signal, onResult: (one: FetchResult) => results.push(one) };
  await fetchAll(http, ['/a', '/b', '/c'], options);
  assert.deepEqual(results, [
    { is: 'given-up', url: '/a' },
    { is: 'given-up', url: '/b' },
  ]);
});
