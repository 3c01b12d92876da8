import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sequence } from '../../src/mock/sequence.ts';

function sequence(...steps: readonly (readonly [string, number])[]): Sequence<string> {
  const made = new Sequence<string>('reply');
  for (const [step, times] of steps) {
    made.add(step);
    made.repeat(times);
  }
  return made;
}

test('Sequence.take() gives each step as often as it is for, in order', () => {
  const steps = sequence(['a', 2], ['b', 1]);
  assert.deepEqual([steps.pending, steps.left, steps.taken], [3, 3, 0]);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => steps.take()),
    ['a', 'a', 'b', null],
  );
  assert.deepEqual([steps.pending, steps.left, steps.taken], [0, 0, 3]);
});

test('Sequence.take() gives the last for ever, and it is pending until it was taken once', () => {
  const steps = sequence(['a', 1], ['b', Number.POSITIVE_INFINITY]);
  assert.deepEqual([steps.pending, steps.left], [2, Number.POSITIVE_INFINITY]);
  assert.deepEqual(
    [1, 2, 3].map(() => steps.take()),
    ['a', 'b', 'b'],
  );
  assert.equal(steps.pending, 0);
});

test('Sequence refuses what would never be used', () => {
  const endless = sequence(['a', Number.POSITIVE_INFINITY]);
  assert.throws(() => endless.add('b'), /Cannot add a reply after persist\(\): it would never be used/);
  assert.throws(() => sequence().repeat(2), /Cannot say how often before there is a reply/);
  for (const times of [0, -1, 1.5, Number.NaN, '2']) {
    assert.throws(() => sequence(['a', times as number]), /Cannot use .* as times: give a whole number, 1 or more/);
  }
});
