import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTPHeaders } from '../../src/message/http-headers.ts';

const FIELDS = ['Content-Type', 'text/html', 'Set-Cookie', 'a=1', 'Vary', 'A', 'set-cookie', 'b=2', 'VARY', 'B'];
const HEADERS = new HTTPHeaders(FIELDS);

// name, value
for (const [name, value] of [
  ['Content-Type', 'text/html'],
  ['content-type', 'text/html'],
  ['CONTENT-TYPE', 'text/html'],
  ['vary', 'A, B'],
  ['Set-Cookie', 'a=1'],
  ['absent', null],
  ['', null],
  ['constructor', null],
  ['__proto__', null],
] as const) {
  test(`HTTPHeaders.get() of ${JSON.stringify(name)} is ${JSON.stringify(value)}`, () => {
    assert.equal(HEADERS.get(name), value);
  });

  test(`HTTPHeaders.has() of ${JSON.stringify(name)} is ${value !== null}`, () => {
    assert.equal(HEADERS.has(name), value !== null);
  });
}

test('HTTPHeaders.get() gives a Set-Cookie that stands alone', () => {
  assert.equal(new HTTPHeaders(['set-cookie', 'a=1']).get('SET-COOKIE'), 'a=1');
});

test('HTTPHeaders.get() gives an empty value', () => {
  assert.equal(new HTTPHeaders(['A', '']).get('a'), '');
});

// name, values
for (const [name, values] of [
  ['set-cookie', ['a=1', 'b=2']],
  ['Vary', ['A', 'B']],
  ['content-type', ['text/html']],
  ['absent', []],
] as const) {
  test(`HTTPHeaders.getAll() gives every ${name}`, () => assert.deepEqual(HEADERS.getAll(name), values));
}

test('HTTPHeaders.getAll() gives a list of its own', () => {
  const headers = new HTTPHeaders(FIELDS);
  headers.getAll('vary').push('C');
  assert.deepEqual(headers.getAll('vary'), ['A', 'B']);
});

test('HTTPHeaders.size counts field lines', () => {
  assert.deepEqual([HEADERS.size, new HTTPHeaders().size], [5, 0]);
});

test('HTTPHeaders iterates over field lines in their order and case', () => {
  assert.deepEqual(
    [...HEADERS],
    [
      ['Content-Type', 'text/html'],
      ['Set-Cookie', 'a=1'],
      ['Vary', 'A'],
      ['set-cookie', 'b=2'],
      ['VARY', 'B'],
    ],
  );
});

test('HTTPHeaders.toJSON() joins values, save those of Set-Cookie', () => {
  const expected = '{"content-type":"text/html","set-cookie":["a=1","b=2"],"vary":"A, B"}';
  assert.equal(JSON.stringify(HEADERS), expected);
});

test('HTTPHeaders.toJSON() gives a Set-Cookie that stands alone as a list', () => {
  assert.equal(JSON.stringify(new HTTPHeaders(['Set-Cookie', 'a=1'])), '{"set-cookie":["a=1"]}');
});

test('HTTPHeaders.toJSON() keeps a field named __proto__ a field', () => {
  assert.deepEqual(Object.entries(new HTTPHeaders(['__proto__', 'a']).toJSON()), [['__proto__', 'a']]);
});

test('HTTPHeaders.toJSON() gives lists of its own', () => {
  const headers = new HTTPHeaders(['Set-Cookie', 'a=1']);
  const cookies = headers.toJSON()['set-cookie'];
  if (Array.isArray(cookies)) cookies.push('b=2');
  assert.deepEqual(headers.getAll('set-cookie'), ['a=1']);
});
