// A bound on how many of an origin's requests are retries: where everything fails, retrying makes it worse. As Finagle's
// RetryBudget has it: in any stretch of time a part of the requests may be retries, and a few in any case.

import { checkNames, invalidOption } from '../errors/invalid-option.ts';

/** How many retries are allowed. */
export interface RetryBudgetOptions {
  /** The part of the requests that retries may add. @default 0.2 */
  readonly ratio?: number | undefined;
  /** Retries per second that are allowed in any case. @default 10 */
  readonly minPerSecond?: number | undefined;
  /** The stretch of time that is looked at, in ms. @default 10_000 */
  readonly window?: number | undefined;
}

export interface RetryBudgetLimits {
  readonly ratio: number;
  readonly minPerSecond: number;
  readonly window: number;
}

export const DEFAULT_BUDGET: RetryBudgetLimits = Object.freeze({ ratio: 0.2, minPerSecond: 10, window: 10_000 });
const NAMES = ['ratio', 'minPerSecond', 'window'] as const;

/**
 * The limits that a `retryBudget` option stands for: true is the default, false is none.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function budgetLimits(option: RetryBudgetOptions | boolean): RetryBudgetLimits | null {
  if (option === false) return null;
  if (option === true) return DEFAULT_BUDGET;
  checkNames('retryBudget', option, NAMES);
  const limits = { ...DEFAULT_BUDGET };
  for (const name of NAMES) {
    const value = option[name];
    if (value === undefined) continue;
    const least = name === 'window' ? 1 : 0;
    if (!(Number.isFinite(value) && value >= least)) {
      throw invalidOption(`retryBudget.${name}`, value, `give a number, ${least} or more`);
    }
    limits[name] = value;
  }
  return limits;
}

/** The window is looked at in this many parts. */
const SLOTS = 10;

/** The requests and retries of one origin. */
export class RetryBudget {
  readonly #limits: RetryBudgetLimits;
  readonly #requests: number[] = Array(SLOTS).fill(0);
  readonly #retries: number[] = Array(SLOTS).fill(0);
  #slot = 0;
  #slotEnds: number;

  constructor(limits: RetryBudgetLimits, now: number) {
    this.#limits = limits;
    this.#slotEnds = now + limits.window / SLOTS;
  }

  /** A request begins. */
  count(now: number): void {
    if (now >= this.#slotEnds) this.#moveOn(now);
    this.#requests[this.#slot] = (this.#requests[this.#slot] ?? 0) + 1;
  }

  /** Whether one more retry is within the limits; if so, it counts. */
  spend(now: number): boolean {
    if (now >= this.#slotEnds) this.#moveOn(now);
    const { ratio, minPerSecond, window } = this.#limits;
    if (sum(this.#retries) >= (minPerSecond * window) / 1000 + ratio * sum(this.#requests)) return false;
    this.#retries[this.#slot] = (this.#retries[this.#slot] ?? 0) + 1;
    return true;
  }

  #moveOn(now: number): void {
    const length = this.#limits.window / SLOTS;
    const passed = 1 + Math.floor((now - this.#slotEnds) / length);
    this.#slotEnds += passed * length;
    for (let left = Math.min(passed, SLOTS); left > 0; left--) {
      this.#slot = (this.#slot + 1) % SLOTS;
      this.#requests[this.#slot] = 0;
      this.#retries[this.#slot] = 0;
    }
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
