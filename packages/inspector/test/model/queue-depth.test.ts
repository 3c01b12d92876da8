import assert from 'node:assert/strict';
import test from 'node:test';
import { QueueDepth } from '../../src/model/queue-depth.ts';

type Step = readonly ['in', number, number] | readonly ['out', number];

// name, steps, samples
const CASES: readonly (readonly [string, readonly Step[], readonly (readonly [number, number])[]])[] = [
  ['is empty at first', [], []],
  [
    'notes who enters and leaves',
    [
      ['in', 1, 1],
      ['in', 2, 2],
      ['out', 5],
      ['out', 9],
    ],
    [
      [1, 1],
      [2, 2],
      [5, 1],
      [9, 0],
    ],
  ],
  [
    'leaves out a wait that was none',
    [
      ['in', 1, 1],
      ['out', 1.1],
    ],
    [],
  ],
  [
    'believes the pool where it knows more',
    [
      ['in', 1, 5],
      ['out', 2],
    ],
    [
      [1, 5],
      [2, 4],
    ],
  ],
  ['does not go below 0', [['out', 1]], [[1, 0]]],
];

for (const [name, steps, samples] of CASES) {
  test(`QueueDepth ${name}`, () => {
    const queue = new QueueDepth();
    for (const step of steps) {
      if (step[0] === 'in') queue.enter(step[1], step[2]);
      else queue.leave(step[1]);
    }
    assert.deepEqual(
      queue.at.map((at, i) => [at, queue.depth[i]]),
      samples,
    );
  });
}

test('QueueDepth is bounded, and keeps the greatest depth', () => {
  const queue = new QueueDepth();
  for (let i = 0; i < 50_000; i++) {
    queue.enter(i * 10, 1);
    if (i === 70) {
      queue.enter(i * 10 + 1, 2);
      queue.leave(i * 10 + 2);
    }
    queue.leave(i * 10 + 5);
  }
  assert.ok(queue.at.length <= 20_001);
  assert.deepEqual([Math.max(...queue.depth), queue.greatest, queue.now], [2, 2, 0]);
  assert.ok(queue.at.every((at, i) => i === 0 || at >= (queue.at[i - 1] ?? 0)));
});
