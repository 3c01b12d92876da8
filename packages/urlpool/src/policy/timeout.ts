// How long each phase of a call may take: an immutable value. Bad values are refused when it is made, before any I/O.

import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkTimeLimit } from '../errors/option-values.ts';

/** Options of a Timeout: milliseconds; null for no limit. */
export interface TimeoutOptions {
  /** Opening one connection: DNS, TCP, proxy and TLS together. @default 10_000 */
  readonly connect?: number | null | undefined;
  /**
   * The longest silence: until the first byte of the response, between its bytes, and between steps of sending. It
   * does not run while the response is paused. @default 300_000
   */
  readonly read?: number | null | undefined;
  /** From the request's last byte to the end of the response's head. @default null */
  readonly head?: number | null | undefined;
  /** Waiting for a connection of the pool, one that is being opened included. @default null */
  readonly pool?: number | null | undefined;
  /** The whole call, a true deadline: queueing, dialling, every attempt, every wait, the body. @default null */
  readonly total?: number | null | undefined;
}

const WANTED = 'give a number of milliseconds above 0, a Timeout, or an object of its options';

const PHASES = ['connect', 'read', 'head', 'pool', 'total'] as const;

/**
 * Time limits of a call. A number in place of a Timeout sets `connect` and `read`, as in urllib3.
 *
 * @example
 * const timeout = new Timeout({ connect: 2_000, read: 10_000, total: 30_000 });
 * timeout.with({ total: null }).total; // null
 */
export class Timeout {
  static readonly DEFAULT: Timeout = new Timeout();

  readonly connect: number | null;
  readonly read: number | null;
  readonly head: number | null;
  readonly pool: number | null;
  readonly total: number | null;

  /** @throws {RequestError} `ERR_INVALID_OPTION` for an unknown name, or a value that is not a positive number of milliseconds or null. */
  constructor(options: TimeoutOptions = {}) {
    checkNames('timeout', options, PHASES);
    for (const phase of PHASES) checkTimeLimit(`timeout.${phase}`, options[phase]);
    this.connect = options.connect === undefined ? 10_000 : options.connect;
    this.read = options.read === undefined ? 300_000 : options.read;
    this.head = options.head ?? null;
    this.pool = options.pool ?? null;
    this.total = options.total ?? null;
    Object.freeze(this);
  }

  /** The Timeout that a `timeout` option stands for: what it leaves out is that of `fallback`. */
  static from(value: number | Timeout | TimeoutOptions | undefined, fallback: Timeout = Timeout.DEFAULT): Timeout {
    if (value === undefined) return fallback;
    if (value instanceof Timeout) return value;
    if (typeof value === 'number') {
      checkTimeLimit('timeout', value);
      return fallback.with({ connect: value, read: value });
    }
    if (typeof value !== 'object' || value === null) throw invalidOption('timeout', value, WANTED);
    return fallback.with(value);
  }

  /** A copy with some limits changed. */
  with(options: TimeoutOptions): Timeout {
    const merged: { -readonly [Phase in keyof TimeoutOptions]: TimeoutOptions[Phase] } = { ...options };
    for (const phase of PHASES) merged[phase] ??= options[phase] === null ? null : this[phase];
    return new Timeout(merged);
  }
}
