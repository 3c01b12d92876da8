// The ways through PollGate that poll-gate.test.ts leaves out: the thorough form, the loop that was blocked while one
// check phase was waited for, and who waits for what when several ask at different moments.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from 'urlpool-testing';
import { PollGate } from '../../src/connection/poll-gate.ts';

/** As poll-gate.ts has it. */
const RECENT_MS = 5;
const JUST_BELOW = 4.999;

/** A gate on a clock turned by hand, far from zero, and who was let through so far. */
function watchedGate() {
  const clock = new FakeClock({ now: 1000, checks: 'manual' });
  const gate = new PollGate(clock);
  const ran: string[] = [];
  return {
    clock,
    gate,
    /** Asks to be let through. */
    ask: (name: string, thorough = false) => gate.afterPoll(() => ran.push(name), clock.now(), thorough),
    /** A check phase passes that the gate sees. */
    see: () => {
      gate.mark();
      clock.runChecks();
    },
    /** Runs check phases one at a time, and says who was let through in each. */
    phases: (count: number): string[][] =>
      Array.from({ length: count }, () => {
        const before = ran.length;
        clock.runChecks();
        return ran.slice(before);
      }),
  };
}

// The thorough form

// ms since a check phase was seen
for (const ms of [0, JUST_BELOW, RECENT_MS, 1000]) {
  test(`afterPoll() that is thorough waits for two check phases, ${ms} ms after one was seen`, () => {
    const { clock, see, ask, phases } = watchedGate();
    see();
    clock.advance(ms);
    ask('a', true);
    assert.deepEqual(phases(3), [[], ['a'], []]);
  });
}

test('afterPoll() that is thorough waits for two check phases where none was seen', () => {
  const { ask, phases } = watchedGate();
  ask('a', true);
  assert.deepEqual(phases(3), [[], ['a'], []]);
});

// ms between the first phase and the second
for (const ms of [0, RECENT_MS, 1000]) {
  test(`afterPoll() that is thorough waits for no third phase, ${ms} ms after the first`, () => {
    const { clock, ask, phases } = watchedGate();
    ask('a', true);
    clock.runChecks();
    clock.advance(ms);
    assert.deepEqual(phases(2), [['a'], []]);
  });
}

test('afterPoll() shares a pair between one that is thorough and one that saw no phase lately', () => {
  const { clock, ask, phases } = watchedGate();
  ask('a', true);
  ask('b');
  ask('c', true);
  assert.equal(clock.pendingChecks, 1);
  assert.deepEqual(phases(3), [[], ['a', 'b', 'c'], []]);
});

test('afterPoll() lets one that is not thorough through before a thorough one that asked earlier', () => {
  const { see, ask, phases } = watchedGate();
  see();
  ask('thorough', true);
  ask('plain');
  assert.deepEqual(phases(3), [['plain'], ['thorough'], []]);
});

test('afterPoll() gives a thorough one that comes between the phases of a pair a pair of its own', () => {
  const { clock, ask, phases } = watchedGate();
  ask('a', true);
  clock.runChecks();
  ask('b', true);
  assert.deepEqual(phases(3), [['a'], ['b'], []]);
});

test('afterPoll() gives a thorough one that comes after the phases of a pair a pair of its own', () => {
  const { clock, ask, phases } = watchedGate();
  ask('a', true);
  clock.runChecks();
  clock.runChecks();
  ask('b', true);
  assert.deepEqual(phases(3), [[], ['b'], []]);
});

test('afterPoll() that is thorough may be asked again from a callback', () => {
  const { gate, clock, ask, phases } = watchedGate();
  gate.afterPoll(() => ask('b', true), clock.now(), true);
  assert.deepEqual(phases(5), [[], [], [], ['b'], []]);
});

// One check phase, and the loop was blocked while it was waited for

// ms between the asking and the phase, who is let through in the first three
const BLOCKS = [
  [0, [['a'], [], []]],
  [JUST_BELOW, [['a'], [], []]],
  [RECENT_MS, [[], ['a'], []]],
  [1000, [[], ['a'], []]],
] as const;

for (const [ms, expected] of BLOCKS) {
  test(`afterPoll() waits for ${expected[0].length === 1 ? 'one phase' : 'two phases'} after ${ms} ms of blocked loop`, () => {
    const { clock, see, ask, phases } = watchedGate();
    see();
    ask('a');
    clock.advance(ms);
    assert.deepEqual(phases(3), expected);
  });
}

test('afterPoll() counts the time that the loop was blocked from the asking, not from the phase seen before', () => {
  const { clock, see, ask, phases } = watchedGate();
  see();
  clock.advance(4);
  ask('a');
  clock.advance(4);
  assert.deepEqual(phases(2), [['a'], []]);
});

test('afterPoll() waits for two phases after a block, however long the second takes', () => {
  const { clock, see, ask, phases } = watchedGate();
  see();
  ask('a');
  clock.advance(1000);
  clock.runChecks();
  clock.advance(1000);
  assert.deepEqual(phases(2), [['a'], []]);
});

test('afterPoll() lets all that wait for one phase wait for two where the first of them saw the block', () => {
  const { clock, see, ask, phases } = watchedGate();
  see();
  ask('a');
  clock.advance(JUST_BELOW);
  ask('b');
  clock.advance(1);
  assert.deepEqual(phases(3), [[], ['a', 'b'], []]);
});

test('afterPoll() counts the time of a block anew for those that come after the phase', () => {
  const { clock, see, ask, phases } = watchedGate();
  see();
  ask('a');
  clock.advance(JUST_BELOW);
  clock.runChecks();
  ask('b');
  clock.advance(JUST_BELOW);
  assert.deepEqual(phases(2), [['b'], []]);
});

test('afterPoll() does not keep who asks between the two phases after a block beyond the second', () => {
  const { clock, see, ask, phases } = watchedGate();
  see();
  ask('a');
  clock.advance(1000);
  clock.runChecks();
  ask('b');
  assert.deepEqual(phases(2), [['a', 'b'], []]);
});

test('afterPoll() takes the phase that ended a block for one that was just seen', () => {
  const { clock, see, ask, phases } = watchedGate();
  see();
  ask('a');
  clock.advance(1000);
  clock.runChecks();
  clock.runChecks();
  clock.advance(JUST_BELOW);
  ask('b');
  assert.deepEqual(phases(2), [['b'], []]);
});

// Several that ask at different moments

test('afterPoll() lets one that comes between the phases of a pair through with the pair', () => {
  const { clock, ask, phases } = watchedGate();
  ask('a');
  clock.runChecks();
  ask('b');
  assert.deepEqual(phases(2), [['a', 'b'], []]);
});

test('afterPoll() takes no more than one callback from the loop for each kind of waiting', () => {
  const { clock, see, ask } = watchedGate();
  see();
  for (let i = 0; i < 10; i++) {
    ask('plain');
    ask('thorough', true);
  }
  assert.equal(clock.pendingChecks, 2);
});

test('afterPoll() leaves nothing with the loop once all were let through', () => {
  const { clock, see, ask, phases } = watchedGate();
  see();
  ask('plain');
  ask('thorough', true);
  clock.advance(1000);
  phases(2);
  assert.equal(clock.pendingChecks, 0);
});

test('afterPoll() lets those that a callback brings wait for the next phase, not for the same', () => {
  const { gate, clock, see, ask, phases } = watchedGate();
  see();
  gate.afterPoll(() => ask('b'), clock.now());
  assert.deepEqual(phases(3), [[], ['b'], []]);
});

// isRecent(), after a check phase of each kind

// which phase, what makes the gate see it
const PHASES: readonly (readonly [string, (gate: PollGate, clock: FakeClock) => void])[] = [
  ['the phase that mark() watches', () => {}],
  ['the first phase of a pair', (gate, clock) => gate.afterPoll(() => {}, clock.now(), true)],
  [
    'the second phase of a pair',
    (gate, clock) => {
      gate.afterPoll(() => {}, clock.now(), true);
      clock.runChecks();
    },
  ],
  [
    'the only phase that was waited for',
    (gate, clock) => {
      clock.runChecks();
      gate.afterPoll(() => {}, clock.now());
    },
  ],
];

for (const [name, prepare] of PHASES) {
  test(`isRecent() does not hold after ${name}`, () => {
    const { gate, clock } = watchedGate();
    gate.mark();
    prepare(gate, clock);
    const mark = gate.mark();
    clock.runChecks();
    assert.equal(gate.isRecent(mark, clock.now(), clock.now()), false);
  });

  test(`isRecent() holds for what became idle after ${name}`, () => {
    const { gate, clock } = watchedGate();
    gate.mark();
    prepare(gate, clock);
    clock.runChecks();
    assert.equal(gate.isRecent(gate.mark(), clock.now(), clock.now()), true);
  });
}

test('isRecent() holds for what became idle in a callback of afterPoll()', () => {
  const { gate, clock } = watchedGate();
  let mark = -1;
  gate.afterPoll(() => {
    mark = gate.mark();
  }, clock.now());
  clock.runChecks();
  clock.runChecks();
  assert.equal(gate.isRecent(mark, clock.now(), clock.now()), true);
});

test('isRecent() does not hold in the phase after the one in whose callback a connection became idle', () => {
  const { gate, clock } = watchedGate();
  let mark = -1;
  gate.afterPoll(() => {
    mark = gate.mark();
  }, clock.now());
  for (let phase = 0; phase < 3; phase++) clock.runChecks();
  assert.equal(gate.isRecent(mark, clock.now(), clock.now()), false);
});

test('isSameTurn() holds until a check phase has passed, however long that takes', () => {
  const { clock, gate } = watchedGate();
  const mark = gate.mark();
  clock.advance(1000);
  assert.equal(gate.isSameTurn(mark), true);
  clock.runChecks();
  assert.equal(gate.isSameTurn(mark), false);
});
