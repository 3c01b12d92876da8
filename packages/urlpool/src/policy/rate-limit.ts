// How often something may happen: never more than so many times in any stretch of so many milliseconds, at once or spread.

import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkWhole } from '../errors/option-values.ts';

/** A rate as an option. */
export interface RateLimitOptions {
  /** Requests to each origin, redirects and retries included, in any `per` ms. */
  readonly requests: number;
  /** In ms. @default 1_000 */
  readonly per?: number | undefined;
}

/** A rate. */
export type RateLimit = Readonly<Required<{ requests: number; per: number }>>;

/**
 * The rate that an option stands for; null for none.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function rateLimitFrom(option: RateLimitOptions | null | undefined): RateLimit | null {
  if (option === undefined || option === null) return null;
  checkNames('rateLimit', option, ['requests', 'per']);
  const { requests, per = 1_000 } = option;
  if (requests === undefined) throw invalidOption('rateLimit', option, 'say how many requests, e.g. { requests: 10 }');
  checkWhole('rateLimit.requests', requests, 1);
  if (!Number.isFinite(per) || per <= 0) {
    throw invalidOption('rateLimit.per', per, 'give a number of milliseconds above 0');
  }
  return { requests, per };
}

/** The turns that were taken of one rate: the last `requests` of them, in a ring. */
export class Turns {
  readonly #limit: RateLimit;
  readonly #times: number[] = [];
  #oldest = 0;

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** When the next turn is, in ms. @param now In ms. */
  due(now: number): number {
    const { requests, per } = this.#limit;
    if (this.#times.length < requests) return now;
    return Math.max(now, (this.#times[this.#oldest] ?? now) + per);
  }

  /**
   * Takes the next turn, and tells how long it is until then, in ms.
   *
   * @param now In ms.
   */
  take(now: number): number {
    const { requests } = this.#limit;
    const due = this.due(now);
    if (this.#times.length < requests) this.#times.push(due);
    else {
      this.#times[this.#oldest] = due;
      this.#oldest = (this.#oldest + 1) % requests;
    }
    return due - now;
  }

  /** Whether all turns were taken so long ago that they do not count any more. */
  isRested(now: number): boolean {
    const { requests, per } = this.#limit;
    const newest = this.#times.length < requests ? this.#times.length - 1 : (this.#oldest + requests - 1) % requests;
    return (this.#times[newest] ?? Number.NEGATIVE_INFINITY) + per <= now;
  }
}
