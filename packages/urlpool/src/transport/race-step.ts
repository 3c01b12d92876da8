// When the next address is tried while others are under way (RFC 8305 §5): a pure function of the attempts and the time.

/** Between two attempts, in ms (RFC 8305 §5 and §8: recommended). */
export const ATTEMPT_DELAY_MS = 250;

/** Attempts at once. */
export const MAX_ATTEMPTS = 6;

/** The attempts of one race. */
export interface RaceState {
  readonly untried: number;
  /** Whether addresses may come that are not known yet. */
  readonly expecting: boolean;
  readonly running: number;
  /** When the last one began; null before the first. */
  readonly startedAt: number | null;
  /** Whether one has failed since. */
  readonly failed: boolean;
}

export type RaceStep =
  | { readonly do: 'start' }
  /** Nothing before `until`; Infinity where only the attempts under way can decide, or further addresses. */
  | { readonly do: 'wait'; readonly until: number }
  /** All have failed. */
  | { readonly do: 'fail' };

const WAIT: RaceStep = { do: 'wait', until: Number.POSITIVE_INFINITY };

/** Decides what to do now. */
export function raceStep({ untried, expecting, running, startedAt, failed }: RaceState, now: number): RaceStep {
  if (untried === 0) return running === 0 && !expecting ? { do: 'fail' } : WAIT;
  if (running >= MAX_ATTEMPTS) return WAIT;
  if (running === 0 || startedAt === null || failed) return { do: 'start' };
  const until = startedAt + ATTEMPT_DELAY_MS;
  return now >= until ? { do: 'start' } : { do: 'wait', until };
}
