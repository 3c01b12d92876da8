// Ends the waiting of those that wait for places which forgotten responses hold: after a minute in which nobody has taken
// anything of any of these. One with a limit of its own (`Timeout.pool`) has nothing to do with that.

import type { Connection } from '../connection/connection.ts';
import { Alarm, type Alarms } from '../util/alarms.ts';
import { STALLED_MS, stalledSince } from './stalled.ts';
import type { Waiter } from './waiter.ts';

/** How often it looks while nothing is due, in ms. */
const EVERY_MS = STALLED_MS / 60;

/** A pool that may be stalled. */
export interface StallingPool {
  /** Those that wait, in their order. */
  readonly waiting: readonly Waiter[];
  /** The connections that hold every place; none where one is free, or on its way. */
  readonly holding: readonly Connection[];
  /** Turns one away: it has waited in vain. */
  refuseStalled(waiter: Waiter, now: number): void;
  /** It may have come to rest. */
  settle(): void;
}

export class StallWatch {
  readonly #pool: StallingPool;
  readonly #alarms: Alarms;
  readonly #alarm: Alarm;

  constructor(pool: StallingPool, alarms: Alarms) {
    this.#pool = pool;
    this.#alarms = alarms;
    this.#alarm = new Alarm(alarms, () => this.#look());
  }

  /** Somebody waits since then. */
  begin(since: number): void {
    if (this.#alarm.deadline === Number.POSITIVE_INFINITY) this.#alarm.set(since + STALLED_MS);
  }

  /** Nobody waits now. */
  rest(): void {
    this.#alarm.clear();
  }

  /** Nobody waits, and it may stay so. */
  disarm(): void {
    this.#alarm.remove();
  }

  #look(): void {
    const pool = this.#pool;
    const now = this.#alarms.clock.now();
    const since = stalledSince(pool.holding);
    let next = now + EVERY_MS;
    for (const waiter of since === null ? [] : pool.waiting) {
      if (waiter.hasPoolTimeout) continue;
      const due = Math.max(waiter.queuedAt, since ?? now) + STALLED_MS;
      if (due > now) {
        next = due;
        break;
      }
      pool.refuseStalled(waiter, now);
    }
    if (pool.waiting.length > 0) this.#alarm.set(next);
    pool.settle();
  }
}
