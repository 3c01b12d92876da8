import type { Origin } from '../message/origin.ts';
import type { RetryBudget } from '../policy/retry-budget.ts';
import type { OriginPool } from '../pool/origin-pool.ts';
import { Rejection } from './outcome.ts';

/** Where the calls of an origin go. */
export interface Place {
  readonly origin: Origin;
  readonly pool: OriginPool;
  readonly budget: RetryBudget;
}

/** Finds the place of an origin: a manager leads anywhere, a pool of one host only to itself. */
export interface Router {
  /**
   * Null where it does not lead there.
   *
   * @param upgrades Whether the connection is to be handed over: no proxy forwards that, there has to be a tunnel.
   * @throws {RequestError} for what a function of the caller's chooses in between, or throws.
   */
  to(origin: Origin, upgrades: boolean): Place | null;
}

/** Asks a router; what a function of the caller's threw in there is a rejection. */
export function placeFor(router: Router, origin: Origin, upgrades: boolean): Place | Rejection | null {
  try {
    return router.to(origin, upgrades);
  } catch (error) {
    return new Rejection(error);
  }
}
