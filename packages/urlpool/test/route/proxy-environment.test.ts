import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUrl } from '../../src/message/origin.ts';
import { type Environment, proxyFromEnvironment } from '../../src/route/proxy-environment.ts';
import { proxyText } from '../../src/route/proxy-server.ts';

const A = 'http://a.test:1';
const B = 'http://b.test:2';
const HTTP = 'http://example.org/';
const HTTPS = 'https://example.org/';

for (const [env, url, expected] of [
  [{}, HTTP, null],
  [{ http_proxy: A }, HTTP, A],
  [{ HTTP_PROXY: A }, HTTP, A],
  [{ http_proxy: A, HTTP_PROXY: B }, HTTP, A],
  [{ http_proxy: '', HTTP_PROXY: B }, HTTP, null],
  [{ http_proxy: A }, HTTPS, null],
  [{ https_proxy: A }, HTTPS, A],
  [{ HTTPS_PROXY: A }, HTTP, null],
  [{ all_proxy: A }, HTTP, A],
  [{ ALL_PROXY: A }, HTTPS, A],
  [{ all_proxy: A, https_proxy: B }, HTTPS, B],
  [{ all_proxy: A, https_proxy: '' }, HTTPS, A],
  [{ http_proxy: 'a.test:1' }, HTTP, A],
  [{ http_proxy: ' http://a.test:1 ' }, HTTP, A],
  [{ http_proxy: A, no_proxy: 'example.org' }, HTTP, null],
  [{ http_proxy: A, NO_PROXY: '.org' }, HTTP, null],
  [{ http_proxy: A, no_proxy: '', NO_PROXY: '*' }, HTTP, A],
  [{ http_proxy: A, no_proxy: '*' }, HTTP, null],
  [{ HTTP_PROXY: A, REQUEST_METHOD: 'GET' }, HTTP, null],
  [{ http_proxy: A, REQUEST_METHOD: 'GET' }, HTTP, A],
  [{ HTTPS_PROXY: A, REQUEST_METHOD: 'GET' }, HTTPS, A],
] as readonly [Environment, string, string | null][]) {
  test(`proxyFromEnvironment(${JSON.stringify(env)}) has ${expected} for ${url}`, () => {
    const proxy = proxyFromEnvironment(env)(parseUrl(url).origin);
    assert.equal(proxy === null ? null : proxyText(proxy), expected);
  });
}

test('proxyFromEnvironment() names the variable that holds no proxy, and shows no credentials', () => {
  assert.throws(() => proxyFromEnvironment({ HTTPS_PROXY: 'ftp://me:secret@proxy.test' }), {
    code: 'ERR_INVALID_OPTION',
    message: /^Cannot use "…@proxy\.test" as HTTPS_PROXY: its scheme is none of/,
  });
});

test('proxyFromEnvironment() takes nothing for a variable that a prototype was given', (t) => {
  const names = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'no_proxy', 'REQUEST_METHOD'];
  for (const name of names) Object.defineProperty(Object.prototype, name, { value: B, configurable: true });
  t.after(() => {
    for (const name of names) Reflect.deleteProperty(Object.prototype, name);
  });
  for (const [env, expected] of [
    [{}, null],
    [{ HTTP_PROXY: A }, A],
  ] as const) {
    const proxy = proxyFromEnvironment(env)(parseUrl(HTTP).origin);
    assert.equal(proxy === null ? null : proxyText(proxy), expected);
  }
});
