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

/** The turns that were taken of one rate, and may still count: at most `requests` that have come, and those to come. */
export class Turns {
  readonly #limit: RateLimit;
  /** Ascending; those before `#first` do not count any more. */
  #times: number[] = [];
  #first = 0;

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** When the next turn is, in ms. @param now In ms. */
  due(now: number): number {
    const { requests, per } = this.#limit;
    const at = this.#times.length - requests;
    return at < this.#first ? now : Math.max(now, (this.#times[at] ?? now) + per);
  }

  /**
   * Takes the next turn, and tells how long it is until then, in ms.
   *
   * @param now In ms.
   */
  take(now: number): number {
    const due = this.due(now);
    this.#forget(now);
    this.#times.push(due);
    return due - now;
  }

  /** Gives a turn back that has not come yet: those after it stay where they are, and the next one is sooner. */
  giveBack(time: number): void {
    const at = this.#times.lastIndexOf(time);
    if (at >= this.#first) this.#times.splice(at, 1);
  }

  /** Whether all turns were taken so long ago that they do not count any more. */
  isRested(now: number): boolean {
    return (this.#times.at(-1) ?? Number.NEGATIVE_INFINITY) + this.#limit.per <= now;
  }

  /** Each is moved once for every time that as many have been forgotten. */
  #forget(now: number): void {
    const { per } = this.#limit;
    while (this.#first < this.#times.length && (this.#times[this.#first] ?? now) + per <= now) this.#first++;
    if (this.#first < 16 || 2 * this.#first < this.#times.length) return;
    this.#times = this.#times.slice(this.#first);
    this.#first = 0;
  }
}
