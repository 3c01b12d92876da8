import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admit, MAX_AGE } from '../../../src/session/cookies/admission.ts';
import type { Cookie } from '../../../src/session/cookies/cookie.ts';
import { cookieRules } from '../../../src/session/cookies/cookie-rules.ts';
import { cookieUrl } from '../../../src/session/cookies/cookie-url.ts';
import { parseSetCookie } from '../../../src/session/cookies/set-cookie.ts';

const NOW = Date.UTC(2030, 0, 1);
const DAY = 86_400_000;

function admitted(text: string, url: string): Cookie | string {
  const set = parseSetCookie(text, cookieRules().parseDate);
  assert.ok(typeof set !== 'string', String(set));
  return admit(set, cookieUrl(url), cookieRules(), NOW);
}

// name, Set-Cookie, URL, what the cookie has
const STORED: readonly (readonly [string, string, string, Partial<Cookie>])[] = [
  ['is for its host alone without Domain', 'a=1', 'http://x.example.com/', { domain: 'x.example.com', hostOnly: true }],
  [
    'is for its Domain and those below',
    'a=1; Domain=.Example.COM',
    'http://x.example.com/',
    {
      domain: 'example.com',
      hostOnly: false,
    },
  ],
  [
    'is for the host alone where that is a public suffix',
    'a=1; Domain=github.io',
    'https://github.io/',
    {
      domain: 'github.io',
      hostOnly: true,
    },
  ],
  ['is for the host alone where that is one label', 'a=1; Domain=intranet', 'http://intranet/', { hostOnly: true }],
  ['is for an address alone', 'a=1; Domain=127.0.0.1', 'http://127.0.0.1/', { domain: '127.0.0.1', hostOnly: true }],
  ['is for an IPv6 address', 'a=1', 'http://[::1]:8080/', { domain: '[::1]', hostOnly: true }],
  ['is for a name in punycode', 'a=1', 'http://bücher.example/', { domain: 'xn--bcher-kva.example' }],
  ['is for the domains of tests', 'a=1; Domain=shop.test', 'http://www.shop.test/', { domain: 'shop.test' }],
  ['is for the folder of its URL', 'a=1', 'http://x.example/a/b/c?d/e', { path: '/a/b' }],
  ['is for "/" at the root', 'a=1', 'http://x.example/a', { path: '/' }],
  ['keeps the percent-encoding of its URL', 'a=1', 'http://x.example/a%20b/c', { path: '/a%20b' }],
  ['is for its Path', 'a=1; Path=/p/', 'http://x.example/a/b', { path: '/p/' }],
  ['lasts for a session', 'a=1', 'http://x.example/', { expires: null }],
  [
    'ends after Max-Age, not at Expires',
    'a=1; Max-Age=60; Expires=Fri, 02 Jan 2032 00:00:00 GMT',
    'http://x.example/',
    {
      expires: new Date(NOW + 60_000),
    },
  ],
  [
    'ends at Expires',
    'a=1; Expires=Wed, 02 Jan 2030 00:00:00 GMT',
    'http://x.example/',
    { expires: new Date(NOW + DAY) },
  ],
  [
    'ends after 400 days (§5.5)',
    `a=1; Max-Age=${'9'.repeat(400)}`,
    'http://x.example/',
    {
      expires: new Date(NOW + MAX_AGE),
    },
  ],
  ['is Secure over https', 'a=1; Secure', 'https://x.example/', { secure: true }],
  ['is Secure on this machine', 'a=1; Secure', 'http://localhost:3000/', { secure: true }],
  ['has a __Host- name', '__Host-a=1; Secure; Path=/', 'https://x.example/a/b', { name: '__Host-a' }],
  ['has a __Secure- name', '__Secure-a=1; Secure; Domain=example.com', 'https://x.example.com/', { hostOnly: false }],
];

for (const [name, text, url, has] of STORED) {
  test(`admit() gives a cookie that ${name}`, () => {
    const cookie = admitted(text, url);
    assert.ok(typeof cookie === 'object', String(cookie));
    assert.deepEqual({ ...cookie, ...has }, cookie);
  });
}

test('admit() gives one that has ended, for Max-Age=0', () => {
  const cookie = admitted('a=1; Max-Age=0', 'http://x.example/');
  assert.ok(typeof cookie === 'object' && cookie.expires !== null && cookie.expires.getTime() < 0);
});

// name, Set-Cookie, URL, why
const REFUSED: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'the domain of others',
    'a=1; Domain=b.example.com',
    'http://a.example.com/',
    /neither a\.example\.com nor above it/,
  ],
  ['a domain that only ends alike', 'a=1; Domain=ample.com', 'http://example.com/', /nor above it/],
  ['a public suffix', 'a=1; Domain=co.uk', 'http://shop.co.uk/', /public suffix/],
  ['a private public suffix', 'a=1; Domain=github.io', 'https://me.github.io/', /public suffix/],
  ['a part of an address', 'a=1; Domain=0.0.1', 'http://127.0.0.1/', /public suffix|nor above it/],
  ['a dot', 'a=1; Domain=.', 'http://x.example/', /./],
  ['a domain with a port', 'a=1; Domain=x.example:80', 'http://x.example/', /nor above it|public suffix/],
  ['a domain that is not ASCII', 'a=1; Domain=b\xfccher.example', 'http://xn--bcher-kva.example/', /not ASCII/],
  ['Secure over http', 'a=1; Secure', 'http://x.example/', /not https/],
  ['Secure over http at a name that pretends to be local', 'a=1; Secure', 'http://localhost.x.example/', /not https/],
  ['__Secure- without Secure', '__Secure-a=1', 'https://x.example/', /__Secure-/],
  ['__Secure- in other case', '__SeCuRe-a=1', 'https://x.example/', /__Secure-/],
  ['__Host- without Secure', '__Host-a=1; Path=/', 'https://x.example/', /__Host-/],
  ['__Host- without Path', '__Host-a=1; Secure', 'https://x.example/', /__Host-/],
  ['__Host- with another Path', '__Host-a=1; Secure; Path=/b', 'https://x.example/', /__Host-/],
  ['__Host- with Domain', '__Host-a=1; Secure; Path=/; Domain=x.example', 'https://x.example/', /__Host-/],
  [
    '__Host- in other case with Domain',
    '__HOST-a=1; Secure; Path=/; Domain=x.example',
    'https://x.example/',
    /__Host-/,
  ],
  ['a value without a name that pretends to have one', '=__Host-a=1; Secure; Path=/', 'https://x.example/', /no name/],
];

for (const [name, text, url, why] of REFUSED) {
  test(`admit() refuses ${name}`, () => {
    const answer = admitted(text, url);
    assert.ok(typeof answer === 'string', JSON.stringify(answer));
    assert.match(answer, why);
  });
}
