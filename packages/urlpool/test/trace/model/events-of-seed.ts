import fc from 'fast-check';
import type { TraceEvent } from 'urlpool';
import { faultsOf } from './audit.ts';
import { run, SCENARIO } from './scenario.ts';

/**
 * Runs a seed. Null if all was right; else what was wrong, with the shortest way to it that was found.
 *
 * @param onTold Gets what was told.
 */
export async function eventsOfSeed(
  seed: number,
  onTold: (events: readonly TraceEvent[]) => void = () => {},
): Promise<string | null> {
  const property = fc.asyncProperty(SCENARIO, async (scenario) => {
    const { events, faults } = await run(scenario);
    onTold(events);
    const all = [...faults, ...faultsOf(events, { isGapless: !scenario.isSession })];
    if (all.length > 0) throw new Error(all.join('\n'));
  });
  const details = await fc.check(property, {
    seed,
    numRuns: 1,
    interruptAfterTimeLimit: 60_000,
    includeErrorInReport: true,
  });
  return details.failed ? `seed ${seed}: ${fc.defaultReportMessage(details)}` : null;
}
