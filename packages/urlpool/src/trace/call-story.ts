// What a call has gone through, for its timings and its attempts. One is made for every call, so it holds little: the
// attempts before the last one only where there are any.

import type { AfterAttempt, Attempt } from '../errors/attempt.ts';
import type { ErrorConnection, HTTPError } from '../errors/http-error.ts';
import type { Timings } from '../errors/timings.ts';
import type { AttemptTimes } from './attempt-times.ts';
import { refusedTimings, timingsOf } from './timings-of.ts';

/** Attempts to remember: the first ones of many are forgotten. */
const MOST_ATTEMPTS = 100;

/** An attempt that is over. */
export interface EndedAttempt {
  readonly method: string;
  readonly url: string;
  readonly attempt: number;
  readonly connection: ErrorConnection | null;
  readonly status: number | null;
  readonly error: HTTPError | null;
}

export class CallStory {
  readonly startedAt: number;
  /** -1 while the next attempt has not begun. */
  #enteredAt: number;
  #times: AttemptTimes | null = null;
  /** Of the connection that could not be opened for the last attempt. */
  #opening: Timings | null = null;
  #resends = 0;
  #earlier: Attempt[] | null = null;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
    this.#enteredAt = startedAt;
  }

  /** The last attempt has its exchange. */
  begin(times: AttemptTimes): void {
    this.#times = times;
  }

  /** There is no connection for the last attempt; `opening` is of the one that could not be opened for it. */
  refuse(opening: Timings | null): void {
    this.#opening = opening;
  }

  /** One attempt is over, and another follows. */
  goOn(over: EndedAttempt, next: AfterAttempt, delay: number, now: number): void {
    this.#resends++;
    this.#earlier ??= [];
    this.#earlier.push(this.#attempt(over, next, delay, now));
    if (this.#earlier.length > MOST_ATTEMPTS) this.#earlier.shift();
    this.#times = null;
    this.#opening = null;
    this.#enteredAt = -1;
  }

  /** How many attempts came before the last one. */
  get resends(): number {
    return this.#resends;
  }

  /** The next attempt begins to want a connection. */
  enter(now: number): void {
    this.#enteredAt = now;
  }

  /** @param now When it ended; null for when its last bytes came. */
  timings(attempt: number, now: number | null): Timings {
    const endedAt = now ?? this.#times?.lastAt ?? this.#enteredAt;
    // An attempt that the call did not live to begin took no time.
    const enteredAt = this.#enteredAt < 0 ? endedAt : this.#enteredAt;
    const span = { startedAt: this.startedAt, enteredAt, endedAt, attempt };
    return this.#opening === null ? timingsOf(span, this.#times) : refusedTimings(span, this.#opening);
  }

  /** All attempts, the last one included. */
  attempts(last: EndedAttempt, now: number | null): Attempt[] {
    return [...(this.#earlier ?? []), this.#attempt(last, null, 0, now)];
  }

  #attempt(over: EndedAttempt, next: AfterAttempt, delay: number, now: number | null): Attempt {
    const { attempt, ...rest } = over;
    const { served = 0, idleFor = 0 } = this.#times ?? {};
    return { ...rest, served, idleFor, timings: this.timings(attempt, now), next, delay };
  }
}
