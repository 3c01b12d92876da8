import type { Origin } from '../message/origin.ts';
import type { RetryBudget } from '../policy/retry-budget.ts';
import type { OriginPool } from '../pool/origin-pool.ts';

/** Where the calls of an origin go. */
export interface Place {
  readonly origin: Origin;
  readonly pool: OriginPool;
  readonly budget: RetryBudget;
}

/** Finds the place of an origin: a manager leads anywhere, a pool of one host only to itself. */
export interface Router {
  /** Null where it does not lead there. */
  to(origin: Origin): Place | null;
}
