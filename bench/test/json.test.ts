import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toJson } from '../json.ts';

const LONG = 'x'.repeat(70);

// name, value, lines
const CASES = [
  ['rounds fractions only', { a: 1234567, b: 12.345678 }, ['{ "a": 1234567, "b": 12.346 }']],
  ['gives what is nested lines of its own', { a: { b: 1 } }, ['{', '  "a": { "b": 1 }', '}']],
  ['keeps a list of one on the line', { a: [{ b: 1 }] }, ['{', '  "a": [{ "b": 1 }]', '}']],
  [
    'breaks a list of objects',
    [
      { b: 1, c: 1 },
      { b: 2, c: 2 },
    ],
    ['[', '  { "b": 1, "c": 1 },', '  { "b": 2, "c": 2 }', ']'],
  ],
  ['keeps a list of objects with one member', [{ b: 1 }, { b: 2 }], ['[{ "b": 1 }, { "b": 2 }]']],
  ['breaks what is too long', [LONG, LONG], ['[', `  "${LONG}",`, `  "${LONG}"`, ']']],
  ['writes what is empty', [], ['[]']],
] as const;

for (const [name, value, lines] of CASES) {
  test(`toJson() ${name}`, () => assert.equal(toJson(value), `${lines.join('\n')}\n`));
}
