import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenList } from '../../src/message/token-list.ts';

// value, tokens
for (const [value, tokens] of [
  ['', []],
  ['close', ['close']],
  ['Keep-Alive, Close', ['keep-alive', 'close']],
  [' a ,\tb\t', ['a', 'b']],
  [',,a,,', ['a']],
  ['a b', ['a b']],
] as const) {
  test(`tokenList() of ${JSON.stringify(value)}`, () => assert.deepEqual(tokenList(value), tokens));
}
