// The turns of each origin. Those of an origin that was not asked for a while are forgotten.

import type { Clock } from '../util/clock.ts';
import { type RateLimit, Turns } from './rate-limit.ts';

/** Origins after which those at rest are looked for. */
const LEAST_SWEEP = 1_024;

export class RateLimiter {
  readonly limit: RateLimit;
  readonly #clock: Clock;
  readonly #origins = new Map<string, Turns>();
  /** Who waits for a turn, and for which. */
  readonly #waiting = new WeakMap<object, { readonly turns: Turns; readonly time: number }>();
  #sweepAt = LEAST_SWEEP;

  constructor(limit: RateLimit, clock: Clock) {
    this.limit = limit;
    this.#clock = clock;
  }

  /** Origins whose turns are remembered. */
  get size(): number {
    return this.#origins.size;
  }

  /**
   * Takes the next turn of an origin, and tells how long it is until then, in ms.
   *
   * @param holder Who has it, and may give it back.
   */
  turn(origin: string, holder?: object): number {
    const now = this.#clock.now();
    let turns = this.#origins.get(origin);
    if (turns === undefined) {
      if (this.#origins.size >= this.#sweepAt) this.#sweep(now);
      turns = new Turns(this.limit);
      this.#origins.set(origin, turns);
    }
    const wait = turns.take(now);
    if (wait > 0 && holder !== undefined) this.#waiting.set(holder, { turns, time: now + wait });
    return wait;
  }

  /** Gives back the turn that somebody has, if it has not come yet: who does not come must not hold up the others. */
  giveBack(holder: object): void {
    const waiting = this.#waiting.get(holder);
    if (waiting === undefined) return;
    this.#waiting.delete(holder);
    if (waiting.time > this.#clock.now()) waiting.turns.giveBack(waiting.time);
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
