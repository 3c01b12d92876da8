import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from 'urlpool';
import { FakeClock } from 'urlpool-testing';
import { PollGate } from '../../src/connection/poll-gate.ts';

/** A clock far from zero, so that nothing is recent by accident, and a gate on it. */
function gateOnFakeClock() {
  const clock = new FakeClock({ now: 1000, checks: 'manual' });
  return { clock, gate: new PollGate(clock) };
}

test('mark() stays the same until a check phase has passed', () => {
  const { clock, gate } = gateOnFakeClock();
  const first = gate.mark();
  assert.equal(gate.mark(), first);
  clock.runChecks();
  assert.equal(gate.mark(), first + 1);
});

test('mark() watches for one check phase, however often it is asked', () => {
  const { clock, gate } = gateOnFakeClock();
  for (let i = 0; i < 100; i++) gate.mark();
  assert.equal(clock.pendingChecks, 1);
});

test('mark() watches no longer than for one check phase', () => {
  const { clock, gate } = gateOnFakeClock();
  gate.mark();
  clock.runChecks();
  assert.equal(clock.pendingChecks, 0);
});

test('mark() does not keep the event loop from blocking, afterPoll() does', () => {
  const asked: boolean[] = [];
  const clock: Clock = {
    now: () => 0,
    wallNow: () => 0,
    setTimer: () => ({ cancel() {} }),
    atNextCheck: (_callback, keepAlive) => asked.push(keepAlive),
  };
  const gate = new PollGate(clock);
  gate.mark();
  gate.afterPoll(() => {}, 0);
  assert.deepEqual(asked, [false, true]);
});

// name, ms since it became idle, check phases since then, recent
const RECENT = [
  ['holds in the turn in which it became idle', 0, 0, true],
  ['holds for just under 5 ms', 4.999, 0, true],
  ['does not hold at 5 ms, though no check phase has passed', 5, 0, false],
  ['does not hold after a check phase, however short', 0, 1, false],
  ['does not hold after many check phases', 3, 3, false],
] as const;

for (const [name, ms, checks, recent] of RECENT) {
  test(`isRecent() ${name}`, () => {
    const { clock, gate } = gateOnFakeClock();
    const since = clock.now();
    const mark = gate.mark();
    for (let i = 0; i < checks; i++) {
      gate.mark();
      clock.runChecks();
    }
    clock.advance(ms);
    assert.equal(gate.isRecent(mark, since, clock.now()), recent);
  });
}

/** Runs check phases one at a time, and says after which of them each callback had run. */
function phasesUntil(clock: FakeClock, ran: readonly string[], phases: number): string[][] {
  return Array.from({ length: phases }, () => {
    const before = ran.length;
    clock.runChecks();
    return ran.slice(before);
  });
}

test('afterPoll() waits for two check phases where none was seen', () => {
  const { clock, gate } = gateOnFakeClock();
  const ran: string[] = [];
  gate.afterPoll(() => ran.push('a'), clock.now());
  assert.deepEqual(phasesUntil(clock, ran, 3), [[], ['a'], []]);
});

test('afterPoll() waits for one where one was seen less than 5 ms ago', () => {
  const { clock, gate } = gateOnFakeClock();
  gate.mark();
  clock.runChecks();
  clock.advance(4.999);
  const ran: string[] = [];
  gate.afterPoll(() => ran.push('a'), clock.now());
  assert.deepEqual(phasesUntil(clock, ran, 2), [['a'], []]);
});

test('afterPoll() waits for two where one was seen 5 ms ago', () => {
  const { clock, gate } = gateOnFakeClock();
  gate.mark();
  clock.runChecks();
  clock.advance(5);
  const ran: string[] = [];
  gate.afterPoll(() => ran.push('a'), clock.now());
  assert.deepEqual(phasesUntil(clock, ran, 3), [[], ['a'], []]);
});

test('afterPoll() shares a pair among all that came before its first phase, in order', () => {
  const { clock, gate } = gateOnFakeClock();
  const ran: string[] = [];
  for (const name of ['a', 'b', 'c']) gate.afterPoll(() => ran.push(name), clock.now());
  assert.equal(clock.pendingChecks, 1);
  assert.deepEqual(phasesUntil(clock, ran, 3), [[], ['a', 'b', 'c'], []]);
});

test('afterPoll() shares a single phase among all that came before it, in order', () => {
  const { clock, gate } = gateOnFakeClock();
  gate.mark();
  clock.runChecks();
  const ran: string[] = [];
  for (const name of ['a', 'b', 'c']) gate.afterPoll(() => ran.push(name), clock.now());
  assert.equal(clock.pendingChecks, 1);
  assert.deepEqual(phasesUntil(clock, ran, 2), [['a', 'b', 'c'], []]);
});

test('afterPoll() gives one that comes between the two phases of a pair the next pair', () => {
  const { clock, gate } = gateOnFakeClock();
  const ran: string[] = [];
  gate.afterPoll(() => ran.push('a'), clock.now());
  clock.runChecks();
  clock.advance(5);
  gate.afterPoll(() => ran.push('b'), clock.now());
  assert.deepEqual(phasesUntil(clock, ran, 3), [['a'], ['b'], []]);
});

test('afterPoll() lets one that comes 5 ms after both phases of a pair wait for two more', () => {
  const { clock, gate } = gateOnFakeClock();
  const ran: string[] = [];
  gate.afterPoll(() => ran.push('a'), clock.now());
  clock.runChecks();
  clock.runChecks();
  clock.advance(5);
  gate.afterPoll(() => ran.push('b'), clock.now());
  assert.deepEqual(phasesUntil(clock, ran, 3), [[], ['b'], []]);
});

test('afterPoll() counts the phases it waits for as seen', () => {
  const { clock, gate } = gateOnFakeClock();
  const mark = gate.mark();
  clock.runChecks();
  gate.afterPoll(() => {}, clock.now());
  clock.runChecks();
  assert.equal(gate.mark(), mark + 2);
});

test('afterPoll() may be asked again from a callback', () => {
  const { clock, gate } = gateOnFakeClock();
  const ran: string[] = [];
  gate.afterPoll(() => {
    ran.push('a');
    gate.afterPoll(() => ran.push('b'), clock.now());
  }, clock.now());
  assert.deepEqual(phasesUntil(clock, ran, 4), [[], ['a'], ['b'], []]);
});
