// The options of a pool or a manager, checked when it is made: a misspelt one is refused, not ignored.

import { CallGroup } from '../call/call-group.ts';
import type { Propagate } from '../call/propagation.ts';
import { PollGate } from '../connection/poll-gate.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import {
  checkBound,
  checkFlag,
  checkFunction,
  checkSpan,
  checkTimeLimit,
  checkWhole,
} from '../errors/option-values.ts';
import { NO_FIELDS } from '../message/fields.ts';
import { headerEntries } from '../message/headers-input.ts';
import { type Guard, guardFrom } from '../policy/address-guard.ts';
import { type LimitOptions, type Limits, limitsFrom } from '../policy/limits.ts';
import { REDIRECT_OPTION_NAMES, type RedirectOptions, type RedirectRules, redirectRules } from '../policy/redirect.ts';
import { Retry } from '../policy/retry.ts';
import {
  budgetLimits,
  DEFAULT_BUDGET,
  type RetryBudgetLimits,
  type RetryBudgetOptions,
} from '../policy/retry-budget.ts';
import { checkReplay, type ReplayPolicy } from '../policy/should-replay.ts';
import { Timeout, type TimeoutOptions } from '../policy/timeout.ts';
import type { PoolLimits } from '../pool/pool-limits.ts';
import { Room } from '../pool/room.ts';
import { type HeadersInput, mergeFields } from '../request/header-fields.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import { Tracer } from '../trace/tracer.ts';
import { AddressBook, type Names, uncached } from '../transport/address-book.ts';
import { type Connector, openBy } from '../transport/connector.ts';
import { dnsCacheSettings } from '../transport/dns-cache-options.ts';
import { checkLookup, hostResolver, type LookupOptions } from '../transport/name-lookup.ts';
import {
  SOCKET_OPTION_NAMES,
  type SocketOptions,
  type SocketSettings,
  socketSettings,
} from '../transport/socket-options.ts';
import { TLS_OPTION_NAMES, type TLSOptions } from '../transport/tls-options.ts';
import { TLSContext } from '../transport/tls-settings.ts';
import type { OpenTransport } from '../transport/transport-dial.ts';
import { Alarms } from '../util/alarms.ts';
import { type Clock, systemClock } from '../util/clock.ts';
import { ownOptions } from '../util/own-options.ts';
import { type Random, systemRandom } from '../util/random.ts';
import { type ProxyOption, proxyChooser } from './proxy-chooser.ts';
import type { ProxyChooser } from './proxy-options.ts';
import { checkOneWay } from './socket-route.ts';

/** Options of a pool; a PoolManager gives them to every pool of its own. */
export interface PoolOptions extends LimitOptions, TLSOptions, LookupOptions, SocketOptions, RedirectOptions {
  /** Connections per origin at once, dials under way included; all of them may be kept. @default 64 */
  readonly maxSize?: number | undefined;
  /** Idle connections to keep per origin; more than `maxSize` are never kept. @default maxSize */
  readonly maxIdle?: number | undefined;
  /**
   * Connections per origin that are free, or on their way, from its first request on: where one is taken, dies or grows too old
   * another is opened, as far as there is room without closing others. `clear()` ends that until the next request.
   *
   * @default 0
   */
  readonly minIdle?: number | undefined;
  /** Whether to wait where `maxSize` is reached; if not, more are opened, and closed again when idle. @default true */
  readonly block?: boolean | undefined;
  /** Requests per origin that may wait without a connection being opened for them. @default Infinity */
  readonly maxQueued?: number | undefined;
  /** How long a request may wait for a connection, in ms, one that is being opened for it included: `Timeout.pool` where that is not given. @default null */
  readonly poolTimeout?: number | null | undefined;
  /** For how long an unused connection is kept, in ms; a server's Keep-Alive hint can only shorten it. @default 50_000 */
  readonly idleTimeout?: number | undefined;
  /** How old a connection may become, in ms, give or take a tenth; one at work is closed afterwards. @default Infinity */
  readonly maxAge?: number | undefined;
  /** How many requests a connection may carry before it is closed. @default Infinity */
  readonly maxRequestsPerConnection?: number | undefined;
  /** Header fields of every request; null removes a default. @default Host, Accept, Accept-Encoding and User-Agent */
  readonly headers?: HeadersInput | undefined;
  /** Time limits of every call. @default Timeout.DEFAULT: connect 10 s, read 300 s */
  readonly timeout?: number | Timeout | TimeoutOptions | undefined;
  /** What requests go through: a proxy's URL, its options, or a function that chooses for each origin. @default nothing */
  readonly proxy?: ProxyOption | undefined;
  /** How often to try again and to follow redirects; a number is a Retry's `total`, false is never. @default Retry.DEFAULT */
  readonly retries?: Retry | number | boolean | undefined;
  /** How many retries an origin gets, of all its requests. @default true, but false where `retries` is a Retry or a number */
  readonly retryBudget?: RetryBudgetOptions | boolean | undefined;
  /** Whether bodies are given without the codings of their Content-Encoding. @default true */
  readonly decodeContent?: boolean | undefined;
  /** Which attempts are sent again at once when a kept connection had died. @default 'idempotent' */
  readonly replay?: ReplayPolicy | undefined;
  /** Opens the connections in place of the network, TLS included. @default TCP, and TLS for https */
  readonly connector?: Connector | undefined;
  /**
   * Asked for header fields of every request that is sent, redirects, retries and replays included, in the context of its
   * caller: they tell the server which trace it belongs to.
   */
  readonly propagate?: Propagate | undefined;
  /** Told of everything that happens. */
  readonly onEvent?: TraceListener | undefined;
  /** Where time comes from: for tests. @default systemClock */
  readonly clock?: Clock | undefined;
  /** Where the jitter of waits and ages comes from, from 0 to 1: for tests. @default Math.random */
  readonly random?: Random | undefined;
}

/** The options as every pool reads them. */
export interface PoolSettings {
  readonly options: PoolOptions;
  readonly poolLimits: PoolLimits;
  readonly poolTimeout: number | null;
  readonly idleTimeout: number;
  readonly maxRequests: number;
  readonly timeout: Timeout;
  readonly retries: Retry;
  /** What an origin's retries are bounded by, where they are. */
  readonly budget: RetryBudgetLimits;
  readonly hasBudget: (retries: Retry) => boolean;
  readonly redirects: RedirectRules;
  readonly replay: ReplayPolicy;
  readonly decodeContent: boolean;
  readonly limits: Limits;
  /** Who is told of events. */
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly random: Random;
  readonly alarms: Alarms;
  readonly gate: PollGate;
  readonly tlsContext: TLSContext;
  /** The calls of all pools that share these settings. */
  readonly calls: CallGroup;
  /** What the pools that share these settings may have open together. */
  readonly room: Room;
  /** The addresses of hosts. */
  readonly names: Names;
  /** Which addresses may be connected to; null for any. */
  readonly guard: Guard | null;
  /** How sockets are opened. */
  readonly socket: SocketSettings;
  /** Which proxy an origin is reached through; null where none is. */
  readonly proxies: ProxyChooser | null;
  /** How transports are opened; over the network where it is not given. */
  readonly open?: OpenTransport | undefined;
}

/** Options of a pool, for the check of their names. */
export const POOL_OPTION_NAMES: readonly (keyof PoolOptions)[] = [
  ...REDIRECT_OPTION_NAMES,
  ...TLS_OPTION_NAMES,
  ...SOCKET_OPTION_NAMES,
  'block',
  'clock',
  'connector',
  'decodeContent',
  'dnsCache',
  'guard',
  'headers',
  'idleTimeout',
  'lookup',
  'maxAge',
  'maxBodyBytes',
  'maxChunkExtensionBytes',
  'maxFields',
  'maxHeadBytes',
  'maxIdle',
  'maxInformational',
  'maxQueued',
  'maxRequestsPerConnection',
  'maxSize',
  'maxTrailerBytes',
  'minIdle',
  'onEvent',
  'poolTimeout',
  'propagate',
  'proxy',
  'random',
  'replay',
  'resolve',
  'resolver',
  'retries',
  'retryBudget',
  'timeout',
];

/** One per thread, as there is one event loop and one clock. */
const systemAlarms: Alarms = new Alarms(systemClock);
const systemGate: PollGate = new PollGate(systemClock);

/**
 * Checks the options and fills in the defaults.
 *
 * @param also Names that the caller takes besides these.
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function poolSettings(given: PoolOptions, also: readonly string[] = [], room: Room = new Room()): PoolSettings {
  checkNames('the pool', given, [...POOL_OPTION_NAMES, ...also]);
  const options = ownOptions(given);
  const { onEvent, block = true, clock = systemClock, random = systemRandom, poolTimeout = null } = options;
  const { decodeContent = true, idleTimeout = 50_000, maxAge = Number.POSITIVE_INFINITY, connector } = options;
  checkFunction('onEvent', onEvent);
  checkFunction('propagate', options.propagate);
  checkFunction('connector', connector);
  checkFlag('decodeContent', decodeContent);
  checkFlag('block', block);
  checkTimeLimit('poolTimeout', poolTimeout);
  checkSpan('idleTimeout', idleTimeout, '0 or more');
  checkSpan('maxAge', maxAge, 'above 0');
  checkReplay(options.replay);
  checkLookup(options);
  checkOneWay(options);
  const maxSize = whole('maxSize', options.maxSize, 64);
  const maxIdle = whole('maxIdle', options.maxIdle, maxSize, 0);
  const alarms = clock === systemClock ? systemAlarms : new Alarms(clock);
  const timeout = Timeout.from(options.timeout);
  // The default Retry has a budget; another one only where the caller asked for it.
  const asked = options.retryBudget === undefined ? undefined : budgetLimits(options.retryBudget);
  const budget = asked ?? DEFAULT_BUDGET;
  return {
    options:
      options.headers === undefined ? options : ownOptions({ ...options, headers: sharedHeaders(options.headers) }),
    poolLimits: {
      maxSize,
      maxIdle,
      block,
      maxQueued: whole('maxQueued', options.maxQueued, Number.POSITIVE_INFINITY, 0),
      maxAge,
      minIdle: minIdleOf(options.minIdle, Math.min(maxIdle, maxSize)),
      connectTimeout: timeout.connect,
    },
    poolTimeout,
    idleTimeout,
    maxRequests: whole('maxRequestsPerConnection', options.maxRequestsPerConnection, Number.POSITIVE_INFINITY),
    timeout: withPoolTimeout(timeout, poolTimeout),
    retries: Retry.from(options.retries),
    budget,
    hasBudget: (retries) => (asked === undefined ? retries === Retry.DEFAULT : asked !== null),
    redirects: redirectRules(options),
    replay: options.replay ?? 'idempotent',
    decodeContent,
    limits: limitsFrom(options),
    tracer: new Tracer(onEvent),
    clock,
    random,
    alarms,
    calls: new CallGroup(alarms),
    gate: clock === systemClock ? systemGate : new PollGate(clock),
    tlsContext: new TLSContext(options),
    room,
    open: connector === undefined ? undefined : openBy(connector),
    names: namesFrom(options, clock),
    guard: guardOf(options),
    socket: socketOf(options),
    proxies: proxyChooser(options.proxy),
  };
}

/** @throws {RequestError} `ERR_INVALID_OPTION` for more than are kept. */
function minIdleOf(minIdle: number | undefined, most: number): number {
  checkWhole('minIdle', minIdle, 0);
  if (minIdle === undefined || minIdle <= most) return minIdle ?? 0;
  throw invalidOption('minIdle', minIdle, `no more than ${most} idle connections are kept; options: maxIdle, maxSize`);
}

/** The header fields of every request, read and checked once: what can be iterated once would do for one origin alone. */
function sharedHeaders(headers: HeadersInput): HeadersInput {
  const entries = headerEntries(headers);
  mergeFields(NO_FIELDS, entries);
  return entries;
}

/**
 * Which addresses may be connected to; null for any.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function guardOf({ guard, connector }: PoolOptions): Guard | null {
  if (guard === undefined || connector === undefined) return guardFrom(guard);
  throw invalidOption('guard', guard, 'a connector opens connections by itself: leave one of them out');
}

/**
 * How sockets are opened.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function socketOf(options: PoolOptions): SocketSettings {
  const settings = socketSettings(options);
  const given = SOCKET_OPTION_NAMES.find((name) => (options[name] ?? null) !== null);
  if (given === undefined || options.connector === undefined) return settings;
  throw invalidOption(given, options[given], 'a connector opens connections by itself: leave one of them out');
}

/** Who knows addresses: a `lookup` of the caller's is asked each time, unless a cache is asked for. */
export function namesFrom(options: LookupOptions, clock: Clock): Names {
  const { lookup, dnsCache = lookup === undefined } = options;
  const cache = dnsCacheSettings(dnsCache);
  const resolve = hostResolver(options);
  return cache === null ? uncached(resolve, clock) : new AddressBook(resolve, clock, cache);
}

/** A Timeout that says nothing of the queue leaves that to the pool. */
export function withPoolTimeout(timeout: Timeout, poolTimeout: number | null): Timeout {
  return timeout.pool === null && poolTimeout !== null ? timeout.with({ pool: poolTimeout }) : timeout;
}

/**
 * A whole number from `least` on, or Infinity.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function whole(name: string, value: number | undefined, otherwise: number, least = 1): number {
  checkBound(name, value, least);
  return value ?? otherwise;
}
