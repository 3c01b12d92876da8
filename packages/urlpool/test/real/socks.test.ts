// Requests through SOCKS proxies that nobody here wrote: Dante, which asks for no password, and microsocks, which does.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PoolManager, type PoolManagerOptions, Retry } from 'urlpool';
import { unusedPort } from 'urlpool-testing';
import { danteMissing, startDante } from './dante.ts';
import { microsocksMissing, startMicrosocks } from './microsocks.ts';
import { Nginx, nginxMissing } from './nginx.ts';
import { RecordingOrigin } from './recording-origin.ts';
import { type StartedServer, skippedWithout } from './started-server.ts';

const FILES = { '1k': 'k'.repeat(1024), '1m': 'M'.repeat(1024 * 1024) };
const NAMES = Object.keys(FILES) as (keyof typeof FILES)[];

interface Starter {
  readonly start: () => Promise<StartedServer>;
  readonly missing: string | null;
  readonly userinfo: string;
}

const DANTE: Starter = { start: startDante, missing: danteMissing(), userinfo: '' };
const MICROSOCKS: Starter = { start: startMicrosocks, missing: microsocksMissing(), userinfo: 'me:secret@' };

async function startProxy(t: TestContext, { start }: Starter): Promise<StartedServer> {
  const proxy = await start();
  t.after(() => proxy.close());
  return proxy;
}

function managerOf(t: TestContext, options: PoolManagerOptions): PoolManager {
  const http = new PoolManager(options);
  t.after(() => http.close({ timeout: 0 }));
  return http;
}

for (const [scheme, name, starter] of [
  ['socks4', 'Dante', DANTE],
  ['socks5', 'Dante', DANTE],
  ['socks5h', 'Dante', DANTE],
  ['socks5', 'microsocks', MICROSOCKS],
  ['socks5h', 'microsocks', MICROSOCKS],
] as const) {
  const skip = skippedWithout(starter.missing, nginxMissing());
  test(`${name} leads to http and https origins by ${scheme}, over kept connections`, { skip }, async (t) => {
    const proxy = await startProxy(t, starter);
    const nginx = await Nginx.start('keepalive_requests 100000;', FILES);
    t.after(async () => {
      await nginx.stop();
      nginx.remove();
    });
    const http = managerOf(t, {
      proxy: `${scheme}://${starter.userinfo}127.0.0.1:${proxy.port}`,
      ca: nginx.ca,
      maxSize: 4,
      lookup: (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const origins = [`http://127.0.0.1:${nginx.http}`, `https://localhost:${nginx.https}`];
    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const file = NAMES[i % 10 === 0 ? 1 : 0] ?? '1k';
        const response = await http.request('GET', `${origins[i % 2]}/${file}`);
        assert.ok(response.text() === FILES[file], `${file} arrived as it is`);
      }),
    );
    const { numRequests, reused, pools } = http.snapshot();
    assert.deepEqual(pools.map(({ origin }) => origin).sort(), origins);
    assert.ok(pools.every(({ numConnections }) => numConnections <= 4));
    assert.equal(numRequests, 200);
    assert.equal(new Set(nginx.log.map(({ connection }) => connection)).size, 200 - reused);
  });
}

test('microsocks that refuses a password is ERR_PROXY_AUTH, and is not asked again', {
  skip: skippedWithout(microsocksMissing()),
}, async (t) => {
  const proxy = await startProxy(t, MICROSOCKS);
  for (const userinfo of ['me:wrong@', 'nobody:secret@', '']) {
    const http = managerOf(t, { proxy: `socks5h://${userinfo}127.0.0.1:${proxy.port}` });
    await assert.rejects(http.request('GET', 'http://localhost:1/'), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'ERR_PROXY_AUTH');
      assert.match(error.message, new RegExp(`through the proxy socks5h://127\\.0\\.0\\.1:${proxy.port}: `));
      assert.doesNotMatch(error.message, /wrong|secret/);
      return true;
    });
    assert.deepEqual(http.snapshot().closed, { 'dial-failed': 1 });
  }
});

for (const [name, starter] of [
  ['Dante', DANTE],
  ['microsocks', MICROSOCKS],
] as const) {
  const skip = skippedWithout(starter.missing);

  test(`${name} that cannot reach an origin is ERR_PROXY, which says so`, { skip }, async (t) => {
    const proxy = await startProxy(t, starter);
    const http = managerOf(t, { proxy: `socks5h://${starter.userinfo}127.0.0.1:${proxy.port}`, retries: false });
    const url = `http://127.0.0.1:${await unusedPort()}/`;
    await assert.rejects(http.request('GET', url), { code: 'ERR_PROXY', message: /refused|unreachable|failure/ });
  });

  test(`${name} may be killed while connections are kept`, { skip }, async (t) => {
    const proxy = await startProxy(t, starter);
    const origin = await RecordingOrigin.start();
    t.after(() => origin.close());
    const http = managerOf(t, {
      proxy: `socks5h://${starter.userinfo}127.0.0.1:${proxy.port}`,
      ca: origin.ca,
      retries: new Retry(null, { connect: 20, read: 2, backoffFactor: 20, backoffMax: 100 }),
    });
    const urls = [`${origin.http}/a`, `${origin.https}/b`];
    for (const url of urls) assert.equal((await http.request('GET', url)).status, 200);
    await proxy.kill();
    for (const url of urls) {
      await assert.rejects(http.request('GET', url, { retries: false }), {
        code: 'ERR_CONNECTION_REFUSED',
        message: new RegExp(`^Cannot reach the proxy socks5h://127\\.0\\.0\\.1:${proxy.port} of `),
      });
    }
    const waiting = urls.map((url) => http.request('GET', url));
    await proxy.start();
    for (const response of await Promise.all(waiting)) assert.equal(response.status, 200);
  });
}

test('Dante that forbids an origin is ERR_PROXY, which says so', {
  skip: skippedWithout(danteMissing()),
}, async (t) => {
  const port = await unusedPort();
  const rules = `socks block {\n  from: 0.0.0.0/0 to: 127.0.0.1/32 port = ${port}\n}`;
  const proxy = await startProxy(t, { ...DANTE, start: () => startDante(rules) });
  const http = managerOf(t, { proxy: `socks5h://127.0.0.1:${proxy.port}` });
  await assert.rejects(http.request('GET', `http://127.0.0.1:${port}/`, { retries: false }), {
    code: 'ERR_PROXY',
    message: /its rules do not allow the connection$/,
  });
});
