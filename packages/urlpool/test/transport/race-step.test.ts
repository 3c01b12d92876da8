import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RaceState, raceStep } from '../../src/transport/race-step.ts';

const NEVER = { do: 'wait', until: Number.POSITIVE_INFINITY };
const START = { do: 'start' };
const NONE: RaceState = { untried: 0, expecting: false, running: 0, startedAt: null, failed: false };

for (const [name, state, now, expected] of [
  ['begins with the first', { untried: 2, running: 0, startedAt: null }, 0, START],
  ['waits 250 ms for the first', { untried: 1, running: 1, startedAt: 100 }, 349, { do: 'wait', until: 350 }],
  ['starts the second after 250 ms', { untried: 1, running: 1, startedAt: 100 }, 350, START],
  ['starts the next at once where one failed', { untried: 1, running: 1, startedAt: 100, failed: true }, 101, START],
  [
    'starts the next at once where none is under way',
    { untried: 1, running: 0, startedAt: 100, failed: true },
    101,
    START,
  ],
  ['waits for the last ones', { untried: 0, running: 2, startedAt: 100 }, 9_999, NEVER],
  ['has no more than six at once', { untried: 5, running: 6, startedAt: 100 }, 9_999, NEVER],
  ['starts another when one of six failed', { untried: 5, running: 5, startedAt: 100, failed: true }, 101, START],
  ['waits for further addresses where all have failed', { expecting: true, startedAt: 100, failed: true }, 101, NEVER],
  ['starts a further address at once where all have failed', { untried: 1, startedAt: 100, failed: true }, 101, START],
  ['fails when all have', { untried: 0, running: 0, startedAt: 100, failed: true }, 101, { do: 'fail' }],
] as readonly [string, Partial<RaceState>, number, unknown][]) {
  test(`raceStep() ${name}`, () => {
    assert.deepEqual(raceStep({ ...NONE, ...state }, now), expected);
  });
}
