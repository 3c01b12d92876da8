// The root of the error tree. An error is made where the fault is seen (a socket's callback, say) and thrown where the
// user waits, so its stack is taken again there: what a reader of it needs is their own line, not this library's.

import type { Attempt } from './attempt.ts';
import type { ErrorCode, Phase } from './error-code.ts';
import type { Timings } from './timings.ts';

/** The connection an error happened on. */
export interface ErrorConnection {
  readonly id: number;
  /** Whether it had served an exchange before this one. */
  readonly reused: boolean;
  /** The peer's address and port, e.g. `127.0.0.1:8080` or `[::1]:8080`. */
  readonly address: string;
}

/** One attempt that came before the one that failed, oldest first. */
export interface RequestHistory {
  readonly method: string;
  readonly url: string;
  readonly error: HTTPError | null;
  readonly status: number | null;
}

/**
 * Why an attempt was the last one: the Retry's methods or predicate (`policy`), its counters (`exhausted`), the call's deadline,
 * the origin's retry budget, or a body that cannot be sent again.
 */
export type Refusal = 'policy' | 'exhausted' | 'deadline' | 'budget' | 'body';

export interface ErrorDetails {
  readonly code: ErrorCode;
  readonly phase: Phase;
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly attempt?: number | undefined;
  readonly connection?: ErrorConnection | null | undefined;
  readonly cause?: unknown;
}

/** Phases in which nothing of a request is sent. */
const CONNECTING: readonly Phase[] = ['dns', 'connect', 'proxy', 'tls'];

/**
 * Base of every error that a call can fail with. The message is a sentence that says what failed, where, after how
 * long, and what to do.
 *
 * @example
 * try { await http.request('GET', url) } catch (error) {
 *   if (error instanceof HTTPError) console.error(error.code, error.phase, error.message);
 *   else throw error;
 * }
 */
export class HTTPError extends Error {
  override readonly name: string = 'HTTPError';
  /** What went wrong, from a closed list. */
  readonly code: ErrorCode;
  /** What the call was doing. */
  readonly phase: Phase;
  method: string | null;
  /** The URL of the failed attempt, without credentials. */
  url: string | null;
  /** Which attempt of the call failed, from 1. */
  attempt: number;
  /** The connection it happened on; null if the call had none. */
  readonly connection: ErrorConnection | null;
  /** Why the call was not tried again though its Retry looks at errors of this kind; null where it does not. */
  refused: Refusal | null = null;
  #history: readonly RequestHistory[];
  #timings: Timings | null = null;
  #attempts: readonly Attempt[] = [];

  constructor(message: string, details: ErrorDetails, history: readonly RequestHistory[] = []) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = details.code;
    this.phase = details.phase;
    this.method = details.method ?? null;
    this.url = details.url ?? null;
    this.attempt = details.attempt ?? 1;
    this.connection = details.connection ?? null;
    this.#history = history;
  }

  // What follows are accessors, so that printing an error shows the error and not the whole story of its call.

  /** The attempts before this one, oldest first. */
  get history(): readonly RequestHistory[] {
    return this.#history;
  }

  set history(history: readonly RequestHistory[]) {
    this.#history = history;
  }

  /** Where the time of the call went, in ms; null where no call was made. */
  get timings(): Timings | null {
    return this.#timings;
  }

  set timings(timings: Timings | null) {
    this.#timings = timings;
  }

  /** All attempts of the call, the failed one last; none where no call was made. `explain()` tells them as text. */
  get attempts(): readonly Attempt[] {
    return this.#attempts;
  }

  set attempts(attempts: readonly Attempt[]) {
    this.#attempts = attempts;
  }

  /**
   * Whether there was no connection to send the request on: no address, refused, unreachable, no TLS, or a connect timeout. It
   * is told of the last attempt where there were several.
   */
  get isConnectFailure(): boolean {
    return CONNECTING.includes(this.phase);
  }

  /** Says for which request it was, where it was made without knowing: a dial belongs to a pool, not to a request. */
  of(request: { readonly method: string; readonly url: string; readonly attempt: number }): this {
    this.method ??= request.method;
    this.url ??= request.url;
    this.attempt = request.attempt;
    return this;
  }
}
