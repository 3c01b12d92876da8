import type { Hop, HopHooks } from '../call/hop-hooks.ts';
import { originPart } from '../message/origin.ts';
import type { RateLimiter } from '../policy/rate-limiter.ts';

/** Lets every attempt of a call wait for its turn, redirects and retries included. Any number of calls may share it. */
export class RateHops implements HopHooks {
  readonly needsContext = false;
  readonly #rate: RateLimiter;

  constructor(rate: RateLimiter) {
    this.#rate = rate;
  }

  delay(hop: Hop): number {
    return this.#rate.turn(originPart(hop.url), hop);
  }

  giveUp(hop: Hop): void {
    this.#rate.giveBack(hop);
  }

  prepare(): null {
    return null;
  }

  observe(): false {
    return false;
  }
}
