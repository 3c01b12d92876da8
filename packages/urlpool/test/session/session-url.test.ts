import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError } from 'urlpool';
import {
  baseFrom,
  defaultParams,
  type Params,
  paramsText,
  sessionUrl,
  withQuery,
} from '../../src/session/session-url.ts';

for (const [base, url, expected] of [
  ['https://api.example', '/users', 'https://api.example/users'],
  ['https://api.example', 'users', 'https://api.example/users'],
  ['https://api.example/', '/users', 'https://api.example/users'],
  ['https://api.example/v1', '/users', 'https://api.example/v1/users'],
  ['https://api.example/v1/', 'users?a=1#top', 'https://api.example/v1/users?a=1#top'],
  ['https://api.example/v1', '', 'https://api.example/v1'],
  ['https://api.example/v1', '?a=1', 'https://api.example/v1?a=1'],
  ['https://api.example/v1', 'users:list', 'https://api.example/v1/users:list'],
  ['https://api.example/v1', '../admin', 'https://api.example/v1/../admin'],
  ['https://api.example/v1?key=1', '/users?a=2', 'https://api.example/v1/users?a=2&key=1'],
  ['https://api.example/v1#top', '/users', 'https://api.example/v1/users'],
  ['https://me:secret@api.example', '/users', 'https://me:secret@api.example/users'],
  ['https://api.example', 'http://other.example/x', 'http://other.example/x'],
  ['https://api.example', 'HTTPS://other.example/x', 'HTTPS://other.example/x'],
  ['https://api.example', new URL('https://other.example/x'), 'https://other.example/x'],
] as const) {
  test(`sessionUrl() makes ${expected} of ${String(url)} over ${base}`, () => {
    assert.equal(sessionUrl(url, baseFrom(base)), expected);
  });
}

for (const url of ['//other.example/x', '\\\\other.example', '/\\other.example', '\\/other.example']) {
  test(`sessionUrl() refuses ${url}, which is no path and no URL`, () => {
    assert.throws(() => sessionUrl(url, baseFrom('https://api.example')), {
      code: 'ERR_INVALID_URL',
      message: /begins with two slashes: give a path below the base URL, or a URL with its scheme$/,
    });
  });
}

for (const url of [undefined, null, 5, {}]) {
  for (const base of [null, baseFrom('https://api.example')]) {
    test(`sessionUrl() refuses ${JSON.stringify(url)} ${base === null ? 'without' : 'over'} a base`, () => {
      assert.throws(() => sessionUrl(url as never, base), { code: 'ERR_INVALID_OPTION', message: /as the URL: give/ });
    });
  }
}

test('sessionUrl() without a base takes a URL as it is', () => {
  assert.equal(sessionUrl('https://api.example/x', null), 'https://api.example/x');
});

for (const base of ['api.example', '/v1', 'ftp://api.example', '']) {
  test(`baseFrom() refuses ${JSON.stringify(base)}`, () => {
    assert.throws(() => baseFrom(base), RequestError);
  });
}

for (const [own, defaults, expected] of [
  [undefined, undefined, ''],
  [{ a: 1 }, undefined, 'a=1'],
  [undefined, { a: 1, b: [2, 3] }, 'a=1&b=2&b=3'],
  [{ b: 4 }, { a: 1, b: [2, 3] }, 'a=1&b=4'],
  [{ a: null }, { a: 1, b: 2 }, 'b=2'],
  [{ a: undefined, c: 3 }, { a: 1, b: undefined }, 'a=1&c=3'],
  [null, { a: 1 }, ''],
  ['b=4&c=%20', { a: 1, b: 2 }, 'a=1&b=4&c=%20'],
  ['?c=5', undefined, 'c=5'],
  [undefined, 'a=1&b=2', 'a=1&b=2'],
  [new URLSearchParams('a=9'), 'a=1&b=2', 'b=2&a=9'],
  [
    [
      ['a', 'x y'],
      ['a', '&'],
    ] as const,
    undefined,
    'a=x+y&a=%26',
  ],
] as readonly [Params | null | undefined, Params | undefined, string][]) {
  test(`paramsText() of ${JSON.stringify(own)} over ${JSON.stringify(defaults)} is ${JSON.stringify(expected)}`, () => {
    assert.equal(paramsText(own, defaultParams(defaults)), expected);
  });
}

for (const [url, query, expected] of [
  ['https://a.example/x', '', 'https://a.example/x'],
  ['https://a.example/x', 'b=1', 'https://a.example/x?b=1'],
  ['https://a.example/x?a=1', 'b=1', 'https://a.example/x?a=1&b=1'],
  ['https://a.example/x?', 'b=1', 'https://a.example/x?b=1'],
  ['https://a.example/x?a&', 'b=1', 'https://a.example/x?a&b=1'],
  ['https://a.example/x#y?z', 'b=1', 'https://a.example/x?b=1#y?z'],
] as const) {
  test(`withQuery() adds ${JSON.stringify(query)} to ${url}`, () => assert.equal(withQuery(url, query), expected));
}
