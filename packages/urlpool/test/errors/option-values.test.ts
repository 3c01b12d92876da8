import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkBound,
  checkFlag,
  checkFunction,
  checkMilliseconds,
  checkSpan,
  checkTimeLimit,
  checkWhole,
} from '../../src/errors/option-values.ts';

type Check = (name: string, value: unknown) => void;

/** Of each check: what it wants, what it takes, what it refuses. */
const TABLE: readonly [string, Check, string, readonly unknown[], readonly unknown[]][] = [
  ['checkFlag', checkFlag, 'give true or false', [true, false], [null, 0, 'true']],
  ['checkFunction', checkFunction, 'give a function', [() => 1, class {}], [null, {}, 'f']],
  [
    'checkWhole',
    (name, value) => checkWhole(name, value, 1),
    'give a whole number, 1 or more',
    [1, 2 ** 53 - 1],
    [0, -1, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 1n],
  ],
  [
    'checkBound',
    (name, value) => checkBound(name, value, 0),
    'give a whole number, 0 or more, or Infinity',
    [0, 7, Number.POSITIVE_INFINITY],
    [-1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY, '0', null],
  ],
  [
    'checkMilliseconds',
    checkMilliseconds,
    'give a number of milliseconds, 0 or more',
    [0, 0.5, 1e9],
    [-1, Number.NaN, Number.POSITIVE_INFINITY, '5', null],
  ],
  [
    'checkSpan (a time that may be none)',
    (name, value) => checkSpan(name, value, '0 or more'),
    'give a number of milliseconds, 0 or more, or Infinity',
    [0, 0.5, Number.POSITIVE_INFINITY],
    [-1, Number.NaN, '5', null],
  ],
  [
    'checkSpan',
    (name, value) => checkSpan(name, value, 'above 0'),
    'give a number of milliseconds above 0, or Infinity',
    [0.5, 1, Number.POSITIVE_INFINITY],
    [0, -1, Number.NaN, '5', null],
  ],
  [
    'checkTimeLimit',
    checkTimeLimit,
    'give a number of milliseconds above 0, or null for no limit',
    [0.5, 1, null],
    [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', false],
  ],
];

for (const [name, check, want, good, bad] of TABLE) {
  for (const value of [undefined, ...good]) {
    test(`${name}() takes ${String(value)}`, () => check('x', value));
  }
  for (const value of bad) {
    test(`${name}() refuses ${typeof value} ${String(value)}`, () => {
      assert.throws(
        () => check('x', value),
        (error: Error & { code?: string }) =>
          error.code === 'ERR_INVALID_OPTION' && error.message.endsWith(` as x: ${want}`),
      );
    });
  }
}
