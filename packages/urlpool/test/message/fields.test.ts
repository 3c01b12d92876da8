import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findField, NO_FIELDS } from '../../src/message/fields.ts';

// name, fields, the name looked for, value
for (const [name, fields, wanted, value] of [
  ['a field', ['A', '1', 'B', '2'], 'b', '2'],
  ['a field in any case', ['CONTENT-type', 'x'], 'content-type', 'x'],
  ['the first of repeated fields', ['a', '1', 'A', '2'], 'a', '1'],
  ['an empty value', ['A', ''], 'a', ''],
  ['nothing in no fields', [], 'a', null],
  ['nothing by a name that is absent', ['A', '1'], 'b', null],
  ['nothing by the beginning of a name', ['Abc', '1'], 'ab', null],
  ['nothing by a value', ['A', 'b', 'C', 'd'], 'b', null],
  ['nothing by a name that goes on', ['Ab', '1'], 'abc', null],
] as const) {
  test(`findField() finds ${name}`, () => assert.equal(findField(fields, wanted), value));
}

test('NO_FIELDS cannot be given any', () => {
  assert.deepEqual([NO_FIELDS.length, Object.isFrozen(NO_FIELDS)], [0, true]);
});
