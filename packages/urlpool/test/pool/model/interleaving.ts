// Runs of one seed each: what happens, in which order and within which limits, all follows from the seed.

import fc from 'fast-check';
import { LIMITS, STEP } from './action.ts';
import { end } from './ending.ts';
import type { Ledger } from './ledger.ts';
import { Step } from './step.ts';
import { World } from './world.ts';

/** Steps of a run at most. */
const STEPS = 50;

const STEPS_OF_A_RUN = fc.noBias(
  fc.commands<Ledger, World, true>([STEP.map((step) => new Step(step))], { maxCommands: STEPS, size: 'max' }),
);

/** Runs a seed. Null if all was right; else what was wrong, with the shortest way to it that was found. */
export async function interleaving(seed: number): Promise<string | null> {
  const property = fc.asyncProperty(fc.noBias(LIMITS), STEPS_OF_A_RUN, async (limits, steps) => {
    const world = new World(limits);
    await fc.asyncModelRun(() => ({ model: world.ledger, real: world }), steps);
    await end(world);
  });
  const details = await fc.check(property, {
    seed,
    numRuns: 1,
    interruptAfterTimeLimit: 60_000,
    includeErrorInReport: true,
  });
  return details.failed ? `seed ${seed}: ${fc.defaultReportMessage(details)}` : null;
}
