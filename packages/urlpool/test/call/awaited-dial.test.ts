// What the error of a call says whose time ran out before it had a connection: what the dial did that it counted on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolManager, type PoolManagerOptions, TimeoutError } from 'urlpool';
import { FakeClock, ScriptedServer, TestProxy } from 'urlpool-testing';
import { until } from '../connection/served-pool.ts';
import { HeldLookup } from '../pool/held-lookup.ts';

const LIMIT = { timeout: { total: 100 } };

/** What a call was doing when it ran out of time, as its error says, once `isThere` says that it has come so far. */
async function doing(http: PoolManager, clock: FakeClock, url: string, isThere: () => boolean): Promise<string> {
  const call = http.request('GET', url, LIMIT);
  const failed = call.then(
    () => assert.fail('it did not fail'),
    (error: unknown) => error,
  );
  await until(isThere);
  clock.advance(100);
  const error = await failed;
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.phase, 'total');
  const said = /^Cannot finish GET \S+ within 100 ms: still (.*); option: timeout\.total$/.exec(error.message);
  return said?.[1] ?? error.message;
}

// name, options, URL, what it was doing
for (const [name, options, url, words] of [
  ['a look-up', {}, 'http://name.test/', 'looking up "name.test"'],
  [
    'the look-up of a proxy that forwards',
    { proxy: 'http://user:secret@proxy.test:3128' },
    'http://name.test/',
    'looking up "proxy.test", the proxy http://proxy.test:3128',
  ],
  [
    'the look-up of a proxy that opens tunnels',
    { proxy: 'http://user:secret@proxy.test:3128' },
    'https://name.test/',
    'looking up "proxy.test", the proxy http://proxy.test:3128',
  ],
  [
    'a connector',
    { connector: () => new Promise<never>(() => {}) },
    'https://192.0.2.1/',
    'waiting for the connector to connect to 192.0.2.1:443',
  ],
] as const satisfies readonly (readonly [string, PoolManagerOptions, string, string])[]) {
  test(`Timeout.total says that a call waited for ${name}`, async () => {
    const clock = new FakeClock();
    const http = new PoolManager({ clock, retries: false, lookup: new HeldLookup().lookup, ...options });
    assert.equal(await doing(http, clock, url, () => http.snapshot().dialling === 1), words);
    await http.close({ timeout: 0 });
  });
}

test('Timeout.total says that a call waited for a TLS handshake', async (t) => {
  const server = await ScriptedServer.start({}, () => new Promise(() => {}));
  t.after(() => server.close());
  const clock = new FakeClock();
  let isSecuring = false;
  const onEvent = ({ type }: { readonly type: string }): void => {
    isSecuring ||= type === 'tls-start';
  };
  const http = new PoolManager({ clock, retries: false, onEvent });
  const words = await doing(http, clock, `https://127.0.0.1:${server.port}/`, () => isSecuring);
  assert.equal(words, `in the TLS handshake with 127.0.0.1:${server.port}`);
  await http.close({ timeout: 0 });
});

test('Timeout.total says that a call waited for a proxy to open a tunnel', async (t) => {
  const proxy = await TestProxy.start({ answer: () => '' });
  t.after(() => proxy.close());
  const clock = new FakeClock();
  const http = new PoolManager({ clock, retries: false, proxy: proxy.url });
  const words = await doing(http, clock, 'https://name.test/', () => proxy.requests.length === 1);
  assert.equal(words, `waiting for the proxy ${proxy.url} to open a tunnel`);
  await http.close({ timeout: 0 });
});

test('Timeout.total says that a call waited for a dial that minIdle had started', async () => {
  const clock = new FakeClock();
  const http = new PoolManager({ clock, retries: false, lookup: new HeldLookup().lookup, minIdle: 1 });
  const first = assert.rejects(http.request('GET', 'http://name.test/'));
  await until(() => http.snapshot().dialling === 2);
  const words = await doing(http, clock, 'http://name.test/', () => http.snapshot().queued === 2);
  assert.equal(words, 'looking up "name.test"');
  assert.equal(http.snapshot().numConnections, 2);
  await http.close({ timeout: 0 });
  await first;
});

test('Timeout.total says no more than that a call waited, where it had no dial', async () => {
  const clock = new FakeClock();
  const http = new PoolManager({ clock, retries: false, lookup: new HeldLookup().lookup, maxSize: 1 });
  const first = assert.rejects(http.request('GET', 'http://name.test/'));
  const words = await doing(http, clock, 'http://name.test/', () => http.snapshot().queued === 2);
  assert.equal(words, 'waiting for a connection');
  await http.close({ timeout: 0 });
  await first;
});
