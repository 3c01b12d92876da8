// Proxies: what advisories found to go without the proxy, to reach the origin that was the proxy's, or to be believed
// though nobody had checked it.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PoolManager, ProxyManager, Retry } from 'urlpool';
import { fieldValues, type ScriptedServer, type ServerTls, TestProxy, type TestProxyOptions } from 'urlpool-testing';
import { localCertificate, testAuthority } from '../connection/served-pool.ts';
import { attackSite, bytesOf, leadingTo, redirector, victim } from './attack-site.ts';
import { socksProxy } from './socks-proxy.ts';

async function testProxy(t: TestContext, options: TestProxyOptions = {}): Promise<TestProxy> {
  const proxy = await TestProxy.start(options);
  t.after(() => proxy.close());
  return proxy;
}

async function secureSite(t: TestContext, tls?: ServerTls): Promise<ScriptedServer> {
  return await attackSite(t, redirector, { tls: tls ?? (await localCertificate()) });
}

async function trusted(): Promise<string> {
  return (await testAuthority()).certificate;
}

async function forName(host: string): Promise<ServerTls> {
  return await (await testAuthority()).issue({ hosts: [host] });
}

test('CVE-2023-32681 (requests): credentials of the proxy are not sent through the tunnel that a redirect opens', async (t) => {
  const proxy = await testProxy(t, { userinfo: 'me:secret' });
  const [plain, secure] = [await attackSite(t, redirector), await secureSite(t)];
  const http = victim(t, { proxy: proxy.url, ca: await trusted() });
  const { url } = await http.request('GET', plain.origin + leadingTo(`${secure.origin}/end`));
  assert.equal(url, `${secure.origin}/end`);
  assert.equal(fieldValues(proxy.requests[1]?.headers ?? [], 'proxy-authorization').length, 1);
  assert.equal(secure.requests.length, 1);
  assert.doesNotMatch(bytesOf(secure.requests) + bytesOf(plain.requests), /proxy-auth/i);
});

for (const [advisory, client, wrong] of [
  ['CVE-2021-28363', 'urllib3', 'name'],
  ['CVE-2022-32210', 'undici', 'authority'],
] as const) {
  test(`${advisory} (${client}): the certificate of an https proxy is checked, its ${wrong} too`, async (t) => {
    const proxy = await testProxy(t, {
      tls: wrong === 'name' ? await forName('other.test') : await localCertificate(),
    });
    const plain = await attackSite(t, redirector);
    const tls = wrong === 'name' ? { ca: await trusted() } : {};
    const http = victim(t, { proxy: { url: proxy.url, tls }, retries: false, ca: await trusted() });
    for (const url of [plain.origin, plain.origin.replace('http:', 'https:')]) {
      await assert.rejects(http.request('GET', url), { code: 'ERR_TLS_CERTIFICATE' });
    }
    assert.deepEqual(proxy.requests, []);
  });
}

for (const [kind, proxyOf] of [
  ['an HTTP proxy', async (t: TestContext) => (await testProxy(t)).url],
  ['an HTTPS proxy', async (t: TestContext) => (await testProxy(t, { tls: await localCertificate() })).url],
  ['a SOCKS5 proxy', async (t: TestContext) => (await socksProxy(t)).url],
] as const) {
  test(`CVE-2026-9697 (undici): TLS with the origin is checked through ${kind}, by the options of the origin`, async (t) => {
    const ca = await trusted();
    const url = await proxyOf(t);
    const [secure, other] = [await secureSite(t), await secureSite(t, await forName('other.test'))];
    const options = { proxy: { url, tls: { ca } }, retries: false } as const;
    await assert.rejects(victim(t, options).request('GET', secure.origin), { code: 'ERR_TLS_CERTIFICATE' });
    await assert.rejects(victim(t, { ...options, ca }).request('GET', other.origin), { code: 'ERR_TLS_CERTIFICATE' });
    assert.equal((await victim(t, { ...options, ca }).request('GET', `${secure.origin}/a`)).text(), '/a');
    assert.equal(secure.requests.length, 1);
  });
}

test('CVE-2026-6734 (undici): tunnels through a SOCKS proxy are kept for their origin alone', async (t) => {
  const { url, asked } = await socksProxy(t);
  const [one, two] = [await attackSite(t, redirector), await attackSite(t, redirector)];
  const http = victim(t, { proxy: url });
  for (const server of [one, two, one]) {
    await http.request('GET', `${server.origin}/of-${server.port}`);
  }
  assert.deepEqual(
    [one.requests, two.requests].map((list) => list.length),
    [2, 1],
  );
  assert.deepEqual(asked, [`127.0.0.1:${one.port}`, `127.0.0.1:${two.port}`]);
  assert.deepEqual(
    two.requests.map(({ target }) => target),
    [`/of-${two.port}`],
  );
});

test('CVE-2020-28168 (axios): what a redirect leads to is asked through the proxy too', async (t) => {
  const proxy = await testProxy(t);
  const [one, two] = [await attackSite(t, redirector), await attackSite(t, redirector)];
  await victim(t, { proxy: proxy.url }).request('GET', one.origin + leadingTo(`${two.origin}/end`));
  assert.deepEqual(
    proxy.requests.map(({ target }) => target),
    [one.origin + leadingTo(`${two.origin}/end`), `${two.origin}/end`],
  );
});

const REFUSAL = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\n\r\nHELLO';
for (const [advisory, client, answer] of [
  ['GHSA-pc5p-h8pf-mvwp', 'https-proxy-agent', 'HTTP/1.1 500 Oops\r\n\r\n'],
  ['CVE-2009-1836', 'browsers', REFUSAL],
  ['CVE-2022-42915', 'curl', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'],
  ['CVE-2022-43552', 'curl', `HTTP/1.1 200 ${'a'.repeat(300_000)}`],
] as const) {
  test(`${advisory} (${client}): a CONNECT that is not answered by 2xx is an error, and nothing is said to the proxy after it`, async (t) => {
    const proxy = await testProxy(t, { answer: () => answer });
    const secure = await secureSite(t);
    const http = victim(t, { proxy: proxy.url, retries: false, ca: await trusted() });
    const secret = { headers: { Authorization: 'Bearer op3nSesame' } };
    await assert.rejects(http.request('GET', secure.origin, secret), { name: 'ProxyError', code: 'ERR_PROXY' });
    assert.equal(secure.connections.length, 0);
    assert.deepEqual(
      proxy.requests.map(({ method }) => method),
      ['CONNECT'],
    );
    assert.equal(
      proxy.requests[0]?.headers.some(([name]) => /^authorization$/i.test(name)),
      false,
    );
    assert.deepEqual(http.snapshot().closed, { 'dial-failed': 1 });
  });
}

test('CVE-2021-22890 (curl): a TLS session with the proxy does not stand for one with the origin', async (t) => {
  const proxy = await testProxy(t, { tls: await localCertificate() });
  const other = await secureSite(t, await forName('other.test'));
  const plain = await attackSite(t, redirector);
  const ca = await trusted();
  const http = victim(t, { proxy: { url: proxy.url, tls: { ca } }, ca, retries: false });
  for (let i = 0; i < 3; i++) {
    await http.request('GET', plain.origin);
    await http.clear();
    await assert.rejects(http.request('GET', other.origin), { code: 'ERR_TLS_CERTIFICATE' });
  }
  assert.equal(other.requests.length, 0);
});

test('CVE-2023-38545 (curl): a name too long for SOCKS5 is refused, and is neither cut nor looked up here', async (t) => {
  const { url, asked } = await socksProxy(t);
  let lookups = 0;
  const http = victim(t, {
    proxy: url,
    retries: false,
    lookup: (_name, _options, answer) => {
      lookups++;
      answer(null, [{ address: '127.0.0.1', family: 4 }]);
    },
  });
  const name = `${'a'.repeat(60)}.`.repeat(5);
  await assert.rejects(http.request('GET', `http://${name}test/`), { name: 'ProxyError', message: /309 bytes/ });
  assert.deepEqual([asked, lookups], [[], 0]);
});

test('CVE-2016-5385 (httpoxy): HTTP_PROXY is not read in a CGI program, whose client may have set it', async (t) => {
  const proxy = await testProxy(t);
  const plain = await attackSite(t, redirector);
  const http = ProxyManager.fromEnv({}, { HTTP_PROXY: proxy.url, REQUEST_METHOD: 'GET' });
  t.after(() => http.close());
  await http.request('GET', plain.origin);
  assert.deepEqual([proxy.requests.length, plain.requests.length], [0, 1]);
});

test('CVE-2016-5385 (httpoxy): no variable is read where nobody asks for it', async (t) => {
  const proxy = await testProxy(t);
  const plain = await attackSite(t, redirector);
  const before = process.env.http_proxy;
  process.env.http_proxy = proxy.url;
  t.after(() => {
    if (before === undefined) delete process.env.http_proxy;
    else process.env.http_proxy = before;
  });
  await victim(t).request('GET', plain.origin);
  assert.equal(proxy.requests.length, 0);
});

// advisory, client, what is excepted, the host as it is asked for
for (const [advisory, client, noProxy, host] of [
  ['CVE-2025-62718', 'axios', 'localhost', 'localhost.'],
  ['CVE-2025-62718', 'axios', 'LOCALHOST.', 'localhost'],
  ['CVE-2025-62718', 'axios', '127.0.0.1', '0x7f.1'],
  ['CVE-2026-44492', 'axios', '127.0.0.0/8', '[::ffff:127.0.0.1]'],
  ['CVE-2026-44492', 'axios', '::ffff:127.0.0.1', '127.0.0.1'],
] as const) {
  test(`${advisory} (${client}): noProxy ${noProxy} excepts ${host}, which is the same host`, async (t) => {
    const proxy = await testProxy(t);
    const server = await attackSite(t, redirector, { host: '0.0.0.0' });
    const http = victim(t, { proxy: { url: proxy.url, noProxy }, retries: false });
    await http.request('GET', `http://${host}:${server.port}/`).catch(() => {}); // a machine may not know mapped addresses
    assert.equal(proxy.requests.length, 0);
  });
}

for (const [noProxy, host] of [
  ['example.org', 'badexample.org'],
  ['127.0.0.1', '127.0.0.1.evil.test'],
  ['1', '127.0.0.1'],
] as const) {
  test(`CVE-2025-22870 (Go): noProxy ${noProxy} does not except ${host}`, async (t) => {
    const proxy = await testProxy(t);
    const server = await attackSite(t, redirector);
    await victim(t, { proxy: { url: proxy.url, noProxy } }).request('GET', `http://${host}:${server.port}/`);
    assert.equal(proxy.requests.length, 1);
  });
}

test('CVE-2025-22870 (Go): a zone that looks like an excepted name is no host', async (t) => {
  const proxy = await testProxy(t);
  const http = victim(t, { proxy: { url: proxy.url, noProxy: '*.example.com' } });
  await assert.rejects(http.request('GET', 'http://[::1%25.example.com]:80/'), { code: 'ERR_INVALID_URL' });
});

test('CVE-2016-8616 (curl): a connection that one user of the proxy opened carries no request of another, whose name differs in case alone', async (t) => {
  const proxy = await testProxy(t);
  const plain = await attackSite(t, redirector);
  const http = victim(t);
  for (const user of ['one', 'two', 'ONE', 'one']) {
    await http.request('GET', plain.origin, { proxy: proxy.url.replace('//', `//${user}:pw@`) });
  }
  const users = proxy.requests.map(({ headers, connection }) => [
    Buffer.from((fieldValues(headers, 'proxy-authorization')[0] ?? '').slice('Basic '.length), 'base64').toString(),
    connection,
  ]);
  assert.deepEqual(users, [
    ['one:pw', 0],
    ['two:pw', 1],
    ['ONE:pw', 2],
    ['one:pw', 0],
  ]);
});

test('CVE-2022-27782 (curl): a tunnel that was opened with other options of the proxy is not used', async (t) => {
  const proxy = await testProxy(t);
  const secure = await secureSite(t);
  const http = victim(t, { ca: await trusted() });
  await http.request('GET', secure.origin, { proxy: proxy.url });
  await http.request('GET', secure.origin, { proxy: { url: proxy.url, headers: { 'X-Team': 'b' } } });
  await http.request('GET', secure.origin);
  assert.deepEqual([proxy.requests.length, secure.connections.length], [2, 3]);
});

test('CVE-2024-37891 (urllib3): a redirect to another origin through the same proxy takes no Proxy-Authorization of the caller’s along', async (t) => {
  const proxy = await testProxy(t);
  const [one, two] = [await attackSite(t, redirector), await secureSite(t)];
  const headers = { 'Proxy-Authorization': 'Basic b3BlblNlc2FtZQ==' };
  const http = new PoolManager({ proxy: proxy.url, ca: await trusted(), retries: new Retry(3) });
  t.after(() => http.close({ timeout: 0 }));
  await http.request('GET', one.origin + leadingTo(`${two.origin}/end`), { headers });
  assert.equal(two.requests.length, 1);
  assert.doesNotMatch(bytesOf(two.requests), /proxy-auth/i);
});
