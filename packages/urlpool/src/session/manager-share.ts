// What sessions over one manager have in common, since extend() made one of the other: the turns of a rate limit, and how
// many requests are in their layers, where the manager does not see them.

import { CallGroup } from '../call/call-group.ts';
import { insideOf, type PoolManager } from '../manager/pool-manager.ts';
import { type RateLimitOptions, rateLimitFrom } from '../policy/rate-limit.ts';
import { RateLimiter } from '../policy/rate-limiter.ts';
import type { Alarms } from '../util/alarms.ts';

export class ManagerShare {
  /** Requests that are in the layers of a session. */
  readonly layered: CallGroup;
  readonly #alarms: Alarms;
  readonly #rates = new WeakMap<RateLimitOptions, RateLimiter>();

  constructor(alarms: Alarms) {
    this.#alarms = alarms;
    this.layered = new CallGroup(alarms);
  }

  /**
   * Who gives turns; null for nobody. The same option, which extend() hands on, is the same one.
   *
   * @throws {RequestError} `ERR_INVALID_OPTION`
   */
  rateOf(option: RateLimitOptions | null | undefined): RateLimiter | null {
    const limit = rateLimitFrom(option);
    if (limit === null || option === null || option === undefined) return null;
    const known = this.#rates.get(option);
    if (known !== undefined) return known;
    const rate = new RateLimiter(limit, this.#alarms.clock);
    this.#rates.set(option, rate);
    return rate;
  }
}

const shares = new WeakMap<PoolManager, ManagerShare>();

export function shareOf(manager: PoolManager): ManagerShare {
  const known = shares.get(manager);
  if (known !== undefined) return known;
  const share = new ManagerShare(insideOf(manager).settings.alarms);
  shares.set(manager, share);
  return share;
}
