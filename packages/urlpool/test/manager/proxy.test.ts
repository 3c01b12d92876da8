// Requests through a proxy that keeps what it was asked, to servers that keep what they were sent.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  HTTPSConnectionPool,
  PoolManager,
  ProxyError,
  ProxyManager,
  type ProxyOption,
  Retry,
  TimeoutError,
} from 'urlpool';
import { fieldValues } from 'urlpool-testing';
import { localCertificate, testAuthority } from '../connection/served-pool.ts';
import { served } from './proxied-manager.ts';

test('PoolManager({ proxy }) has plain requests forwarded, over connections that all origins share', async (t) => {
  const { proxy, plain, http } = await served(t);
  const named = plain.origin.replace('127.0.0.1', 'name.test');
  for (const url of [`${plain.origin}/a`, `${named}/b`, `${plain.origin}/c?d`]) {
    assert.equal((await http.request('GET', url)).status, 200);
  }
  assert.deepEqual(
    proxy.requests.map(({ target, connection }) => [target, connection]),
    [
      [`${plain.origin}/a`, 0],
      [`${named}/b`, 0],
      [`${plain.origin}/c?d`, 0],
    ],
  );
  assert.deepEqual(
    plain.requests.map(({ headers }) => fieldValues(headers, 'host')[0]),
    [plain.origin, named, plain.origin].map((origin) => origin.slice('http://'.length)),
  );
  const { numConnections, reused, pools } = http.snapshot();
  assert.deepEqual([numConnections, reused, pools.map(({ origin }) => origin)], [1, 2, [proxy.url]]);
});

test('PoolManager({ proxy }) opens a tunnel to each https origin, and keeps it', async (t) => {
  const { proxy, secure, http, events } = await served(t);
  const first = await http.request('GET', `${secure.origin}/a`);
  const second = await http.request('GET', `${secure.origin}/b`);
  assert.deepEqual([first.text(), second.text(), second.connection.reused], ['/a', '/b', true]);
  assert.deepEqual(
    proxy.requests.map(({ method, target }) => [method, target]),
    [['CONNECT', secure.origin.slice('https://'.length)]],
  );
  const dial = events.map(({ type }) => type).filter((type) => /^(?:dns|connect|proxy|tls|dial)-/.test(type));
  assert.deepEqual(dial, [
    'dial-start',
    'connect-start',
    'connect-end',
    'proxy-start',
    'proxy-end',
    'tls-start',
    'tls-end',
    'dial-end',
  ]);
});

test('PoolManager({ proxy }) resumes TLS sessions through tunnels', async (t) => {
  const { secure, http } = await served(t);
  await http.request('GET', `${secure.origin}/a`);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await http.clear();
  await http.request('GET', `${secure.origin}/b`);
  assert.equal(http.snapshot().resumed, 1);
});

test('PoolManager({ proxy }) gives the proxy its credentials, and no origin ever', async (t) => {
  const { proxy, plain, secure, http } = await served(t, {
    proxy: { userinfo: 'me:secret' },
    reply: ({ target }) => {
      const at = /^\/to\?(?<url>.*)$/.exec(target)?.groups?.url;
      return at === undefined ? {} : { status: 307, headers: { Location: decodeURIComponent(at) } };
    },
    manager: { retries: undefined },
  });
  const to = encodeURIComponent(`${secure.origin}/end`);
  const response = await http.request('GET', `${plain.origin}/to?${to}`);
  assert.equal(response.url, `${secure.origin}/end`);
  assert.deepEqual(
    proxy.requests.map(({ method, headers }) => [method, fieldValues(headers, 'proxy-authorization')[0]]),
    [
      ['GET', 'Basic bWU6c2VjcmV0'],
      ['CONNECT', 'Basic bWU6c2VjcmV0'],
    ],
  );
  for (const { headers } of [...plain.requests, ...secure.requests]) {
    assert.deepEqual(
      headers.filter(([name]) => /^proxy-/i.test(name)),
      [],
    );
  }
});

test('PoolManager({ proxy }) gives the answer of a proxy that refuses a plain request, and fails where it refuses a tunnel', async (t) => {
  const { plain, secure, http, events } = await served(t, {
    proxy: { userinfo: 'me:secret' },
    option: (proxy) => proxy.url.replace('me:secret', 'me:wrong'),
  });
  assert.equal((await http.request('GET', plain.origin)).status, 407);
  await assert.rejects(http.request('GET', secure.origin), (error: unknown) => {
    assert.ok(error instanceof ProxyError);
    assert.deepEqual([error.code, error.phase, error.status], ['ERR_PROXY_AUTH', 'proxy', 407]);
    assert.match(
      error.message,
      /^Cannot connect to https:\S+ through the proxy http:\S+: it answered 407 .*are its user and password right\?$/,
    );
    assert.doesNotMatch(JSON.stringify(events) + error.message + error.stack, /wrong|bWU6d3Jvbmc/);
    return true;
  });
  assert.equal(secure.connections.length, 0);
});

for (const [what, answer, code] of [
  ['403', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n', 'ERR_PROXY'],
  ['a response without a tunnel', 'HTTP/1.1 302 Found\r\nLocation: http://a.test/\r\n\r\n', 'ERR_PROXY'],
  ['no HTTP', 'SSH-2.0-OpenSSH\r\n', 'ERR_PROXY'],
  ['a head without an end', `HTTP/1.1 200 OK\r\n${'X-A: b\r\n'.repeat(20_000)}`, 'ERR_PROXY'],
  ['more than its answer', 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi', 'ERR_PROXY'],
] as const) {
  test(`PoolManager({ proxy }) fails, and never goes without it, where it answers CONNECT with ${what}`, async (t) => {
    const { secure, http } = await served(t, { proxy: { answer: () => answer } });
    await assert.rejects(http.request('GET', secure.origin), { name: 'ProxyError', code });
    assert.equal(secure.connections.length, 0);
    assert.deepEqual(http.snapshot().closed, { 'dial-failed': 1 });
  });
}

test('PoolManager({ proxy }) tells that it waits for the proxy, within Timeout.connect, and can be aborted meanwhile', async (t) => {
  const { secure, http } = await served(t, { proxy: { answer: () => '' } });
  await assert.rejects(http.request('GET', secure.origin, { timeout: { connect: 50 } }), (error: unknown) => {
    assert.ok(error instanceof TimeoutError);
    assert.match(
      error.message,
      /still waiting for the proxy http:\S+ to open a tunnel after \d+ ms; option: timeout\.connect$/,
    );
    return true;
  });
  const abort = new AbortController();
  const call = assert.rejects(http.request('GET', secure.origin, { signal: abort.signal }), { name: 'AbortError' });
  abort.abort();
  await call;
});

test('PoolManager({ proxy }) speaks TLS with the proxy, and TLS through it', async (t) => {
  const { ca, tls } = { ca: (await testAuthority()).certificate, tls: await localCertificate() };
  const { plain, secure, http, proxy } = await served(t, {
    proxy: { tls, userinfo: 'me:secret' },
    option: ({ url }) => ({ url, tls: { ca } }),
  });
  assert.equal((await http.request('GET', `${plain.origin}/a`)).text(), '/a');
  assert.equal((await http.request('GET', `${secure.origin}/b`)).text(), '/b');
  const large = await http.request('POST', `${secure.origin}/c`, { body: Buffer.alloc(3_000_000, 'x') });
  assert.equal(large.text(), '/c');
  assert.equal(secure.requests.at(-1)?.body.length, 3_000_000);
  assert.equal(proxy.connections, 2);
});

test('PoolManager({ proxy }) trusts a proxy’s certificate by the options of the proxy alone', async (t) => {
  const { secure, http } = await served(t, { proxy: { tls: await localCertificate() } });
  await assert.rejects(http.request('GET', secure.origin, { retries: Retry.DEFAULT }), {
    name: 'TLSError',
    code: 'ERR_TLS_CERTIFICATE',
    message: /^Cannot reach the proxy https:\/\/localhost:\d+ of https:/,
    attempt: 1,
  });
});

test('PoolManager({ proxy: { tunnel: true } }) opens a tunnel to plain origins too', async (t) => {
  const { proxy, plain, http } = await served(t, {
    option: ({ url }) => ({ url, tunnel: true, headers: { 'X-To-Proxy': '1' } }),
  });
  await http.request('GET', `${plain.origin}/a`);
  assert.deepEqual(
    proxy.requests.map(({ method }) => method),
    ['CONNECT'],
  );
  assert.deepEqual(fieldValues(proxy.requests[0]?.headers ?? [], 'x-to-proxy'), ['1']);
  assert.deepEqual(
    [plain.requests[0]?.target, fieldValues(plain.requests[0]?.headers ?? [], 'x-to-proxy')],
    ['/a', []],
  );
});

test('PoolManager({ proxy }) leaves out what noProxy covers, and what a function or a request says', async (t) => {
  const { proxy, plain, http } = await served(t, {
    option:
      ({ url }) =>
      ({ host }: { readonly host: string }) =>
        host === 'direct.test' ? null : { url, noProxy: '.skipped.test' },
    manager: { lookup: (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]) },
  });
  const at = (host: string): string => plain.origin.replace('127.0.0.1', host);
  await http.request('GET', at('direct.test'));
  await http.request('GET', at('www.skipped.test'));
  await http.request('GET', at('name.test'), { proxy: null });
  assert.equal(proxy.requests.length, 0);
  await http.request('GET', at('name.test'));
  assert.equal(proxy.requests.length, 1);
  assert.equal(http.snapshot().pools.length, 4);
});

test('ProxyManager goes through its proxy; fromEnv() where the environment says', async (t) => {
  const { proxy, plain, secure } = await served(t);
  const ca = (await testAuthority()).certificate;
  const through = new ProxyManager(proxy.url, { ca });
  t.after(() => through.close());
  await through.request('GET', plain.origin);
  assert.equal(proxy.requests.length, 1);
  const env = ProxyManager.fromEnv({ ca }, { HTTPS_PROXY: proxy.url, no_proxy: 'example.org' });
  t.after(() => env.close());
  await env.request('GET', plain.origin);
  assert.equal(proxy.requests.length, 1);
  await env.request('GET', secure.origin);
  assert.equal(proxy.requests.length, 2);
});

test('HTTPSConnectionPool takes a proxy', async (t) => {
  const { proxy, secure } = await served(t);
  const ca = (await testAuthority()).certificate;
  const pool = new HTTPSConnectionPool('localhost', {
    port: Number(new URL(secure.origin).port),
    proxy: proxy.url,
    ca,
  });
  t.after(() => pool.close());
  assert.equal((await pool.request('GET', '/a')).text(), '/a');
  assert.equal(proxy.requests[0]?.method, 'CONNECT');
});

for (const [what, proxy, message] of [
  ['a scheme that is none', 'ftp://a.test', /as proxy: its scheme is none of/],
  ['a number', 7, /as proxy: give one URL/],
  ['an option by another name', { uri: 'http://a.test' }, /the option uri of proxy/],
  ['a header that cannot be sent', { url: 'http://a.test', headers: { 'a b': '1' } }, /header field/],
  ['a list as noProxy', { url: 'http://a.test', noProxy: [] }, /as proxy\.noProxy: give a text$/],
] as const) {
  test(`PoolManager() refuses ${what} as a proxy, without its credentials`, () => {
    assert.throws(() => new PoolManager({ proxy: proxy as unknown as ProxyOption }), message);
  });
}
