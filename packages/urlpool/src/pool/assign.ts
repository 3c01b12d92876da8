// What a waiting attempt gets: a pure function of a few counts, so that its cost does not grow with the pool and every
// rule is a row of a table. The pool performs the answer; this file does no I/O.

/** What the pool does next for the waiter at the head of its queue. */
export type Step = 'use' | 'dial' | 'replace' | 'wait';

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
}

export interface PoolLimits {
  /** Connections at once, dials under way included. */
  readonly maxSize: number;
}

/** Decides for one waiter. Dials never outnumber waiters: a dial belongs to the pool, not to a request. */
export function assign(counts: Counts, limits: PoolLimits): Step {
  if (counts.ready > 0) return 'use';
  if (counts.dialling >= counts.waiting) return 'wait';
  if (counts.open + counts.dialling < limits.maxSize) return 'dial';
  return counts.barred > 0 ? 'replace' : 'wait';
}
