import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timeout, type TimeoutOptions } from '../../src/policy/timeout.ts';

// options, what is said of them
const REFUSED: readonly (readonly [unknown, string])[] = [
  [{ raed: 5 }, 'option raed of timeout: there is none of that name; known are connect, head, pool, read, total'],
  [{ Total: 5 }, 'option Total of timeout: there is none of that name; did you mean total?'],
];

for (const [options, text] of REFUSED) {
  const expected = { name: 'RequestError', code: 'ERR_INVALID_OPTION', message: `Cannot use the ${text}` };

  test(`new Timeout() refuses ${JSON.stringify(options)}`, () => {
    assert.throws(() => new Timeout(options as TimeoutOptions), expected);
  });

  test(`Timeout.from() refuses ${JSON.stringify(options)}`, () => {
    assert.throws(() => Timeout.from(options as TimeoutOptions), expected);
  });

  test(`Timeout.with() refuses ${JSON.stringify(options)}`, () => {
    assert.throws(() => new Timeout().with(options as TimeoutOptions), expected);
  });
}

// value, how it is shown
const NO_TIMEOUTS: readonly (readonly [unknown, string])[] = [
  [null, 'null'],
  ['5', '"5"'],
  [true, 'true'],
  [() => 5, 'a function'],
];

for (const [value, shown] of NO_TIMEOUTS) {
  test(`Timeout.from() refuses ${shown}`, () => {
    assert.throws(() => Timeout.from(value as number), {
      name: 'RequestError',
      code: 'ERR_INVALID_OPTION',
      message: `Cannot use ${shown} as timeout: give a number of milliseconds above 0, a Timeout, or an object of its options`,
    });
  });
}
