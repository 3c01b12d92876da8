// How often a call may be tried again, and how long to wait before it: urllib3's Retry (urllib3.util.Retry, version 2), as
// an immutable value. Each attempt that is not the last lowers `total` and the counter of its kind; the call gives up
// when any of them falls below 0. It does not know which errors are of which kind (see retryKind()), nor what a redirect
// changes in a request (see redirect.ts), and it waits for nothing itself. Bad values are refused when it is made, before
// any I/O. The default methods are the idempotent ones (RFC 9110 §9.2.2; QUERY by RFC 10008).

import type { HTTPError, RequestHistory } from '../errors/http-error.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkFlag, checkFunction, checkMilliseconds } from '../errors/option-values.ts';
import { isToken } from '../message/characters.ts';
import { fieldNames } from '../message/field-names.ts';
import type { HTTPHeaders } from '../message/http-headers.ts';
import { systemClock } from '../util/clock.ts';
import { standardMethod } from './method.ts';
import { invalidRetryAfter, RETRY_AFTER_STATUSES, retryAfterWait } from './retry-after.ts';

/** Options of a Retry. A counter is a whole number, 0 or more; null where only `total` counts; false for never. */
export interface RetryOptions {
  /**
   * Retries and redirects of all kinds together; null where only the other counters count. False tries nothing again and
   * follows nothing, as `Retry.NONE`. @default 10
   */
  readonly total?: number | null | false | undefined;
  /**
   * Retries after a connection could not be opened: the request was not sent. False throws the error as it is, where 0
   * gives a MaxRetryError. @default null
   */
  readonly connect?: number | null | false | undefined;
  /** Retries after the request was sent, at least in part: the server may have acted on it. False as above. @default null */
  readonly read?: number | null | false | undefined;
  /** Redirects followed. False gives the 3xx response, where 0 is an error. @default null */
  readonly redirect?: number | null | false | undefined;
  /** Retries after a response whose status asks for one. @default null */
  readonly status?: number | null | false | undefined;
  /** Retries after any other error, TLS say. @default null */
  readonly other?: number | null | false | undefined;
  /** Statuses after which the request is sent again, where `allowedMethods` has its method. @default none */
  readonly statusForcelist?: Iterable<number> | undefined;
  /** Statuses after which it is sent again once and at once, on a fresh connection, whatever its method. @default none; Retry.DEFAULT has 421 and 425 */
  readonly freshConnectionStatuses?: Iterable<number> | undefined;
  /**
   * Decides instead of the rules above, for an attempt that failed or was answered (not redirected): true tries again, as
   * long as the counters and the body allow it, false does not, undefined leaves it to the rules.
   */
  readonly retryOn?: RetryPredicate | undefined;
  /**
   * Methods whose requests may be sent again after a read error or a status; false for any method.
   * @default DELETE GET HEAD OPTIONS PUT TRACE QUERY
   */
  readonly allowedMethods?: Iterable<string> | false | undefined;
  /** The wait before the second retry in a row is twice this, in ms, and doubles with each; the first waits not at all. @default 0 */
  readonly backoffFactor?: number | undefined;
  /** The longest wait, in ms. @default 120_000 */
  readonly backoffMax?: number | undefined;
  /** Up to this is added to a wait at random, in ms. @default 0 */
  readonly backoffJitter?: number | undefined;
  /**
   * Whether Retry-After is heeded: the wait of a 413, 429 or 503, after which the request is sent again where `total` is
   * above 0, that of a status in `statusForcelist`, and that of a redirect. @default true; Retry.DEFAULT has false
   */
  readonly respectRetryAfterHeader?: boolean | undefined;
  /** The longest wait that a Retry-After can ask for, in ms. @default 21_600_000 */
  readonly retryAfterMax?: number | undefined;
  /** Header fields that do not go to another origin, instead of the safelist of those that do. @default null: the safelist */
  readonly removeHeadersOnRedirect?: Iterable<string> | null | undefined;
  /** Whether too many redirects are an error; false gives the last 3xx response. @default true */
  readonly raiseOnRedirect?: boolean | undefined;
  /** Whether too many retries by status are an error; false gives the last response. @default true */
  readonly raiseOnStatus?: boolean | undefined;
  /** Whether a read or head timeout counts as a read error; false fails the call with it. @default true; Retry.DEFAULT has false */
  readonly retryTimeouts?: boolean | undefined;
}

/** What is counted apart. */
export type RetryKind = 'connect' | 'read' | 'redirect' | 'status' | 'other';

/** An attempt that is over, as `retryOn` gets it: it has either an error or a response. */
export interface EndedAttempt {
  /** From 1. */
  readonly attempt: number;
  readonly method: string;
  /** Without credentials. */
  readonly url: string;
  readonly error: HTTPError | null;
  /** The head of the response; its body has not been read. */
  readonly response: { readonly status: number; readonly headers: HTTPHeaders } | null;
  /** What the call may still do. */
  readonly retries: Retry;
}

/** Whether to try again. */
export type RetryPredicate = (attempt: EndedAttempt) => boolean | undefined;

/** One attempt that was not the last. */
export type RetryEntry = RequestHistory & {
  /** Where a redirect led, as the server wrote it; null if the attempt failed. */
  readonly redirectLocation: string | null;
};

const COUNTERS = ['total', 'connect', 'read', 'redirect', 'status', 'other'] as const;
const DURATIONS = ['backoffFactor', 'backoffMax', 'backoffJitter', 'retryAfterMax'] as const;
const SWITCHES = ['respectRetryAfterHeader', 'raiseOnRedirect', 'raiseOnStatus', 'retryTimeouts'] as const;
const STATUS_LISTS = ['statusForcelist', 'freshConnectionStatuses'] as const;
const OTHERS = ['allowedMethods', 'retryOn', 'removeHeadersOnRedirect'] as const;
const NAMES = [...COUNTERS, ...DURATIONS, ...SWITCHES, ...STATUS_LISTS, ...OTHERS];

const DEFAULT_METHODS: readonly string[] = Object.freeze(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'TRACE', 'QUERY']);
const NO_STATUSES: readonly number[] = Object.freeze([]);

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
    freshConnectionStatuses: [421, 425],
    respectRetryAfterHeader: false,
    retryTimeouts: false,
  });

  /** What `retries: false` stands for: an error is thrown as it is, and a 3xx response is one like any other. */
  static readonly NONE: Retry = new Retry(false);

  /** False for `Retry.NONE`: nothing is tried again or followed, and no error becomes a MaxRetryError. */
  readonly enabled: boolean;
  readonly total: number | null;
  readonly connect: number | null | false;
  readonly read: number | null | false;
  readonly redirect: number | null;
  readonly status: number | null;
  readonly other: number | null;
  readonly statusForcelist: readonly number[];
  readonly freshConnectionStatuses: readonly number[];
  readonly retryOn: RetryPredicate | undefined;
  readonly allowedMethods: readonly string[] | false;
  readonly backoffFactor: number;
  readonly backoffMax: number;
  readonly backoffJitter: number;
  readonly respectRetryAfterHeader: boolean;
  readonly retryAfterMax: number;
  /** In lower case. */
  readonly removeHeadersOnRedirect: readonly string[] | null;
  readonly raiseOnRedirect: boolean;
  readonly raiseOnStatus: boolean;
  readonly retryTimeouts: boolean;
  /** The attempts that were not the last, oldest first. */
  readonly history: readonly RetryEntry[];

  constructor(total?: number | null | false, options?: RetryOptions);
  constructor(options: RetryOptions);
  /** @throws {RequestError} `ERR_INVALID_OPTION` for an unknown name, or a value that cannot be used. */
  constructor(first?: number | null | false | RetryOptions, options: RetryOptions = {}) {
    const leading = checked(typeof first === 'object' && first !== null ? first : { total: first });
    const settings = { ...leading, ...checked(options) };
    if (leading.total !== undefined && options.total !== undefined) {
      throw invalidOption('retries.total', options.total, `give it once: it is ${leading.total} already`);
    }
    this.enabled = settings.enabled ?? true;
    this.total = settings.total === undefined ? 10 : settings.total;
    this.connect = settings.connect ?? null;
    this.read = settings.read ?? null;
    this.redirect = settings.redirect ?? null;
    this.status = settings.status ?? null;
    this.other = settings.other ?? null;
    this.statusForcelist = settings.statusForcelist ?? NO_STATUSES;
    this.freshConnectionStatuses = settings.freshConnectionStatuses ?? NO_STATUSES;
    this.retryOn = settings.retryOn;
    this.allowedMethods = settings.allowedMethods ?? DEFAULT_METHODS;
    this.backoffFactor = settings.backoffFactor ?? 0;
    this.backoffMax = settings.backoffMax ?? 120_000;
    this.backoffJitter = settings.backoffJitter ?? 0;
    this.respectRetryAfterHeader = settings.respectRetryAfterHeader ?? true;
    this.retryAfterMax = settings.retryAfterMax ?? 21_600_000;
    this.removeHeadersOnRedirect = settings.removeHeadersOnRedirect ?? null;
    this.raiseOnRedirect = settings.raiseOnRedirect ?? true;
    this.raiseOnStatus = settings.raiseOnStatus ?? true;
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

  /**
   * The wait that a Retry-After asks for, in ms: a number of seconds, or the time until a date, 0 for one that has passed.
   *
   * @param now The time of day, in ms since the Unix epoch. @default Date.now()
   * @throws {ProtocolError} `ERR_INVALID_RETRY_AFTER` for what is neither.
   */
  static parseRetryAfter(value: string, now: number = systemClock.wallNow()): number {
    const wait = retryAfterWait(value, now);
    if (wait === null) throw invalidRetryAfter(value);
    return wait;
  }

  /** Whether no more is allowed: some counter is below 0. */
  get isExhausted(): boolean {
    return COUNTERS.some((name) => Number(this[name]) < 0);
  }

  /** A copy with some values changed, its history kept. A `total` makes one of `Retry.NONE` that is enabled. */
  with(options: RetryOptions): Retry {
    const settings = checked(options);
    return changed(this, { enabled: this.enabled || settings.total !== undefined, ...settings });
  }

  /** What is left after one more attempt; the last one allowed is followed by one that is exhausted. */
  increment(kind: RetryKind, entry: RetryEntry): Retry {
    return changed(this.record(entry), { total: lowered(this.total), [kind]: lowered(this[kind]) });
  }

  /** One attempt more in the history, which counts for nothing else. */
  record(entry: RetryEntry): Retry {
    return changed(this, { history: Object.freeze([...this.history, Object.freeze({ ...entry })]) });
  }

  /** Whether a request of this method may be sent again though the server may have acted on it. */
  allows(method: string): boolean {
    return this.allowedMethods === false || this.allowedMethods.includes(method);
  }

  /** Whether anything here looks at responses of this status, redirects apart: for the common ones nothing does. */
  concerns(status: number): boolean {
    return (
      RETRY_AFTER_STATUSES.has(status) ||
      this.statusForcelist.includes(status) ||
      this.freshConnectionStatuses.includes(status) ||
      this.retryOn !== undefined
    );
  }

  /** Whether a response of this status asks for another attempt: urllib3's `is_retry`. */
  isRetry(method: string, status: number, hasRetryAfter = false): boolean {
    if (!this.enabled || !this.allows(method)) return false;
    if (this.statusForcelist.includes(status)) return true;
    const isHeeded = this.respectRetryAfterHeader && hasRetryAfter && RETRY_AFTER_STATUSES.has(status);
    return isHeeded && this.total !== null && this.total > 0;
  }

  /** How long to wait because a Retry-After asks for it, in ms: `wait`, if it is heeded, but no longer than `retryAfterMax`. */
  heeded(wait: number | null): number {
    return this.respectRetryAfterHeader ? Math.min(wait ?? 0, this.retryAfterMax) : 0;
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

/** The values that were given, checked, and what follows from them. */
type Settings = { -readonly [Name in keyof RetryOptions | 'enabled']?: Retry[Name] };

/** A copy with values that need no check, counters below 0 among them. */
function changed(retry: Retry, changes: Settings & Partial<Pick<Retry, 'history'>>): Retry {
  const copy: Retry = Object.create(Object.getPrototypeOf(retry));
  return Object.freeze(Object.assign(copy, retry, changes));
}

function lowered<Counter extends number | null | false>(counter: Counter): Counter | number {
  return typeof counter === 'number' ? counter - 1 : counter;
}

function checked(options: RetryOptions): Settings {
  checkNames('retries', options, NAMES);
  const { allowedMethods, retryOn, removeHeadersOnRedirect } = options;
  const settings: Settings = {};
  for (const name of DURATIONS) {
    const value = options[name];
    if (value !== undefined) settings[name] = checkedDuration(name, value);
  }
  for (const name of SWITCHES) {
    const value = options[name];
    if (value !== undefined) settings[name] = checkedSwitch(name, value);
  }
  for (const name of STATUS_LISTS) {
    const value = options[name];
    if (value !== undefined) settings[name] = checkedStatuses(name, value);
  }
  if (allowedMethods !== undefined) settings.allowedMethods = checkedMethods(allowedMethods);
  if (removeHeadersOnRedirect !== undefined) {
    const names = removeHeadersOnRedirect;
    settings.removeHeadersOnRedirect = names === null ? null : fieldNames('retries.removeHeadersOnRedirect', names);
  }
  if (retryOn !== undefined) settings.retryOn = checkedPredicate(retryOn);
  for (const name of COUNTERS) {
    const value = options[name];
    if (value !== undefined) Object.assign(settings, checkedCount(name, value));
  }
  return settings;
}

/** What a counter says: false is never, which is not always the same as 0. */
function checkedCount(name: (typeof COUNTERS)[number], value: number | null | false): Settings {
  if (value === false) {
    if (name === 'total') return { enabled: false, total: 0, redirect: 0, raiseOnRedirect: false };
    if (name === 'redirect') return { redirect: 0, raiseOnRedirect: false };
    return { [name]: name === 'connect' || name === 'read' ? false : 0 };
  }
  if (value === null || (Number.isInteger(value) && value >= 0)) return { [name]: value };
  const otherwise = name === 'total' ? 'where only the other counters count' : 'where only total counts';
  throw invalidOption(`retries.${name}`, value, `give a whole number, 0 or more, null ${otherwise}, or false`);
}

function checkedDuration(name: string, value: number): number {
  checkMilliseconds(`retries.${name}`, value);
  if (name !== 'backoffFactor' || value === 0 || value >= LEAST_FACTOR) return value;
  const meant = Number((value * 1000).toPrecision(12));
  throw invalidOption(`retries.${name}`, value, `it is in milliseconds; did you mean ${meant}?`);
}

function checkedSwitch(name: string, value: boolean): boolean {
  checkFlag(`retries.${name}`, value);
  return value;
}

function checkedMethods(value: Iterable<string> | false): readonly string[] | false {
  if (value === false) return false;
  if (!isList(value)) throw invalidOption('retries.allowedMethods', value, 'give a list of methods, or false for any');
  const methods = [...value];
  for (const method of methods) {
    if (typeof method === 'string' && isToken(method)) continue;
    throw invalidOption('a method of retries.allowedMethods', method, 'give a token, e.g. GET');
  }
  return Object.freeze([...new Set(methods.map(standardMethod))]);
}

function checkedStatuses(name: string, value: Iterable<number>): readonly number[] {
  if (!isList(value)) throw invalidOption(`retries.${name}`, value, 'give a list of statuses');
  const statuses = [...new Set(value)];
  for (const status of statuses) {
    if (Number.isInteger(status) && status >= 100 && status <= 999) continue;
    throw invalidOption(`a status of retries.${name}`, status, 'give a whole number from 100 to 999');
  }
  return Object.freeze(statuses);
}

function checkedPredicate(value: RetryPredicate): RetryPredicate {
  checkFunction('retries.retryOn', value);
  return value;
}

/** A string iterates too, but over its letters. */
function isList(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
