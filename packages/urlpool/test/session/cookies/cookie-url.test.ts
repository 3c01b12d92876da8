import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieUrl, domainsOf, hostOf } from '../../../src/session/cookies/cookie-url.ts';

// URL, whether Secure cookies are for it
const TRUSTED = [
  ['https://x.example/', true],
  ['http://x.example/', false],
  ['http://localhost/', true],
  ['http://LOCALHOST:8080/', true],
  ['http://localhost./', true],
  ['http://app.localhost/', true],
  ['http://notlocalhost/', false],
  ['http://localhost.example/', false],
  ['http://127.0.0.1/', true],
  ['http://127.9.8.7/', true],
  ['http://2130706433/', true],
  ['http://127.0.0.1.example/', false],
  ['http://[::1]/', true],
  ['http://[::2]/', false],
  ['http://10.0.0.1/', false],
] as const;

for (const [url, isTrusted] of TRUSTED) {
  test(`cookieUrl() sends Secure cookies ${isTrusted ? '' : 'not '}to ${url}`, () => {
    assert.equal(cookieUrl(url).isTrusted, isTrusted);
  });
}

// host, domains
const DOMAINS = [
  ['a.b.example', ['a.b.example', 'b.example', 'example']],
  ['localhost', ['localhost']],
  ['10.0.0.1', ['10.0.0.1']],
  ['[::ffff:a00:1]', ['[::ffff:a00:1]']],
] as const;

for (const [host, domains] of DOMAINS) {
  test(`domainsOf() ${host}`, () => assert.deepEqual(domainsOf(host), domains));
}

// domain, host
const HOSTS = [
  ['.X.example', 'x.example'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['::1', '[::1]'],
  ['[::1]', '[::1]'],
  ['x.example:80', null],
  ['x.example/a', null],
  ['a@x.example', null],
  ['', null],
  ['.', null],
  ['a b', null],
] as const;

for (const [domain, host] of HOSTS) {
  test(`hostOf() ${JSON.stringify(domain)}`, () => assert.equal(hostOf(domain), host));
}
