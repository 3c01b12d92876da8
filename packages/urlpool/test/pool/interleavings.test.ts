// Whatever calls, servers and the clock do, in any order: the pool keeps its limits and its order, and loses no place.
// `npm run torture` tries 100,000 seeds; the model is in model/.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interleaving } from './model/interleaving.ts';
import { WaitingLine } from './model/waiting-line.ts';

const SEEDS = 300;

test(`OriginPool keeps its limits and its order, and loses no place, in any interleaving (${SEEDS} seeds)`, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const fault = await interleaving(seed);
    if (fault !== null) assert.fail(fault);
  }
});

// The model's own: whose turn it is

/** Calls 1 and 2 wait; call 3, where it waits, is a replay of what failed at 10. */
function line(replayWaits: boolean): WaitingLine {
  const waiting = new WaitingLine();
  waiting.join({ call: 1, attempt: 1, notKeptBefore: null, since: 0 });
  waiting.join({ call: 2, attempt: 1, notKeptBefore: null, since: 0 });
  if (replayWaits) waiting.join({ call: 3, attempt: 1, notKeptBefore: 10, since: 10 });
  return waiting;
}

// name, whether the replay waits, who is served, since when the connection is idle, whether that is right
for (const [name, replayWaits, call, idleSince, isRight] of [
  ['the first', false, 1, 20, true],
  ['the second', false, 2, 20, false],
  ['the replay', true, 3, 20, true],
  ['the first, before a replay', true, 1, 20, false],
  ['the first, where the replay is barred', true, 1, 5, true],
  ['the replay, which is barred', true, 3, 5, false],
  ['who does not wait', false, 4, 20, false],
] as const) {
  test(`WaitingLine.serve() ${isRight ? 'allows' : 'finds fault with'} ${name}`, () => {
    assert.equal(line(replayWaits).serve(call, 1, idleSince) === null, isRight);
  });
}

test('WaitingLine.pass() finds fault with one that never waited while others do', () => {
  assert.notEqual(line(false).pass(4, null, 20), null);
  assert.equal(new WaitingLine().pass(4, null, 20), null);
});
