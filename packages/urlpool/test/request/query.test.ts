import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type QueryFields, RequestError } from 'urlpool';
import { queryText } from '../../src/request/query.ts';

// What `fields` stand for in a query: application/x-www-form-urlencoded, WHATWG URL §5.2.

// name, fields, query
const QUERIES: readonly (readonly [string, QueryFields, string])[] = [
  ['an object', { q: 'python', v: '1.0' }, 'q=python&v=1.0'],
  ['an object, in its order', { b: '1', a: '2' }, 'b=1&a=2'],
  [
    'pairs',
    [
      ['b', '1'],
      ['a', '2'],
    ],
    'b=1&a=2',
  ],
  [
    'pairs of one name',
    [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ],
    'a=1&b=2&a=3',
  ],
  ['a Map', new Map([['a', '1']]), 'a=1'],
  ['URLSearchParams', new URLSearchParams('a=1&a=2&b=%20'), 'a=1&a=2&b=+'],
  ['a generator', generated(), 'a=1'],
  ['nothing', {}, ''],
  ['no pairs', [], ''],
  ['a list', { a: ['1', 2, true] }, 'a=1&a=2&a=true'],
  ['an empty list', { a: [], b: '1' }, 'b=1'],
  ['null and undefined', { a: null, b: undefined, c: '1' }, 'c=1'],
  ['numbers', { a: 0, b: -1.5, c: 1e21 }, 'a=0&b=-1.5&c=1e%2B21'],
  ['a Date', { a: new Date(0) }, 'a=1970-01-01T00%3A00%3A00.000Z'],
  ['a bigint', { a: 2n ** 70n }, 'a=1180591620717411303424'],
  ['booleans', { a: true, b: false }, 'a=true&b=false'],
  ['empty names and values', { '': '', a: '' }, '=&a='],
  ['spaces', { 'a b': 'c d' }, 'a+b=c+d'],
  ['what has a meaning in a URL', { 'a&b=c': '?#/+%' }, 'a%26b%3Dc=%3F%23%2F%2B%25'],
  ['what needs no encoding', { a: 'AZaz09*-._' }, 'a=AZaz09*-._'],
  ['control characters', { a: '\r\n\0' }, 'a=%0D%0A%00'],
  ['other characters', { ĉ: '€😀' }, '%C4%89=%E2%82%AC%F0%9F%98%80'],
  ['half a character', { a: '\ud800' }, 'a=%EF%BF%BD'],
];

function* generated(): Generator<[string, string]> {
  yield ['a', '1'];
}

for (const [name, fields, query] of QUERIES) {
  test(`queryText() writes ${name}`, () => assert.equal(queryText(fields), query));
}

// name, fields, message
const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
  ['a string', 'password=hunter2', /^Cannot use a text of 16 characters as fields: give an object or pairs$/],
  ['null', null, /fields: give an object or pairs$/],
  ['a list of strings', ['a=1'], /: give a pair of a name and a value$/],
  ['a Date that is none', { a: new Date(Number.NaN) }, /fields\.a: give a string/],
  [
    'an object as a value',
    { a: { b: 1 } },
    /fields\.a: give a string, a number, a boolean, a Date, or a list of them$/,
  ],
  ['a list in a list', { a: [['1']] }, /fields\.a: give a string/],
  ['null in a list', { a: [null] }, /fields\.a: give a string/],
  ['a function as a value', { a: () => '1' }, /fields\.a: give a string/],
  ['a symbol as a value', { a: Symbol('1') }, /fields\.a: give a string/],
];

for (const [name, fields, message] of REFUSED) {
  test(`queryText() refuses ${name}`, () => {
    const write = () => queryText(fields as QueryFields);
    assert.throws(write, (error) => {
      assert.ok(error instanceof RequestError);
      assert.equal(error.code, 'ERR_INVALID_OPTION');
      assert.match(error.message, message);
      return true;
    });
  });
}
