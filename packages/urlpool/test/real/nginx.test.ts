// The main job on real input: many requests over few connections, to a server that nobody here wrote.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolManager } from 'urlpool';
import { Nginx, nginxMissing } from './nginx.ts';

const FILES = {
  empty: '',
  small: 'small',
  '1k': 'k'.repeat(1024),
  '64k': 'K'.repeat(64 * 1024),
  '1m': 'M'.repeat(1024 * 1024),
};
const NAMES = Object.keys(FILES) as (keyof typeof FILES)[];
const skip = nginxMissing() ?? false;

/** Fetches `count` files from both ports, `concurrency` at a time, and checks every body. */
async function fetchAll(http: PoolManager, nginx: Nginx, count: number, concurrency: number): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < count; i = next++) {
      const name = NAMES[i % NAMES.length] ?? 'empty';
      const origin = i % 2 === 0 ? `http://127.0.0.1:${nginx.http}` : `https://localhost:${nginx.https}`;
      const response = await http.request('GET', `${origin}/${name}`);
      assert.equal(response.status, 200);
      assert.ok(response.text() === FILES[name], `${name} arrived as it is`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

test('request() fetches 1,000 files from nginx over kept connections, and counts what nginx counts', {
  skip,
}, async () => {
  const nginx = await Nginx.start('keepalive_requests 100000;', FILES);
  const http = new PoolManager({ ca: nginx.ca, maxSize: 8 });
  await fetchAll(http, nginx, 1000, 16);
  const { numConnections, numRequests, reused, pools } = http.snapshot();
  await http.close();
  await nginx.stop();
  const seen = new Set(nginx.log.map((line) => line.connection));
  assert.equal(numRequests, nginx.log.length);
  // A dial may be overtaken by a connection that came free, and then carry nothing.
  assert.ok(seen.size <= numConnections, `${seen.size} connections seen, ${numConnections} opened`);
  assert.equal(reused, nginx.log.filter((line) => line.request > 1).length);
  assert.ok(pools.every((pool) => pool.numConnections <= 8));
  assert.ok(nginx.log.every((line) => line.status === 200));
  nginx.remove();
});

test('request() loses no call to an nginx that closes connections all the time', { skip }, async () => {
  const nginx = await Nginx.start('keepalive_requests 7; keepalive_timeout 1;', FILES);
  const http = new PoolManager({ ca: nginx.ca, maxSize: 8 });
  await fetchAll(http, nginx, 1000, 16);
  const { closed } = http.snapshot();
  await http.close();
  await nginx.stop();
  assert.ok(nginx.log.every((line) => line.request <= 7));
  assert.ok((closed['not-persistent'] ?? 0) > 100, JSON.stringify(closed));
  nginx.remove();
});

test('request() is answered by nginx whatever it asks', { skip }, async () => {
  const nginx = await Nginx.start('', FILES);
  const http = new PoolManager({ ca: nginx.ca });
  const origin = `https://localhost:${nginx.https}`;
  const ask = async (method: string, path: string, body?: string) => {
    const response = await http.request(method, origin + path, body === undefined ? {} : { body });
    return `${response.status} ${response.data.length > 0}`;
  };
  assert.equal(await ask('HEAD', '/1k'), '200 false');
  assert.equal(await ask('GET', '/missing'), '404 true');
  assert.equal(await ask('POST', '/1k', 'x'.repeat(100_000)), '405 true');
  assert.equal(await ask('POST', '/1k', 'x'.repeat(3_000_000)), '413 true');
  assert.equal(await ask('GET', '/1k'), '200 true');
  const range = await http.request('GET', `${origin}/1k`, { headers: { Range: 'bytes=0-9' } });
  assert.equal(`${range.status} ${range.text()}`, '206 kkkkkkkkkk');
  const etag = range.headers.get('etag');
  const unchanged = await http.request('GET', `${origin}/1k`, { headers: { 'If-None-Match': etag } });
  assert.equal(`${unchanged.status} ${unchanged.data.length}`, '304 0');
  await http.close();
  await nginx.stop();
  nginx.remove();
});
