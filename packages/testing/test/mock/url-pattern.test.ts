import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileURL, isValue, type URLPattern, type ValuePattern } from '../../src/mock/url-pattern.ts';

// pattern, URL, the parameters found or why it does not match
const CASES: readonly (readonly [URLPattern, string, Readonly<Record<string, string>> | string])[] = [
  ['/a', 'http://x.test/a', {}],
  ['/a', 'https://other.test:81/a?b=1', {}],
  ['/a', 'http://x.test/a/b', 'the path is /a/b'],
  ['/a', 'http://x.test/A', 'the path is /A'],
  ['/users/:id', 'http://x.test/users/7', { id: '7' }],
  ['/users/:id', 'http://x.test/users/', 'the path is /users/'],
  ['/users/:id', 'http://x.test/users/7/posts', 'the path is /users/7/posts'],
  ['/users/:user/posts/:post', 'http://x.test/users/a%20b/posts/%C3%A9', { user: 'a b', post: 'é' }],
  ['/users/:id', 'http://x.test/users/%', { id: '%' }],
  ['/files/*', 'http://x.test/files/a/b.txt', {}],
  ['/files/:name.txt', 'http://x.test/files/a.txt', { name: 'a' }],
  ['/a.b', 'http://x.test/aXb', 'the path is /aXb'],
  ['/a b', 'http://x.test/a%20b', {}],
  ['/é', 'http://x.test/%C3%A9', {}],
  ['*', 'http://x.test/anything?at=all', {}],
  ['https://api.example', 'https://api.example/', {}],
  ['https://api.example', 'https://api.example/a', 'the path is /a'],
  ['https://API.example:443/a', 'https://api.example/a', {}],
  ['http://api.example/a', 'https://api.example/a', 'the origin is https://api.example'],
  ['https://*.example/a', 'https://api.example/a', {}],
  ['https://*.example/a', 'https://example/a', 'the origin is https://example'],
  ['http://127.0.0.1:*/a', 'http://127.0.0.1:8080/a', {}],
  ['http://[::1]:80*/a', 'http://[::1]:8080/a', {}],
  [/\/users\/\d+\?/, 'http://x.test/users/7?a=1', {}],
  [/^https:/g, 'http://x.test/', 'the URL does not match /^https:/g'],
  [(url) => url.pathname.startsWith('/a'), 'http://x.test/abc', {}],
  [
    function isB(url) {
      return url.pathname === '/b';
    },
    'http://x.test/a',
    'isB() does not accept the URL',
  ],
];

for (const [pattern, url, expected] of CASES) {
  test(`compileURL() ${String(pattern).replaceAll(/\s+/g, ' ')} and ${url}`, () => {
    const { faults, params } = compileURL(pattern).verdict(new URL(url));
    assert.deepEqual(faults.length === 0 ? params : faults.join('; '), expected);
  });
}

test('compileURL() of an origin alone is for everything there, where that is asked for', () => {
  const { verdict } = compileURL('http://x.test', true);
  assert.deepEqual(verdict(new URL('http://x.test/a')).faults, []);
  assert.deepEqual(verdict(new URL('http://y.test/a')).faults, ['the origin is http://y.test']);
});

test('compileURL() asks a RegExp with a place of its own anew each time', () => {
  const { verdict } = compileURL(/users/g);
  for (const _ of [1, 2]) assert.deepEqual(verdict(new URL('http://x.test/users')).faults, []);
});

for (const pattern of ['users', '', 'ftp://x.test/', '?a=1', 'http://', 7, null]) {
  test(`compileURL() refuses ${JSON.stringify(pattern)}`, () => {
    assert.throws(() => compileURL(pattern as string), /^TypeError: Cannot use .* as the URL of a route: /);
  });
}

// pattern, value, whether it is one
const VALUES: readonly (readonly [ValuePattern, string | null, boolean])[] = [
  ['a', 'a', true],
  ['a', 'ab', false],
  [1, '1', true],
  [true, 'true', true],
  [/^a/g, 'ab', true],
  [/^a/, 'ba', false],
  [['a', 'b'], 'b', true],
  [['a', 'b'], 'a, b', false],
  [(value) => value.length === 2, 'ab', true],
  [null, null, true],
  [null, 'a', false],
  ['a', null, false],
  [() => true, null, false],
];

for (const [pattern, value, expected] of VALUES) {
  test(`isValue() ${String(pattern)} and ${value}`, () => {
    assert.equal(isValue(pattern, value), expected);
  });
}
