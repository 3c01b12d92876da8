import assert from 'node:assert/strict';
import test from 'node:test';
import { percentile } from './percentile.ts';

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

// name, sorted values, percent, value
const CASES = [
  ['of nothing is null', [], 50, null],
  ['of one value is that value', [7], 99, 7],
  ['50 of two is the lower: at least half do not exceed it', [1, 2], 50, 1],
  ['50 of three is the middle', [1, 2, 3], 50, 2],
  ['99 of a hundred is the ninety-ninth', hundred, 99, 99],
  ['100 is the largest', hundred, 100, 100],
  ['99 of ten is the largest', hundred.slice(0, 10), 99, 10],
  ['a tiny one is the smallest', hundred, 0.001, 1],
] as const;

for (const [name, sorted, percent, value] of CASES) {
  test(`percentile() ${name}`, () => assert.equal(percentile(Float64Array.from(sorted), percent), value));
}
