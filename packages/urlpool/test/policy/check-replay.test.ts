import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkReplay, type ReplayPolicy } from '../../src/policy/should-replay.ts';

for (const value of ['idempotent', 'safe', 'unsent', false, undefined] as const) {
  test(`checkReplay() takes ${value}`, () => checkReplay(value));
}

// value, how it is shown
const REFUSED: readonly (readonly [unknown, string])[] = [
  [true, 'true'],
  [null, 'null'],
  ['', '""'],
  ['Safe', '"Safe"'],
  ['always', '"always"'],
  [['safe'], 'a list'],
];

for (const [value, shown] of REFUSED) {
  test(`checkReplay() refuses ${shown}`, () => {
    assert.throws(() => checkReplay(value as ReplayPolicy), {
      name: 'RequestError',
      code: 'ERR_INVALID_OPTION',
      message: `Cannot use ${shown} as replay: give 'idempotent', 'safe', 'unsent' or false`,
    });
  });
}
