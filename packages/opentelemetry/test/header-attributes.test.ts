import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerAttributes } from '../src/header-attributes.ts';

const FIELDS = ['X-A', '1', 'x-b', '2', 'x-a', '3'];

// name, names, attributes
const CASES: readonly (readonly [string, readonly string[], Record<string, string[]>])[] = [
  ['records nothing that is not asked for', [], {}],
  ['records no field that is not there', ['x-c'], {}],
  ['records every value of a field', ['x-a'], { 'http.request.header.x-a': ['1', '3'] }],
  [
    'records several fields',
    ['x-b', 'x-a'],
    { 'http.request.header.x-a': ['1', '3'], 'http.request.header.x-b': ['2'] },
  ],
];

for (const [name, names, attributes] of CASES) {
  test(`headerAttributes() ${name}`, () => {
    assert.deepEqual(headerAttributes('request', FIELDS, new Set(names)), attributes);
  });
}

test('headerAttributes() names those of responses so', () => {
  assert.deepEqual(headerAttributes('response', FIELDS, new Set(['x-b'])), { 'http.response.header.x-b': ['2'] });
});
