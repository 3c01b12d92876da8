// When a pool is kept warm, and when it is not: the states of Warmth, by a clock turned by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from 'urlpool-testing';
import { ConnectError } from '../../src/errors/connect-error.ts';
import { Warmth } from '../../src/pool/warmth.ts';
import { Alarms } from '../../src/util/alarms.ts';

const FAILED = new ConnectError('no', { code: 'ERR_CONNECTION_REFUSED', phase: 'connect' });

interface Watched {
  readonly warmth: Warmth;
  readonly clock: FakeClock;
  /** How often it has had connections opened since this was asked last: what was due has been done before. */
  looks(): number;
}

/** One that wants three connections, and has begun. */
function begun(): Watched {
  const clock = new FakeClock({ checks: 'manual' });
  let opened = 0;
  const open = (): void => {
    opened++;
  };
  const warmth = new Warmth(3, null, { alarms: new Alarms(clock), random: () => 0.5, open });
  const looks = (): number => {
    clock.runChecks();
    const count = opened;
    opened = 0;
    return count;
  };
  warmth.onUse();
  assert.equal(looks(), 1);
  return { warmth, clock, looks };
}

test('Warmth wants nothing, and does not look, before the first use', () => {
  const clock = new FakeClock({ checks: 'manual' });
  const warmth = new Warmth(3, null, { alarms: new Alarms(clock), random: () => 0.5, open: () => assert.fail() });
  warmth.look();
  assert.deepEqual([warmth.wanted, clock.pendingChecks], [0, 0]);
});

test('Warmth looks once in a turn, however often something may be missing', () => {
  const { warmth, looks } = begun();
  for (let i = 0; i < 5; i++) warmth.look();
  warmth.onUse();
  assert.equal(looks(), 1);
  assert.equal(looks(), 0);
});

// What it is after each of two ends.
for (const [name, end, canBegin] of [
  ['rest()', (warmth: Warmth) => warmth.rest(), true],
  ['stop()', (warmth: Warmth) => warmth.stop(), false],
] as const) {
  test(`Warmth.${name} ends a look that is due`, () => {
    const { warmth, looks } = begun();
    warmth.look();
    end(warmth);
    assert.deepEqual([looks(), warmth.wanted], [0, 0]);
  });

  test(`Warmth.${name} costs no check phase any more, whatever is told`, () => {
    const { warmth, clock } = begun();
    end(warmth);
    warmth.look();
    warmth.onOpened();
    warmth.onDialOver(null);
    warmth.onDialOver(FAILED);
    warmth.onUnusedGone(0);
    assert.deepEqual([clock.pendingChecks, clock.pending, warmth.atOnce], [0, 0, Number.POSITIVE_INFINITY]);
  });

  test(`Warmth.${name} leaves no timer of a pause`, () => {
    const { warmth, clock, looks } = begun();
    warmth.onDialOver(FAILED);
    assert.equal(clock.pending, 1);
    end(warmth);
    assert.equal(clock.pending, 0);
    clock.advance(5_000);
    assert.equal(looks(), 0);
  });

  test(`Warmth.onUse() after ${name} ${canBegin ? 'begins anew, one at a time after a failure' : 'begins nothing'}`, () => {
    const { warmth, looks } = begun();
    warmth.onDialOver(FAILED);
    end(warmth);
    warmth.onUse();
    assert.deepEqual([looks(), warmth.wanted], canBegin ? [1, 3] : [0, 0]);
    if (canBegin) assert.equal(warmth.atOnce, 1);
  });
}

test('Warmth does not look in a pause, nor for what was due before it', () => {
  const { warmth, clock, looks } = begun();
  warmth.look();
  warmth.onDialOver(FAILED);
  assert.deepEqual([looks(), warmth.atOnce], [0, 0]);
  warmth.onUse();
  clock.advance(999);
  assert.equal(looks(), 0);
  clock.advance(1);
  assert.deepEqual([looks(), warmth.atOnce], [1, 1]);
});

test('Warmth counts failures of one moment as one', () => {
  const { warmth, clock, looks } = begun();
  for (let i = 0; i < 3; i++) warmth.onDialOver(FAILED);
  clock.advance(1_000);
  assert.equal(looks(), 1);
});

// For how long a connection lasted between two failures, how long the pause after the second is.
for (const [name, lasted, pause] of [
  ['doubles where a connection lasted for less than a second', 999, 2_000],
  ['begins anew where one lasted for a second', 1_000, 1_000],
] as const) {
  test(`Warmth's pause ${name}`, () => {
    const { warmth, clock, looks } = begun();
    warmth.onDialOver(FAILED);
    clock.advance(1_000);
    assert.equal(looks(), 1);
    warmth.onOpened();
    assert.equal(warmth.atOnce, Number.POSITIVE_INFINITY);
    assert.equal(looks(), 1);
    clock.advance(lasted);
    warmth.onDialOver(FAILED);
    clock.advance(pause - 1);
    assert.equal(looks(), 0);
    clock.advance(1);
    assert.equal(looks(), 1);
  });
}

test('Warmth.onOpened() needs no look where all is calm', () => {
  const { warmth, looks } = begun();
  warmth.onOpened();
  assert.equal(looks(), 0);
});

test('Warmth.onOpened() for somebody else ends no pause', () => {
  const { warmth, looks } = begun();
  warmth.onDialOver(FAILED);
  warmth.onOpened();
  assert.deepEqual([looks(), warmth.atOnce], [0, 0]);
});

// How old a connection was that its peer closed unused, whether that is a failure
for (const [age, isFailure] of [
  [0, true],
  [999, true],
  [1_000, false],
] as const) {
  test(`Warmth.onUnusedGone() after ${age} ms is ${isFailure ? 'a' : 'no'} failure`, () => {
    const { warmth } = begun();
    warmth.onUnusedGone(age);
    assert.equal(warmth.atOnce, isFailure ? 0 : Number.POSITIVE_INFINITY);
  });
}
