import type { ErrorConnection, HTTPError } from './http-error.ts';
import type { Timings } from './timings.ts';

/** What came after an attempt: one of the same on another connection at once, one more, another URL, or nothing. */
export type AfterAttempt = 'replay' | 'retry' | 'redirect' | null;

/** One attempt of a call: a request on the wire, or one that did not come so far. */
export interface Attempt {
  readonly method: string;
  /** Without credentials. */
  readonly url: string;
  /** What carried it; null where it had no connection. */
  readonly connection: ErrorConnection | null;
  /** How long the connection had been idle before, in ms. */
  readonly idleFor: number;
  /** Exchanges that the connection had served before. */
  readonly served: number;
  /** `total` is until the end of this attempt. */
  readonly timings: Timings;
  /** What it was answered with; null where it failed. */
  readonly status: number | null;
  readonly error: HTTPError | null;
  readonly next: AfterAttempt;
  /** How long the call waited then, in ms. */
  readonly delay: number;
}
