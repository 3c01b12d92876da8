// Which page follows, and with what: a table, without requests.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError } from 'urlpool';
import { type FirstPage, type NextPage, nextPage } from '../../src/session/next-page.ts';

const FIRST: FirstPage = {
  method: 'GET',
  url: '/items',
  whole: 'https://user:secret@a.example/v1/items?key=1&page=1',
  options: {
    params: { page: 1, size: 9 },
    fields: { q: 'x' },
    headers: { Accept: 'text/csv', 'X-Key': 'k' },
    auth: ['user', 'secret'],
    cookies: { a: '1' },
    timeout: 500,
  },
  params: [['key', '1']],
  goesAnywhere: (name) => name === 'accept',
};

const FROM = 'https://a.example/v1/items?key=1&page=1';
const FIELDS = [
  ['Accept', 'text/csv'],
  ['X-Key', 'k'],
];
const HOME = { headers: FIELDS, auth: ['user', 'secret'], cookies: { a: '1' }, timeout: 500 };
const AWAY = { headers: [['Accept', 'text/csv']], timeout: 500, socketPath: null, params: null };

// name, what next() gave, URL, options
const CASES: readonly (readonly [string, NextPage, string, object])[] = [
  [
    'an absolute URL',
    `${FROM}&n=2`,
    'https://user:secret@a.example/v1/items?key=1&page=1&n=2',
    { ...HOME, params: { key: null } },
  ],
  ['a URL object', new URL('https://a.example/x'), 'https://user:secret@a.example/x', { ...HOME, params: {} }],
  ['a path', '/other', 'https://user:secret@a.example/other', { ...HOME, params: {} }],
  ['a path below', 'items/2', 'https://user:secret@a.example/v1/items/2', { ...HOME, params: {} }],
  ['a query', '?page=2', 'https://user:secret@a.example/v1/items?page=2', { ...HOME, params: {} }],
  ['a URL with another user', 'https://me@a.example/', 'https://me@a.example/', { ...HOME, params: {} }],
  ['another origin', 'https://b.example/2?key=7', 'https://b.example/2?key=7', AWAY],
  ['another scheme', 'http://a.example/2', 'http://a.example/2', AWAY],
  ['another port', '//a.example:8443/2', 'https://a.example:8443/2', AWAY],
  ['the default port', 'https://a.example:443/2', 'https://user:secret@a.example/2', { ...HOME, params: {} }],
  [
    'parameters',
    { params: { page: 2 } },
    '/items',
    {
      ...FIRST.options,
      headers: FIELDS,
      params: [
        ['size', '9'],
        ['page', '2'],
      ],
    },
  ],
  ['no parameters', { params: null }, '/items', { ...FIRST.options, headers: FIELDS, params: null }],
  ['a body', { json: { at: 2 } }, '/items', { ...FIRST.options, headers: FIELDS, json: { at: 2 } }],
  [
    'a header field',
    { headers: { 'x-key': 'l' } },
    '/items',
    {
      ...FIRST.options,
      headers: [
        ['Accept', 'text/csv'],
        ['x-key', 'l'],
      ],
    },
  ],
  [
    'a URL and parameters',
    { url: '/2', params: { n: 3 } },
    'https://user:secret@a.example/2',
    { ...HOME, params: { n: 3 } },
  ],
  [
    'another origin and what is for it',
    { url: 'https://b.example/', headers: { 'X-Key': 'b' }, auth: ['b', 'b'] },
    'https://b.example/',
    {
      ...AWAY,
      headers: [
        ['Accept', 'text/csv'],
        ['X-Key', 'b'],
      ],
      auth: ['b', 'b'],
    },
  ],
];

for (const [name, given, url, options] of CASES) {
  test(`nextPage() of ${name}`, () => {
    const page = nextPage(given, FROM, FIRST);
    assert.deepEqual(page, { method: 'GET', url, options });
  });
}

for (const given of [null, undefined, false, ''] as const) {
  test(`nextPage() of ${JSON.stringify(given)} is the end`, () => assert.equal(nextPage(given, FROM, FIRST), null));
}

test('nextPage() repeats a form, and the method of the first page', () => {
  const first = { ...FIRST, method: 'POST', options: { fields: { q: 'x' } } };
  const page = nextPage('/2', FROM, first);
  assert.deepEqual([page?.method, page?.options.fields], ['POST', { q: 'x' }]);
});

test('nextPage() takes another method', () => {
  assert.equal(nextPage({ method: 'POST', json: {} }, FROM, FIRST)?.method, 'POST');
});

// name, what next() gave, code, message
const REFUSED = [
  [
    'a number',
    2,
    'ERR_INVALID_OPTION',
    /^Cannot use 2 as what next\(\) gives: give a URL, options, or null at the end$/,
  ],
  ['true', true, 'ERR_INVALID_OPTION', /^Cannot use true as what next\(\) gives/],
  ['an option that there is not', { page: 2 }, 'ERR_INVALID_OPTION', /the option page of the next page/],
  [
    'what is no URL',
    'https://user:secret@[',
    'ERR_INVALID_URL',
    /^Cannot ask for the page after https:\/\/a\.example.*no URL$/,
  ],
] as const;

for (const [name, given, code, message] of REFUSED) {
  test(`nextPage() refuses ${name}`, () => {
    assert.throws(
      () => nextPage(given as unknown as NextPage, FROM, FIRST),
      (error) => {
        assert.ok(error instanceof RequestError);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  });
}
