import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTooMuch } from '../../../src/response/decoding/inflation.ts';

const MIB = 1024 * 1024;

// encoded, decoded, whether that is too much
const CASES: readonly (readonly [number, number, boolean])[] = [
  [0, 0, false],
  [1, 64 * MIB, false],
  [1, 64 * MIB + 1, true],
  [MIB, 200 * MIB, false],
  [MIB, 200 * MIB + 1, true],
  [100 * MIB, 1_000 * MIB, false],
];

for (const [from, to, tooMuch] of CASES) {
  test(`isTooMuch() is ${tooMuch} where ${from} bytes become ${to}`, () => assert.equal(isTooMuch(from, to), tooMuch));
}
