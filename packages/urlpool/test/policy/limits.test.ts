import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS, type Limits, limitsFrom } from '../../src/policy/limits.ts';

test('DEFAULT_LIMITS are those of the documentation', () => {
  assert.deepEqual(DEFAULT_LIMITS, {
    maxHeadBytes: 65_536,
    maxFields: 256,
    maxInformational: 16,
    maxTrailerBytes: 16_384,
    maxChunkExtensionBytes: 4_096,
    maxBodyBytes: 268_435_456,
  });
});

test('limitsFrom() gives the defaults where nothing is set', () => {
  assert.deepEqual(limitsFrom({}), DEFAULT_LIMITS);
});

const NAMES: readonly (keyof Limits)[] = [
  'maxHeadBytes',
  'maxFields',
  'maxInformational',
  'maxTrailerBytes',
  'maxChunkExtensionBytes',
  'maxBodyBytes',
];

for (const name of NAMES) {
  test(`limitsFrom() sets ${name} alone`, () => {
    assert.deepEqual(limitsFrom({ [name]: 7 }), { ...DEFAULT_LIMITS, [name]: 7 });
  });

  test(`limitsFrom() takes 0 as ${name}`, () => assert.equal(limitsFrom({ [name]: 0 })[name], 0));

  for (const value of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    test(`limitsFrom() refuses ${value} as ${name}`, () => {
      assert.throws(() => limitsFrom({ [name]: value }), {
        name: 'RequestError',
        code: 'ERR_INVALID_OPTION',
        phase: 'request',
        message: `Cannot use ${value} as ${name}: give a whole number, 0 or more`,
      });
    });
  }
}

test('limitsFrom() takes what is not set from a base', () => {
  const base = limitsFrom({ maxFields: 3, maxHeadBytes: 100 });
  assert.deepEqual(limitsFrom({ maxFields: 4, maxHeadBytes: undefined }, base), {
    ...DEFAULT_LIMITS,
    maxFields: 4,
    maxHeadBytes: 100,
  });
});

test('limitsFrom() gives limits that cannot be changed', () => {
  assert.deepEqual([Object.isFrozen(limitsFrom({})), Object.isFrozen(DEFAULT_LIMITS)], [true, true]);
});

test('limitsFrom() ignores options that are no limits', () => {
  const options = { maxFields: 1, maxSize: 9 };
  assert.deepEqual(limitsFrom(options), { ...DEFAULT_LIMITS, maxFields: 1 });
});
