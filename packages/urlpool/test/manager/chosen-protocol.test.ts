import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAskedFor } from '../../src/manager/chosen-protocol.ts';

// chosen, asked, is it asked for
const CASES = [
  ['websocket', 'websocket', true],
  ['WebSocket', 'websocket', true],
  ['a', 'b, a', true],
  ['a, b', 'b, a', true],
  [' a ,', 'a', true],
  ['HTTP/2.0', 'http/2.0', true],
  ['HTTP/2.0', 'HTTP', true],
  ['HTTP/2.0', 'HTTP/3.0', false],
  ['HTTP', 'HTTP/2.0', false],
  ['other', 'websocket', false],
  ['a, c', 'a, b', false],
  ['', 'websocket', false],
  [',', 'websocket', false],
  [null, 'websocket', false],
] as const;

for (const [chosen, asked, expected] of CASES) {
  test(`isAskedFor() of ${JSON.stringify(chosen)} where ${JSON.stringify(asked)} was asked for is ${expected}`, () => {
    assert.equal(isAskedFor(chosen, asked), expected);
  });
}
