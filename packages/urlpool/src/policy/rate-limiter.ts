// The turns of each origin. Those of an origin that was not asked for a while are forgotten.

import type { Clock } from '../util/clock.ts';
import { type RateLimit, Turns } from './rate-limit.ts';

/** Origins after which those at rest are looked for. */
const LEAST_SWEEP = 1_024;

export class RateLimiter {
  readonly limit: RateLimit;
  readonly #clock: Clock;
  readonly #origins = new Map<string, Turns>();
  #sweepAt = LEAST_SWEEP;

  constructor(limit: RateLimit, clock: Clock) {
    this.limit = limit;
    this.#clock = clock;
  }

  /** Origins whose turns are remembered. */
  get size(): number {
    return this.#origins.size;
  }

  /** Takes the next turn of an origin, and tells how long it is until then, in ms. */
  turn(origin: string): number {
    const now = this.#clock.now();
    let turns = this.#origins.get(origin);
    if (turns === undefined) {
      if (this.#origins.size >= this.#sweepAt) this.#sweep(now);
      turns = new Turns(this.limit);
      this.#origins.set(origin, turns);
    }
    return turns.take(now);
  }

  /** How long it is until the next turn of an origin, in ms. Nobody has it yet. */
  wait(origin: string): number {
    const now = this.#clock.now();
    return (this.#origins.get(origin)?.due(now) ?? now) - now;
  }

  #sweep(now: number): void {
    for (const [origin, turns] of this.#origins) if (turns.isRested(now)) this.#origins.delete(origin);
    this.#sweepAt = Math.max(LEAST_SWEEP, 2 * this.#origins.size);
  }
}
