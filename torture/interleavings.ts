// Interleavings of calls, servers and the clock, one for each seed, without sockets: the model is that of the pool's own
// test, which runs a few hundred of them.

import { interleaving } from '../packages/urlpool/test/pool/model/interleaving.ts';

export interface Seeds {
  /** The first. */
  readonly seed: number;
  readonly runs: number;
}

export interface InterleavingsResult {
  readonly runs: number;
  /** One for each seed that failed: what was wrong, and the shortest way to it that was found. */
  readonly failures: readonly string[];
}

/** To find the shortest way to a failure takes a while: after this many no other is looked for. */
const ENOUGH = 3;

const PROGRESS_EVERY = 10_000;

/**
 * Runs seeds, one after the other.
 *
 * @param onProgress Called now and then.
 * @param run Runs one; null if all was right.
 */
export async function interleavings(
  { seed, runs }: Seeds,
  onProgress: (line: string) => void = () => {},
  run: (seed: number) => Promise<string | null> = interleaving,
): Promise<InterleavingsResult> {
  const failures: string[] = [];
  let current = seed;
  const onStray = (error: unknown): void => {
    failures.push(`seed ${current}: unhandled: ${error instanceof Error ? error.stack : String(error)}`);
  };
  process.on('unhandledRejection', onStray);
  process.on('uncaughtException', onStray);
  for (; current < seed + runs && failures.length < ENOUGH; current++) {
    const failure = await run(current);
    if (failure !== null) failures.push(failure);
    const done = current - seed + 1;
    if (done % PROGRESS_EVERY === 0) onProgress(`${done} seeds, ${failures.length} failures`);
  }
  process.off('unhandledRejection', onStray);
  process.off('uncaughtException', onStray);
  return { runs: current - seed, failures };
}
