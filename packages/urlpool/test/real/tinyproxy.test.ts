// Requests through tinyproxy, which asks for a password and closes after each request that it forwards.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { PoolManager, type PoolManagerOptions } from 'urlpool';
import { RecordingOrigin } from './recording-origin.ts';
import { skippedWithout } from './started-server.ts';
import { startTinyproxy, tinyproxyMissing } from './tinyproxy.ts';

const skip = skippedWithout(tinyproxyMissing());

async function served(t: TestContext, userinfo = 'me:secret', options: PoolManagerOptions = {}) {
  const proxy = await startTinyproxy();
  t.after(() => proxy.close());
  const origin = await RecordingOrigin.start();
  t.after(() => origin.close());
  const http = new PoolManager({ proxy: `http://${userinfo}@127.0.0.1:${proxy.port}`, ca: origin.ca, ...options });
  t.after(() => http.close({ timeout: 0 }));
  return { proxy, origin, http };
}

test('tinyproxy forwards 200 requests, and keeps tunnels', { skip }, async (t) => {
  const { http, origin } = await served(t, 'me:secret', { maxSize: 4 });
  for (const server of [origin.http, origin.https]) {
    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        assert.equal((await http.request('GET', `${server}/${i}`)).text(), `/${i}`);
      }),
    );
  }
  const tunnels = http.snapshot().pools.find((pool) => pool.origin === origin.https);
  assert.ok((tunnels?.numConnections ?? 200) <= 4);
  assert.equal(tunnels?.numRequests, 200);
  assert.deepEqual(
    origin.requests.flatMap(({ headers }) => Object.keys(headers)).filter((name) => name.startsWith('proxy-')),
    [],
  );
});

test('tinyproxy passes on what is uploaded, of known length and in chunks', { skip }, async (t) => {
  const { http, origin } = await served(t);
  const body = randomBytes(2_000_000);
  const expected = `${createHash('sha256').update(body).digest('hex')} ${body.length}`;
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for (let at = 0; at < body.length; at += 100_000) yield body.subarray(at, at + 100_000);
  };
  for (const server of [origin.http, origin.https]) {
    for (const given of [body, pieces]) {
      assert.equal((await http.request('PUT', `${server}/hash`, { body: given })).text(), expected);
    }
  }
});

test('tinyproxy that refuses a password lets nothing through', { skip }, async (t) => {
  const { http, origin, proxy } = await served(t, 'me:wrong');
  // It answers 401 where credentials are wrong, and 407 where there are none.
  assert.equal((await http.request('GET', origin.http)).status, 401);
  await assert.rejects(http.request('GET', origin.https), { name: 'ProxyError', status: 401, attempt: 1 });
  const anonymous = new PoolManager({ proxy: `http://127.0.0.1:${proxy.port}` });
  t.after(() => anonymous.close({ timeout: 0 }));
  assert.equal((await anonymous.request('GET', origin.http)).status, 407);
  await assert.rejects(anonymous.request('GET', origin.https), { code: 'ERR_PROXY_AUTH', status: 407 });
  assert.deepEqual(origin.requests, []);
});
