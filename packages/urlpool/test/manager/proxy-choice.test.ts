// Which proxy an origin is reached through: maps, functions, and what of them is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTPConnectionPool, PoolManager, type ProxyOption, RequestError } from 'urlpool';
import { proxyChooser } from '../../src/manager/proxy-chooser.ts';
import { parseUrl } from '../../src/message/origin.ts';
import { served } from './proxied-manager.ts';

const A = 'http://a.test:1';
const B = 'http://b.test:2';
const C = 'http://c.test:3';

for (const [map, url, expected] of [
  [{ http: A }, 'http://x.test/', A],
  [{ http: A }, 'https://x.test/', null],
  [{ all: A }, 'https://x.test/', A],
  [{ http: A, all: B }, 'http://x.test/', A],
  [{ http: A, all: B }, 'https://x.test/', B],
  [{ https: A, 'https://x.test': B }, 'https://x.test/', B],
  [{ https: A, 'https://x.test': B }, 'https://www.x.test/', A],
  [{ https: A, 'https://x.test': B }, 'https://x.test:8443/', B],
  [{ 'https://x.test': A, 'https://x.test:8443': B }, 'https://x.test:8443/', B],
  [{ 'https://x.test:443': A }, 'https://x.test/', A],
  [{ 'http://x.test:80': A }, 'http://x.test/', A],
  [{ 'http://x.test:80': A }, 'http://x.test:8080/', null],
  [{ 'all://x.test': A, http: B }, 'http://x.test/', B],
  [{ 'all://x.test': A, all: B }, 'http://x.test/', A],
  [{ 'http://x.test': null, all: B }, 'http://x.test/', null],
  [{ http: undefined, all: B }, 'http://x.test/', B],
  [{ 'HTTP://X.Test': A }, 'http://x.test/', A],
  [{ 'http://bücher.test': A }, 'http://xn--bcher-kva.test/', A],
  [{ 'http://[::1]': A }, 'http://[::1]:80/', A],
  [{ 'all://0x7f.1': A }, 'http://127.0.0.1/', A],
  [{ http: { url: C, noProxy: 'x.test' } }, 'http://x.test/', null],
  [{ http: { url: C, noProxy: 'x.test' } }, 'http://y.test/', C],
] as readonly [ProxyOption, string, string | null][]) {
  test(`proxyChooser(${JSON.stringify(map)}) has ${expected} for ${url}`, () => {
    const { origin } = parseUrl(url);
    assert.equal(proxyChooser(map)?.(origin)?.text ?? null, expected);
  });
}

for (const [what, option, message] of [
  [
    'a misspelt scheme beside a right one',
    { http: A, htpps: B },
    /^Cannot use "htpps" as the key of a proxy: give 'http'/,
  ],
  ['a pattern', { 'all://*.test': A }, /as the key of a proxy/],
  ['a host that is none', { 'http://a b': A }, /as the key of a proxy/],
  ['a key with a path', { http: A, 'http://a.test/x': A }, /as the key of a proxy/],
  [
    'a scheme that is none in a map',
    { http: 'ftp://me:secret@a.test' },
    /^Cannot use "…@a\.test" as proxy: its scheme/,
  ],
  ['a function in a map', { http: () => null }, /proxy/],
  ['nothing', {}, /as proxy: give one URL/],
  ['false', false, /^Cannot use false as proxy: give null for no proxy$/],
  ['a list', [A], /^Cannot use a list as proxy: give one URL/],
  [
    'an unknown way to authenticate',
    { url: 'http://a:b@c.test', auth: 'ntlm' },
    /proxy\.auth: give 'basic' or 'digest'$/,
  ],
  ['a way to authenticate nobody', { url: A, auth: 'digest' }, /proxy\.auth: there is no user and password/],
  [
    'Digest for SOCKS',
    { url: 'socks5://a:b@c.test', auth: 'digest' },
    /proxy\.auth: a SOCKS proxy is not spoken to in HTTP$/,
  ],
  ['fields for SOCKS', { url: 'socks5://c.test', headers: { 'X-A': '1' } }, /proxy\.headers: a SOCKS proxy/],
  ['a Host for the proxy', { url: A, headers: { Host: 'b' } }, /header field Host: it is the request's own/],
  ['TLS that is a text', { url: 'https://a.test', tls: 'x' }, /as proxy\.tls: give an object$/],
  ['a certificate that is none', { url: 'https://a.test', tls: { ca: 'x' } }, /as proxy\.tls\.ca: /],
] as const) {
  test(`PoolManager({ proxy }) refuses ${what}`, () => {
    assert.throws(
      () => new PoolManager({ proxy: option as unknown as ProxyOption }),
      (error: unknown) => {
        assert.ok(error instanceof RequestError);
        assert.match(error.code, /^ERR_INVALID_(?:OPTION|HEADER)$/);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  });
}

for (const [what, choose, message] of [
  [
    'that throws',
    () => {
      throw new Error('no idea');
    },
    'Cannot choose a proxy for http://a.test: the function proxy threw (no idea)',
  ],
  [
    'that is async',
    async () => await Promise.reject(new Error('late')),
    'Cannot choose a proxy for http://a.test: the function proxy gave a promise, and has to answer at once; look up before what it needs to know',
  ],
  ['that gives a number', () => 7, 'Cannot use 7 as proxy: give one URL, e.g. http://proxy.example:3128'],
] as const) {
  test(`PoolManager({ proxy }) tells of a function ${what}`, async (t) => {
    const http = new PoolManager({ proxy: choose as unknown as ProxyOption });
    t.after(() => http.close());
    await assert.rejects(http.request('GET', 'http://a.test'), {
      name: 'RequestError',
      code: 'ERR_INVALID_OPTION',
      message,
    });
  });
}

test('PoolManager({ proxy }) tells of a function that throws for where a redirect leads', async (t) => {
  const { plain, http, events } = await served(t, {
    option:
      () =>
      ({ host }: { readonly host: string }) => {
        if (host === 'other.test') throw new Error('never there');
        return null;
      },
    reply: () => ({ status: 302, headers: { Location: 'http://other.test/' } }),
    manager: { retries: undefined },
  });
  await assert.rejects(http.request('GET', plain.origin), {
    message: /^Cannot choose a proxy for http:\/\/other\.test: /,
  });
  assert.equal(http.snapshot().active, 0);
  assert.ok(events.some((event) => event.type === 'call-end' && event.error !== null));
});

test('PoolManager({ proxy }) takes a map, whose pools are apart', async (t) => {
  const { proxy, plain, secure, http } = await served(t, {
    option: ({ url }) => ({ http: url, 'https://localhost': null }),
  });
  await http.request('GET', plain.origin);
  await http.request('GET', secure.origin);
  assert.deepEqual(
    proxy.requests.map(({ method }) => method),
    ['GET'],
  );
});

test('HTTPConnectionPool takes a map', async (t) => {
  const { proxy, plain } = await served(t);
  const pool = new HTTPConnectionPool('127.0.0.1', {
    port: Number(new URL(plain.origin).port),
    proxy: { http: proxy.url },
  });
  t.after(() => pool.close());
  assert.equal((await pool.request('GET', '/a')).text(), '/a');
  assert.equal(proxy.requests.length, 1);
});
