// How often a call may be tried again, and how long to wait before it: urllib3's Retry (urllib3.util.Retry, version 2), as
// an immutable value. Each attempt that is not the last lowers `total` and the counter of its kind; the call gives up
// when any of them falls below 0. It does not know which errors are of which kind (see retryKind()), nor what a redirect
// changes in a request (see redirect.ts), and it waits for nothing itself. Bad values are refused when it is made, before
// any I/O. The default methods are the idempotent ones (RFC 9110 §9.2.2; QUERY by RFC 10008).

import type { RequestHistory } from '../errors/http-error.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { isToken } from '../message/characters.ts';

/** Options of a Retry. A counter is a whole number, 0 or more; null where only `total` counts. */
export interface RetryOptions {
  /** Retries and redirects of all kinds together; null where only the other counters count. @default 10 */
  readonly total?: number | null | undefined;
  /** Retries after a connection could not be opened: the request was not sent. @default null */
  readonly connect?: number | null | undefined;
  /** Retries after the request was sent, at least in part: the server may have acted on it. @default null */
  readonly read?: number | null | undefined;
  /** Redirects followed. @default null */
  readonly redirect?: number | null | undefined;
  /** Retries after any other error, TLS say. @default null */
  readonly other?: number | null | undefined;
  /**
   * Methods whose requests may be sent again after a read error, case kept; false for any method.
   * @default DELETE GET HEAD OPTIONS PUT TRACE QUERY
   */
  readonly allowedMethods?: Iterable<string> | false | undefined;
  /** The wait before the second retry in a row is twice this, in ms, and doubles with each; the first waits not at all. @default 0 */
  readonly backoffFactor?: number | undefined;
  /** The longest wait, in ms. @default 120_000 */
  readonly backoffMax?: number | undefined;
  /** Up to this is added to a wait at random, in ms. @default 0 */
  readonly backoffJitter?: number | undefined;
  /** Whether too many redirects are an error; false gives the last 3xx response. @default true */
  readonly raiseOnRedirect?: boolean | undefined;
  /** Whether a read or head timeout counts as a read error; false fails the call with it. @default true; Retry.DEFAULT has false */
  readonly retryTimeouts?: boolean | undefined;
}

/** What is counted apart. */
export type RetryKind = 'connect' | 'read' | 'redirect' | 'other';

/** One attempt that was not the last. */
export type RetryEntry = RequestHistory & {
  /** Where a redirect led, as the server wrote it; null if the attempt failed. */
  readonly redirectLocation: string | null;
};

const COUNTERS = ['total', 'connect', 'read', 'redirect', 'other'] as const;
const DURATIONS = ['backoffFactor', 'backoffMax', 'backoffJitter'] as const;
const SWITCHES = ['raiseOnRedirect', 'retryTimeouts'] as const;
const NAMES = [...COUNTERS, 'allowedMethods', ...DURATIONS, ...SWITCHES] as const;

const DEFAULT_METHODS: readonly string[] = Object.freeze(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'TRACE', 'QUERY']);

/** A factor below this, in ms, was meant in seconds: urllib3 counts in those. */
const LEAST_FACTOR = 10;

/** 2 to the power of more than this is no number any more. */
const MOST_DOUBLINGS = 1023;

/**
 * How often a call may be tried again. A number in place of a Retry is its `total`, as in urllib3.
 *
 * @example
 * const retries = new Retry(3, { redirect: 5, backoffFactor: 500 });
 * retries.increment('connect', entry).total; // 2
 */
export class Retry {
  static readonly DEFAULT: Retry = new Retry(null, {
    connect: 2,
    read: 2,
    redirect: 20,
    other: 0,
    backoffFactor: 250,
    backoffJitter: 250,
    retryTimeouts: false,
  });

  /** What `retries: false` stands for: an error is thrown as it is, and a 3xx response is one like any other. */
  static readonly NONE: Retry = changed(new Retry(0, { redirect: 0, raiseOnRedirect: false }), { enabled: false });

  /** False for `Retry.NONE`: nothing is tried again or followed, and no error becomes a MaxRetryError. */
  readonly enabled: boolean;
  readonly total: number | null;
  readonly connect: number | null;
  readonly read: number | null;
  readonly redirect: number | null;
  readonly other: number | null;
  readonly allowedMethods: readonly string[] | false;
  readonly backoffFactor: number;
  readonly backoffMax: number;
  readonly backoffJitter: number;
  readonly raiseOnRedirect: boolean;
  readonly retryTimeouts: boolean;
  /** The attempts that were counted, oldest first. */
  readonly history: readonly RetryEntry[];

  constructor(total?: number | null, options?: RetryOptions);
  constructor(options: RetryOptions);
  /** @throws {RequestError} `ERR_INVALID_OPTION` for an unknown name, or a value that cannot be used. */
  constructor(first?: number | null | RetryOptions, options: RetryOptions = {}) {
    const leading = checked(typeof first === 'object' && first !== null ? first : { total: first });
    const settings = { ...leading, ...checked(options) };
    if (leading.total !== undefined && options.total !== undefined) {
      throw invalidOption('retries.total', options.total, `give it once: it is ${leading.total} already`);
    }
    this.enabled = true;
    this.total = settings.total === undefined ? 10 : settings.total;
    this.connect = settings.connect ?? null;
    this.read = settings.read ?? null;
    this.redirect = settings.redirect ?? null;
    this.other = settings.other ?? null;
    this.allowedMethods = settings.allowedMethods ?? DEFAULT_METHODS;
    this.backoffFactor = settings.backoffFactor ?? 0;
    this.backoffMax = settings.backoffMax ?? 120_000;
    this.backoffJitter = settings.backoffJitter ?? 0;
    this.raiseOnRedirect = settings.raiseOnRedirect ?? true;
    this.retryTimeouts = settings.retryTimeouts ?? true;
    this.history = Object.freeze([]);
    Object.freeze(this);
  }

  /**
   * The Retry that a `retries` option stands for: a number is its `total`, false is `Retry.NONE`, true is `fallback`, or
   * `Retry.DEFAULT` where that is none.
   *
   * @throws {RequestError} `ERR_INVALID_OPTION`
   */
  static from(value: number | boolean | Retry | null | undefined, fallback: Retry = Retry.DEFAULT): Retry {
    if (value === undefined || value === null) return fallback;
    if (value instanceof Retry) return value;
    if (value === false) return Retry.NONE;
    if (value === true) return fallback.enabled ? fallback : Retry.DEFAULT;
    if (typeof value === 'number') return new Retry(value);
    throw invalidOption('retries', value, 'give a whole number, 0 or more, a Retry, true or false');
  }

  /** Whether no more is allowed: some counter is below 0. */
  get isExhausted(): boolean {
    return COUNTERS.some((name) => (this[name] ?? 0) < 0);
  }

  /** A copy with some values changed, its history kept. A `total` makes one of `Retry.NONE` that is enabled. */
  with(options: RetryOptions): Retry {
    const settings = checked(options);
    return changed(this, { ...settings, enabled: this.enabled || settings.total !== undefined });
  }

  /** What is left after one more attempt; the last one allowed is followed by one that is exhausted. */
  increment(kind: RetryKind, entry: RetryEntry): Retry {
    const history = Object.freeze([...this.history, Object.freeze({ ...entry })]);
    return changed(this, { total: lowered(this.total), [kind]: lowered(this[kind]), history });
  }

  /** Whether a request of this method may be sent again though the server may have acted on it. */
  allows(method: string): boolean {
    return this.allowedMethods === false || this.allowedMethods.includes(method);
  }

  /**
   * How long to wait before the next attempt, in ms: not at all before the first retry in a row, then twice the factor,
   * four times the factor, and so on; a redirect begins a new row.
   *
   * @param random Gives a number from 0 to 1.
   */
  backoff(random: () => number): number {
    const inRow = this.history.length - 1 - this.history.findLastIndex((entry) => entry.redirectLocation !== null);
    if (inRow <= 1) return 0;
    const grown = this.backoffFactor * 2 ** Math.min(inRow - 1, MOST_DOUBLINGS);
    const jitter = this.backoffJitter === 0 ? 0 : random() * this.backoffJitter;
    return Math.max(0, Math.min(this.backoffMax, grown + jitter));
  }

  /** Its counters, for a log. */
  toString(): string {
    if (!this.enabled) return 'Retry(false)';
    const counters = COUNTERS.map((name) => `${name}=${this[name]}`).join(', ');
    return `Retry(${counters}, history=${this.history.length})`;
  }
}

/** Options that were given, checked. */
type Settings = { -readonly [Name in keyof RetryOptions]?: Retry[Name] };

/** A copy with values that need no check, counters below 0 among them. */
function changed(retry: Retry, changes: Settings & Partial<Pick<Retry, 'enabled' | 'history'>>): Retry {
  const copy: Retry = Object.create(Object.getPrototypeOf(retry));
  return Object.freeze(Object.assign(copy, retry, changes));
}

function lowered(counter: number | null): number | null {
  return counter === null ? null : counter - 1;
}

function checked(options: RetryOptions): Settings {
  checkNames('retries', options, NAMES);
  const settings: Settings = {};
  for (const name of COUNTERS) {
    const value = options[name];
    if (value !== undefined) settings[name] = checkedCount(name, value);
  }
  for (const name of DURATIONS) {
    const value = options[name];
    if (value !== undefined) settings[name] = checkedDuration(name, value);
  }
  for (const name of SWITCHES) {
    const value = options[name];
    if (value !== undefined) settings[name] = checkedSwitch(name, value);
  }
  if (options.allowedMethods !== undefined) settings.allowedMethods = checkedMethods(options.allowedMethods);
  return settings;
}

function checkedCount(name: string, value: number | null): number | null {
  if (value === null || (Number.isInteger(value) && value >= 0)) return value;
  const otherwise = name === 'total' ? 'where only the other counters count' : 'where only total counts';
  throw invalidOption(`retries.${name}`, value, `give a whole number, 0 or more, or null ${otherwise}`);
}

function checkedDuration(name: string, value: number): number {
  if (!Number.isFinite(value) || value < 0) {
    throw invalidOption(`retries.${name}`, value, 'give a number of milliseconds, 0 or more');
  }
  if (name !== 'backoffFactor' || value === 0 || value >= LEAST_FACTOR) return value;
  const meant = Number((value * 1000).toPrecision(12));
  throw invalidOption(`retries.${name}`, value, `it is in milliseconds; did you mean ${meant}?`);
}

function checkedSwitch(name: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw invalidOption(`retries.${name}`, value, 'give true or false');
}

function checkedMethods(value: Iterable<string> | false): readonly string[] | false {
  if (value === false) return false;
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) {
    throw invalidOption('retries.allowedMethods', value, 'give a list of methods, or false for any');
  }
  const methods = [...new Set(value)];
  for (const method of methods) {
    if (typeof method === 'string' && isToken(method)) continue;
    throw invalidOption('a method of retries.allowedMethods', method, 'give a token, e.g. GET');
  }
  return Object.freeze(methods);
}
