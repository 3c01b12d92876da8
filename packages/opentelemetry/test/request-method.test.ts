import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownMethods, methodNames } from '../src/request-method.ts';

// given, environment, method, what is told
const CASES: readonly (readonly [readonly string[] | undefined, string | undefined, string, string])[] = [
  [undefined, undefined, 'GET', 'GET'],
  [undefined, undefined, 'PATCH', 'PATCH'],
  [undefined, undefined, 'QUERY', 'QUERY'],
  [undefined, undefined, 'PROPFIND', '_OTHER'],
  [undefined, undefined, 'get', '_OTHER'],
  [undefined, '', 'GET', 'GET'],
  [undefined, 'GET, PROPFIND', 'PROPFIND', 'PROPFIND'],
  [undefined, 'GET, PROPFIND', 'POST', '_OTHER'],
  [['MKCOL'], 'GET', 'MKCOL', 'MKCOL'],
  [['MKCOL'], 'GET', 'GET', '_OTHER'],
  [[], undefined, 'GET', '_OTHER'],
];

for (const [given, environment, method, told] of CASES) {
  const list = `${given === undefined ? 'none' : JSON.stringify(given)}, ${environment ?? 'none'}`;
  test(`methodNames() tells ${method} as ${told} (known: ${list})`, () => {
    const isKnown = told === method;
    assert.deepEqual(methodNames(method, knownMethods(given, environment)), {
      method: told,
      original: isKnown ? null : method,
      name: isKnown ? method : 'HTTP',
    });
  });
}
