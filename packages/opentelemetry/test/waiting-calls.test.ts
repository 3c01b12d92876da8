import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WaitingCalls } from '../src/waiting-calls.ts';

// name, who joins and leaves (+ or -, s for suppressed), whether only suppressed ones wait
const CASES: readonly (readonly [string, readonly string[], boolean])[] = [
  ['nobody', [], false],
  ['one with spans', ['+'], false],
  ['one without', ['+s'], true],
  ['one of each', ['+s', '+'], false],
  ['one without, once the other has left', ['+s', '+', '-'], true],
  ['nobody, once all have left', ['+s', '-s'], false],
];

for (const [name, moves, isSuppressed] of CASES) {
  test(`areSuppressed() says ${isSuppressed} of ${name}`, () => {
    const waiting = new WaitingCalls();
    waiting.join('http://other.test', true);
    for (const move of moves) {
      if (move.startsWith('+')) waiting.join('http://a.test', move.endsWith('s'));
      else waiting.leave('http://a.test', move.endsWith('s'));
    }
    assert.equal(waiting.areSuppressed('http://a.test'), isSuppressed);
  });
}
