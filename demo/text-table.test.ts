import assert from 'node:assert/strict';
import test from 'node:test';
import { textTable } from './text-table.ts';

// name, rows, lines
const CASES: readonly (readonly [string, readonly (readonly string[])[], readonly string[]])[] = [
  ['of nothing is nothing', [], []],
  [
    'aligns names left and numbers right',
    [
      ['origin', 'sent'],
      ['a', '1'],
      ['longer-name', '1,000'],
    ],
    ['origin        sent', 'a                1', 'longer-name  1,000'],
  ],
  [
    'leaves no spaces at the end of a line',
    [
      ['a', ''],
      ['bcd', ''],
    ],
    ['a', 'bcd'],
  ],
  ['takes rows of different length', [['a', '1', '2'], ['b']], ['a  1  2', 'b']],
];

for (const [name, rows, lines] of CASES) {
  test(`textTable() ${name}`, () => assert.deepEqual(textTable(rows), lines));
}
