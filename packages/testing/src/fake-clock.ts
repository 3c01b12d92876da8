// A clock that a test turns by hand. Timers run inside `advance()`, synchronously, in order of their time, and each
// sees `now()` at exactly its own time. What a timer starts asynchronously (the continuation of a promise, say) runs
// after `advance()` has returned: to step through a chain of waits, advance to each in turn (`nextAt`).
//
// The event loop's check phase stays real by default, since the order of real I/O depends on it; a test without I/O
// runs it by hand too.

import type { Clock, Timer } from 'urlpool';
import { MAX_TIMERS_PER_ADVANCE } from './limits.ts';

/** How a fake clock starts. */
export interface FakeClockOptions {
  /**
   * First reading of `now()`, in milliseconds.
   * @default 0
   */
  readonly now?: number;
  /**
   * First reading of `wallNow()`, in milliseconds since the Unix epoch.
   * @default Date.UTC(2030, 0, 1)
   */
  readonly wall?: number;
  /**
   * Who runs the callbacks of `atNextCheck()`: the event loop, or `runChecks()`.
   * @default 'real'
   */
  readonly checks?: 'real' | 'manual';
}

interface Entry {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * A `Clock` of urlpool that stands still until it is advanced.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { FakeClock } from 'urlpool-testing';
 *
 * const clock = new FakeClock();
 * const rung = [];
 * clock.setTimer(20, () => rung.push(['b', clock.now()]));
 * clock.setTimer(10, () => rung.push(['a', clock.now()]));
 * clock.advance(15);
 * assert.deepEqual(rung, [['a', 10]]);
 * assert.deepEqual([clock.now(), clock.nextAt, clock.pending], [15, 20, 1]);
 * ```
 */
export class FakeClock implements Clock {
  #now: number;
  #wall: number;
  /** In order of their time; among equals, in order of setting. */
  #timers: Entry[] = [];
  #advancing: boolean = false;
  /** Queued for `runChecks()`; null when the event loop runs them. */
  #checks: (() => void)[] | null;

  constructor(options: FakeClockOptions = {}) {
    const { now = 0, wall = Date.UTC(2030, 0, 1), checks = 'real' } = options;
    this.#now = now;
    this.#wall = wall;
    this.#checks = checks === 'manual' ? [] : null;
  }

  /** Timers that have neither run nor been cancelled. */
  get pending(): number {
    return this.#timers.length;
  }

  /** When the next timer rings, on the scale of `now()`; null when there is none. */
  get nextAt(): number | null {
    return this.#timers[0]?.at ?? null;
  }

  /** Callbacks waiting for `runChecks()`; always 0 when checks are real. */
  get pendingChecks(): number {
    return this.#checks?.length ?? 0;
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#wall;
  }

  /**
   * Sets a timer. One of 0 ms, or less, rings at the next advance, be it `advance(0)`.
   *
   * @throws {RangeError} when `ms` is not a number.
   */
  setTimer(ms: number, callback: () => void): Timer {
    if (Number.isNaN(ms)) throw new RangeError('Cannot set a timer: ms is NaN');
    const entry: Entry = { at: this.#now + Math.max(0, ms), callback };
    this.#timers.splice(this.#placeOf(entry), 0, entry);
    return {
      cancel: () => {
        const place = this.#timers.indexOf(entry);
        if (place >= 0) this.#timers.splice(place, 1);
      },
    };
  }

  atNextCheck(callback: () => void, keepAlive: boolean): void {
    if (this.#checks !== null) {
      this.#checks.push(callback);
      return;
    }
    const immediate = setImmediate(callback);
    if (!keepAlive) immediate.unref();
  }

  /**
   * Moves both clocks on by `ms`, running what falls due on the way, also what timers set meanwhile.
   *
   * @throws {RangeError} when `ms` is negative or not finite; {Error} from within a timer, and when timers set each
   * other without end. What a timer throws comes through, with the clock at that timer's time and the rest still set.
   */
  advance(ms: number): void {
    this.advanceTo(this.#now + ms);
  }

  /** Moves both clocks on until `now()` is `time`: `advance()` by the difference, with its errors. */
  advanceTo(time: number): void {
    if (!(time >= this.#now && time < Infinity)) {
      throw new RangeError(`Cannot advance the clock from ${this.#now} to ${time}`);
    }
    if (this.#advancing) throw new Error('Cannot advance the clock from within a timer');
    this.#advancing = true;
    try {
      this.#runUntil(time);
    } finally {
      this.#advancing = false;
    }
  }

  /**
   * Moves the time of day on by `ms` and nothing else, as when the machine was suspended: monotonic clocks stood still.
   * A negative `ms` sets the time of day back.
   */
  suspend(ms: number): void {
    this.#wall += ms;
  }

  /**
   * Runs the callbacks of `atNextCheck()` queued so far and returns their number. Those queued meanwhile wait for the
   * next call; when one throws, so do those after it.
   *
   * @throws {Error} when the clock was made without `checks: 'manual'`.
   */
  runChecks(): number {
    const checks = this.#checks;
    if (checks === null) throw new Error("Cannot run checks by hand: make the clock with checks: 'manual'");
    const count = checks.length;
    for (let ran = 0; ran < count; ran += 1) checks.shift()?.();
    return count;
  }

  #runUntil(time: number): void {
    for (let ran = 0; ; ran += 1) {
      const next = this.#timers[0];
      if (next === undefined || next.at > time) break;
      if (ran === MAX_TIMERS_PER_ADVANCE) throw new Error(`Gave up at ${this.#now} after ${ran} timers in one advance`);
      this.#timers.shift();
      this.#moveTo(next.at);
      next.callback();
    }
    this.#moveTo(time);
  }

  #moveTo(time: number): void {
    this.#wall += time - this.#now;
    this.#now = time;
  }

  #placeOf(entry: Entry): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#timers[middle];
      if (other !== undefined && other.at <= entry.at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
