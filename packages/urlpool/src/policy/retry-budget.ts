// A bound on how many of an origin's requests are retries: where everything fails, retrying makes it worse. As Finagle's
// RetryBudget has it: in any stretch of time a part of the requests may be retries, and a few in any case. It asks
// nothing of a request but to be counted.

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

const DEFAULTS: RetryBudgetLimits = Object.freeze({ ratio: 0.2, minPerSecond: 10, window: 10_000 });
const NAMES = ['ratio', 'minPerSecond', 'window'] as const;

/**
 * The limits that a `retryBudget` option stands for: true is the default, false is none.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function budgetLimits(option: RetryBudgetOptions | boolean): RetryBudgetLimits | null {
  if (option === false) return null;
  if (option === true) return DEFAULTS;
  checkNames('retryBudget', option, NAMES);
  const limits = { ...DEFAULTS };
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

/** The requests and retries of one origin. */
export class RetryBudget {
  /** Requests so far: whoever starts one adds to it. */
  requests = 0;
  /** When a retry was last asked for, and how many requests there were then. */
  #asked: { readonly at: number; readonly requests: number };
  /** The requests of the stretch that ended then. */
  #before = 0;
  #retries: number[] = [];

  constructor(now: number) {
    this.#asked = { at: now, requests: 0 };
  }

  /** Whether one more retry is within the limits; if so, it counts. */
  spend(now: number, { ratio, minPerSecond, window }: RetryBudgetLimits): boolean {
    const recent = this.#recentRequests(now, window);
    while (this.#retries[0] !== undefined && this.#retries[0] <= now - window) this.#retries.shift();
    if (this.#retries.length >= (minPerSecond * window) / 1000 + ratio * recent) return false;
    this.#retries.push(now);
    return true;
  }

  /** Requests within the window: those since it was last asked, and what is left of those before at an even pace. */
  #recentRequests(now: number, window: number): number {
    const since = this.requests - this.#asked.requests;
    const passed = now - this.#asked.at;
    const recent = passed >= window ? (since * window) / passed : since + this.#before * (1 - passed / window);
    this.#asked = { at: now, requests: this.requests };
    this.#before = recent;
    return recent;
  }
}
