// A wait between two requests of one undertaking: work to come, so that the process stays alive for it, and ended at once
// by what would end the request.

import { closedError } from '../call/call-error.ts';
import type { CallGroup } from '../call/call-group.ts';
import { addAbortable, removeAbortable } from '../util/abort-registry.ts';
import type { Clock } from '../util/clock.ts';

/** Whose wait it is. */
export interface PauseSurroundings {
  readonly calls: CallGroup;
  readonly clock: Clock;
}

/**
 * Resolves after `ms`.
 *
 * @param next The request that is to follow.
 * @throws {PoolError} `ERR_POOL_CLOSED` once the manager is being closed; the reason of the signal where that aborts.
 */
export function pause(
  ms: number,
  { calls, clock }: PauseSurroundings,
  next: { readonly method: string; readonly url: string; readonly signal: AbortSignal | null },
): Promise<void> {
  const { signal } = next;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    if (calls.closing) return reject(closedError(next));
    const end = (settle: () => void): void => {
      timer.cancel();
      calls.wake(sleeper);
      if (signal !== null) removeAbortable(signal, sleeper);
      settle();
    };
    const sleeper = {
      onClosed: () => end(() => reject(closedError(next))),
      onAbort: () => end(() => reject(signal?.reason)),
    };
    const timer = clock.setTimer(ms, () => end(resolve), true);
    calls.sleep(sleeper);
    if (signal !== null) addAbortable(signal, sleeper);
  });
}
