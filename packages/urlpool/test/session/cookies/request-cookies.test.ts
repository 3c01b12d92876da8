import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type RequestCookiesOption,
  requestCookies,
  withRequestCookies,
} from '../../../src/session/cookies/request-cookies.ts';

// name, what a request is given, what the session has, what is sent
const CASES: readonly (readonly [string, RequestCookiesOption, string, string])[] = [
  ['sends its own first', { b: '2' }, 'a=1', 'b=2; a=1'],
  ['sends its own alone', { b: 2 }, '', 'b=2'],
  ['takes the place of one of that name', { a: 'x' }, 'a=1; aa=2; a=3', 'a=x; aa=2'],
  ['keeps one back for null', { a: null }, 'a=1; b=2', 'b=2'],
  ['passes over undefined', { a: undefined, b: '2' }, 'a=1', 'b=2; a=1'],
  ['leaves one without a name', { a: null }, 'a; b=2', 'a; b=2'],
  ['sends an empty value', { a: '' }, '', 'a='],
  ['sends what other clients quote', { a: '{"b": [1, "c\\d"]}' }, '', 'a={"b": [1, "c\\d"]}'],
  [
    'knows no names of Object.prototype',
    { ['__proto__']: '1', constructor: '2' },
    'a=1',
    '__proto__=1; constructor=2; a=1',
  ],
];

for (const [name, given, kept, sent] of CASES) {
  test(`withRequestCookies() ${name}`, () => {
    const own = requestCookies(given);
    assert.ok(own !== null);
    assert.equal(withRequestCookies(kept, own), sent);
  });
}

test('requestCookies() is null for none', () => {
  assert.equal(requestCookies(undefined), null);
  assert.equal(requestCookies({}), null);
  assert.equal(requestCookies({ a: undefined }), null);
});

// name, what is given, code
const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ['a text', 'a=1', 'ERR_INVALID_OPTION'],
  ['a list', [['a', '1']], 'ERR_INVALID_OPTION'],
  ['a Map', new Map([['a', '1']]), 'ERR_INVALID_OPTION'],
  ['true', true, 'ERR_INVALID_OPTION'],
  ['an empty name', { '': 'a' }, 'ERR_INVALID_COOKIE'],
  ['"=" in a name', { 'a=b': '1' }, 'ERR_INVALID_COOKIE'],
  ['";" in a name', { 'a;b': '1' }, 'ERR_INVALID_COOKIE'],
  ['a line break in a name', { 'a\nb': '1' }, 'ERR_INVALID_COOKIE'],
  ['a blank at the end of a name', { 'a ': '1' }, 'ERR_INVALID_COOKIE'],
  ['";" in a value', { a: '1; b=2' }, 'ERR_INVALID_COOKIE'],
  ['a line break in a value', { a: '1\r\nX: y' }, 'ERR_INVALID_COOKIE'],
  ['a blank at the start of a value', { a: ' 1' }, 'ERR_INVALID_COOKIE'],
  ['what is not Latin-1', { a: '€' }, 'ERR_INVALID_COOKIE'],
  ['NaN', { a: Number.NaN }, 'ERR_INVALID_COOKIE'],
  ['an object as a value', { a: {} }, 'ERR_INVALID_COOKIE'],
];

for (const [name, given, code] of REFUSED) {
  test(`requestCookies() refuses ${name}, and shows no value`, () => {
    assert.throws(
      () => requestCookies(given as RequestCookiesOption),
      (error: Error & { code?: string }) => error.code === code && !error.message.includes('b=2'),
    );
  });
}
