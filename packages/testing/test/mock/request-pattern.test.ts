import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { compilePattern, type RequestPattern } from '../../src/mock/request-pattern.ts';
import { received } from './received.ts';

const REQUEST = received('POST', 'http://x.test/a?b=1&c=2&c=3', {
  headers: [
    ['Accept', 'text/html'],
    ['Authorization', 'Bearer abc'],
  ],
  body: '{"name":"Ada","tags":[1,2]}',
});

// what is asked for, why the request is not it
const CASES: readonly (readonly [RequestPattern, readonly string[]])[] = [
  [{}, []],
  [{ query: { b: 1, c: ['2', '3'] } }, []],
  [{ query: { b: ['1'], c: ['2'] } }, ['the parameter c is "2", "3", not ["2"]']],
  [{ query: { b: 1, c: ['3', '2'] } }, ['the parameter c is "2", "3", not ["3","2"]']],
  [{ query: { b: 1, c: /./, d: ['1'] } }, ['the parameter d is not there, not ["1"]']],
  [{ query: { b: 1 } }, ['there is a parameter c that the route does not name']],
  [{ query: { b: /^\d$/, c: /^\d$/, d: null } }, []],
  [{ query: { b: '2', c: /\d/ } }, ['the parameter b is "1", not "2"']],
  [{ query: { b: 1, c: 2 } }, ['the parameter c is "2", "3", not "2"']],
  [{ query: { b: 1, c: /\d/, d: 'x' } }, ['the parameter d is not there, not "x"']],
  [{ query: { b: null, c: /\d/ } }, ['the parameter b is "1", not none']],
  [{ query: new URLSearchParams('c=2&c=3&b=1') }, []],
  [{ query: new URLSearchParams('b=1') }, ['the query is "b=1&c=2&c=3", not "b=1"']],
  [{ query: (query) => query.size === 3 }, []],
  [{ query: () => false }, ['the query is not accepted: "b=1&c=2&c=3"']],
  [{ headers: { accept: 'text/html', 'x-none': null } }, []],
  [{ headers: { ACCEPT: /json/ } }, ['the field ACCEPT is "text/html", not /json/']],
  [{ headers: { 'X-Id': '1' } }, ['the field X-Id is not there']],
  [{ headers: { Authorization: 'Bearer xyz' } }, ['the field Authorization is another']],
  [{ body: '{"name":"Ada","tags":[1,2]}' }, []],
  [{ body: Buffer.from('{"name":"Ada","tags":[1,2]}') }, []],
  [{ body: Buffer.from('no') }, ['the body has other bytes']],
  [{ body: /"Ada"/ }, []],
  [{ body: 'no' }, ['the body is {"name":"Ada","tags":[1,2]}']],
  [{ body: (request) => request.text() === '' }, ['the body is not accepted']],
  [{ json: { tags: [1, 2], name: 'Ada' } }, []],
  [{ json: { tags: [1, 2], name: 'Ada', no: undefined } }, []],
  [{ json: { name: 'Ada' } }, ['the JSON is {"name":"Ada","tags":[1,2]}']],
  [{ json: (value: { name: string }) => value.name === 'Ada' }, []],
  [
    { json: null, query: { b: 2, c: /./ } },
    ['the parameter b is "1", not "2"', 'the JSON is {"name":"Ada","tags":[1,2]}'],
  ],
];

for (const [pattern, faults] of CASES) {
  test(`compilePattern() ${faults.length === 0 ? 'matches' : 'tells of'} ${Object.keys(pattern)}: ${faults}`, () => {
    assert.deepEqual(compilePattern('POST', '/a', pattern).verdict(REQUEST).faults, faults);
  });
}

test('compilePattern() tells of everything that does not match, and that the URL does not', () => {
  const { isFar, faults } = compilePattern('GET', 'http://y.test/b', { body: 'x' }).verdict(REQUEST);
  assert.ok(isFar);
  assert.deepEqual(faults.slice(0, 3), ['the method is POST', 'the origin is http://x.test', 'the path is /a']);
  assert.equal(faults.length, 4);
});

test('compilePattern() compares a query in the URL as the option', () => {
  const verdict = (url: string) => compilePattern('*', url).verdict(REQUEST).faults;
  assert.deepEqual(verdict('/a?c=2&c=3&b=1'), []);
  assert.deepEqual(verdict('/a?b=1'), ['the query is "b=1&c=2&c=3", not "b=1"']);
});

test('compilePattern() reads a body without its content coding', () => {
  const request = received('POST', 'http://x.test/', {
    headers: [['Content-Encoding', 'gzip']],
    body: gzipSync('{"a":1}'),
  });
  assert.deepEqual(compilePattern('POST', '/', { json: { a: 1 }, body: '{"a":1}' }).verdict(request).faults, []);
});

test('compilePattern() shortens long bodies', () => {
  const [fault = ''] = compilePattern('*', '*', { body: 'x' }).verdict(
    received('POST', 'http://x.test/', { body: 'a'.repeat(500) }),
  ).faults;
  assert.equal(fault, `the body is ${'a'.repeat(120)}… (500 characters)`);
});

test('compilePattern() names what a route is for', () => {
  assert.equal(compilePattern('GET', '/a').description, 'GET /a');
  assert.equal(compilePattern('*', /x/, { headers: {}, json: 1 }).description, '* /x/ (by headers, json)');
});

// what is wrong, how the sentence begins
const REFUSED: readonly (readonly [() => unknown, RegExp])[] = [
  [() => compilePattern('G T', '/'), /Cannot use "G T" as the method of a route/],
  [
    () => compilePattern('GET', '/', { header: {} } as RequestPattern),
    /Cannot use "header" in the pattern of a route: known are body, headers, json, query/,
  ],
  [
    () => compilePattern('GET', '/', 'x' as RequestPattern),
    /Cannot use a string as the pattern of a route: give an object/,
  ],
  [
    () => compilePattern('GET', '/?a=1', { query: { a: 1 } }),
    /Cannot use both the query of "\/\?a=1" and the option query/,
  ],
  [
    () => compilePattern('GET', '/', { headers: { a: {} as string } }),
    /Cannot use a value of type object as "a" in the headers of a route/,
  ],
  [
    () => compilePattern('POST', '/', { body: { a: 1 } as unknown as string }),
    /Cannot use that as the body of a route: .*; or use json/,
  ],
  [() => compilePattern('POST', '/', { json: undefined }), /Cannot use that as the json of a route/],
];

for (const [compile, message] of REFUSED) {
  test(`compilePattern() refuses: ${message.source.slice(0, 50)}`, () => {
    assert.throws(compile, { name: 'TypeError', message });
  });
}

test('compilePattern() takes methods in lower case, as a manager does', () => {
  const methods = ['get', 'Patch', 'propfind'].map((method) => compilePattern(method, '/a').method);
  assert.deepEqual(methods, ['GET', 'PATCH', 'propfind']);
});
