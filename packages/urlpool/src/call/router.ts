import type { Origin } from '../message/origin.ts';
import type { OriginPool } from '../pool/origin-pool.ts';

/** Finds the pool of an origin: a manager leads anywhere, a pool of one host only to itself. */
export interface Router {
  /** Null where it does not lead there. */
  to(origin: Origin): OriginPool | null;
}
