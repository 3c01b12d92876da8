// What a waiting attempt gets: a pure function of a few counts and the limits, so that its cost does not grow with the
// pool and every rule is a row of a table. The pool performs the answer; this file does no I/O.

/**
 * What the pool does next: use an idle connection, open one more, open one beyond `maxSize` (`overflow`), close the oldest
 * idle one and open another in its place (`replace`), wait, or turn the newest waiter away (`refuse`).
 */
export type Step = 'use' | 'dial' | 'overflow' | 'replace' | 'wait' | 'refuse';

/** The connections and waiters of one pool, counted. */
export interface Counts {
  /** Idle connections that the waiter may take. */
  readonly ready: number;
  /** Idle connections that it may not take, a replay being barred from those kept since before its failure. */
  readonly barred: number;
  /** Dials under way. */
  readonly dialling: number;
  /** Connections open, busy and idle. */
  readonly open: number;
  /** Attempts that wait, this one included. */
  readonly waiting: number;
  /** Exchanges at once that a dial will bring: 1, until the origin has shown more. */
  readonly perDial: number;
}

export interface AssignLimits {
  /** Connections at once, dials under way included. */
  readonly maxSize: number;
  /** Whether to wait where `maxSize` is reached, rather than to open more. */
  readonly block: boolean;
  /** Attempts that may wait without a dial of their own. */
  readonly maxQueued: number;
  /** Connections that the manager has room for, in all its pools together. */
  readonly room: number;
}

/** Decides for the waiters as a whole. Dials never outnumber waiters: a dial belongs to the pool, not to a request. */
export function assign(counts: Counts, limits: AssignLimits): Step {
  if (counts.ready > 0) return 'use';
  const unserved = counts.waiting - counts.dialling * counts.perDial;
  if (unserved <= 0) return 'wait';
  const isFull = counts.open + counts.dialling >= limits.maxSize;
  if (limits.room > 0 && !isFull) return 'dial';
  if (limits.room > 0 && !limits.block) return 'overflow';
  if (counts.barred > 0) return 'replace';
  return unserved > limits.maxQueued ? 'refuse' : 'wait';
}
