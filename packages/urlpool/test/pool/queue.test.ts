import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from 'urlpool-testing';
import type { Member } from '../../src/pool/member.ts';
import { Queue } from '../../src/pool/queue.ts';
import { Asking } from './bare-pool.ts';

function queueOf(...waiters: readonly Asking[]): Queue {
  const queue = new Queue({ clock: new FakeClock({ now: 5 }), origin: 'http://a.test' });
  for (const waiter of waiters) queue.join(waiter);
  return queue;
}

function member(idleSince: number, served = 1): Member {
  return { idleSince, connection: { served } } as Member;
}

test('Queue gives the one that came first', () => {
  const [first, second] = [new Asking(), new Asking()];
  const queue = queueOf(first, second);
  assert.equal(queue.firstFor(member(0)), first);
  assert.equal(queue.leave(first), true);
  assert.equal(queue.firstFor(member(0)), second);
  assert.equal(queue.size, 1);
});

test('Queue has replays before all others, whenever they came', () => {
  const [ordinary, replay] = [new Asking(), new Asking(10)];
  const queue = queueOf(ordinary, replay);
  assert.deepEqual(queue.all, [replay, ordinary]);
  assert.deepEqual([queue.size, queue.hasReplays], [2, true]);
});

// name, the replay's failure, idle since, served, whether the replay may take it
for (const [name, notKeptBefore, idleSince, served, mayTake] of [
  ['that was kept since before its failure', 10, 9, 1, false],
  ['that came free when it failed', 10, 10, 1, true],
  ['that came free later', 10, 11, 1, true],
  ['that is used, where it wants a new one', Number.POSITIVE_INFINITY, 50, 1, false],
  ['that is new, where it wants a new one', Number.POSITIVE_INFINITY, 50, 0, true],
] as const) {
  test(`Queue gives a replay ${mayTake ? 'a' : 'no'} connection ${name}`, () => {
    const [ordinary, replay] = [new Asking(), new Asking(notKeptBefore)];
    const queue = queueOf(ordinary, replay);
    assert.equal(queue.firstFor(member(idleSince, served)), mayTake ? replay : ordinary);
  });
}

test('Queue notes when each joined, and knows who is not there', () => {
  const waiter = new Asking();
  const queue = queueOf(waiter);
  assert.equal(waiter.queuedAt, 5);
  assert.equal(queue.leave(new Asking()), false);
  assert.equal(queue.leave(waiter), true);
  assert.equal(queue.leave(waiter), false);
  assert.equal(queue.firstFor(member(0)), null);
});
