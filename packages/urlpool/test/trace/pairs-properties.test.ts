// Whatever calls, servers, clocks and listeners do: what starts ends once, in its order, and the times add up.
// `npm run torture -- --only=events` tries more seeds; the model is in model/.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsOfSeed } from './model/events-of-seed.ts';

const SEEDS = 300;

test(`all that is told has its start, its end and its time, whatever happens (${SEEDS} seeds)`, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const fault = await eventsOfSeed(seed);
    if (fault !== null) assert.fail(fault);
  }
});
