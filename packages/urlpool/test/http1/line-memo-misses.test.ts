import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineMemo } from '../../src/http1/line-memo.ts';

function put(memo: LineMemo, value: string): void {
  const line = Buffer.from(`A: ${value}\r\n`, 'latin1');
  memo.put(0, line, 0, line.length, 'A', value);
}

function isKnown(memo: LineMemo, value: string): boolean {
  const line = Buffer.from(`A: ${value}\r\n`, 'latin1');
  return memo.find(0, line, 0, line.length) !== null;
}

// misses since a line was found, whether the last of them is remembered
for (const [misses, remembered] of [
  [1, true],
  [2, true],
  [3, false],
  [4, true],
  [5, false],
] as const) {
  test(`LineMemo.put() remembers ${remembered ? 'a' : 'no'} line after ${misses} misses since one was found`, () => {
    const memo = new LineMemo();
    put(memo, 'first');
    for (let miss = 1; miss <= 4; miss++) put(memo, `before ${miss}`);
    assert.ok(isKnown(memo, 'before 4'));
    for (let miss = 1; miss <= misses; miss++) put(memo, `after ${miss}`);
    assert.equal(isKnown(memo, `after ${misses}`), remembered);
  });
}
