// The options of a pool or a manager, checked when it is made: a misspelt one is refused, not ignored.

import { PollGate } from '../connection/poll-gate.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { type LimitOptions, type Limits, limitsFrom } from '../policy/limits.ts';
import { checkReplay, type ReplayPolicy } from '../policy/should-replay.ts';
import { Timeout, type TimeoutOptions } from '../policy/timeout.ts';
import type { HeadersInput } from '../request/header-fields.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import { checkLookup, type LookupOptions } from '../transport/name-lookup.ts';
import type { TLSOptions } from '../transport/tls-settings.ts';
import { Alarms } from '../util/alarms.ts';
import { type Clock, systemClock } from '../util/clock.ts';

/** Options of a PoolManager; every pool of it gets them. */
export interface PoolOptions extends LimitOptions, TLSOptions, LookupOptions {
  /** Connections per origin at once, dials under way included; all of them may be kept. @default 64 */
  readonly maxSize?: number | undefined;
  /** For how long an unused connection is kept, in ms; a server's Keep-Alive hint can only shorten it. @default 50_000 */
  readonly idleTimeout?: number | undefined;
  /** How many requests a connection may carry before it is closed. @default Infinity */
  readonly maxRequestsPerConnection?: number | undefined;
  /** Header fields of every request; null removes a default. @default Host, Accept and User-Agent */
  readonly headers?: HeadersInput | undefined;
  /** Time limits of every call. @default Timeout.DEFAULT: connect 10 s, read 300 s */
  readonly timeout?: number | Timeout | TimeoutOptions | undefined;
  /** Which attempts are sent again at once when a kept connection had died. @default 'idempotent' */
  readonly replay?: ReplayPolicy | undefined;
  /** No retries: none are made yet, so false is the only value. */
  readonly retries?: false | undefined;
  /** Told of everything that happens. */
  readonly onEvent?: TraceListener | undefined;
  /** Where time comes from: for tests. @default systemClock */
  readonly clock?: Clock | undefined;
}

/** The options as every pool reads them. */
export interface PoolSettings {
  readonly options: PoolOptions;
  readonly maxSize: number;
  readonly idleTimeout: number;
  readonly maxRequests: number;
  readonly timeout: Timeout;
  readonly replay: ReplayPolicy;
  readonly limits: Limits;
  readonly trace: TraceListener | null;
  readonly clock: Clock;
  readonly alarms: Alarms;
  readonly gate: PollGate;
}

const NAMES: readonly (keyof PoolOptions)[] = [
  'ca',
  'cert',
  'clock',
  'headers',
  'idleTimeout',
  'key',
  'lookup',
  'maxBodyBytes',
  'maxChunkExtensionBytes',
  'maxFields',
  'maxHeadBytes',
  'maxInformational',
  'maxRequestsPerConnection',
  'maxSize',
  'maxTrailerBytes',
  'onEvent',
  'rejectUnauthorized',
  'replay',
  'resolve',
  'retries',
  'servername',
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
export function poolSettings(options: PoolOptions, also: readonly string[] = []): PoolSettings {
  checkNames('the pool', options, [...NAMES, ...also]);
  const { retries, onEvent } = options;
  if (retries !== undefined && retries !== false) {
    throw invalidOption('retries', retries, 'only false is supported in this version');
  }
  if (onEvent !== undefined && typeof onEvent !== 'function')
    throw invalidOption('onEvent', onEvent, 'give a function');
  checkReplay(options.replay);
  checkLookup(options);
  const clock = options.clock ?? systemClock;
  return {
    options,
    maxSize: whole('maxSize', options.maxSize, 64),
    idleTimeout: milliseconds('idleTimeout', options.idleTimeout, 50_000),
    maxRequests: whole('maxRequestsPerConnection', options.maxRequestsPerConnection, Number.POSITIVE_INFINITY),
    timeout: Timeout.from(options.timeout),
    replay: options.replay ?? 'idempotent',
    limits: limitsFrom(options),
    trace: onEvent === undefined ? null : safely(onEvent),
    clock,
    alarms: clock === systemClock ? systemAlarms : new Alarms(clock),
    gate: clock === systemClock ? systemGate : new PollGate(clock),
  };
}

/** A listener that throws has a defect of its own: it is told as such, and the work in whose middle it was called goes on. */
function safely(listener: TraceListener): TraceListener {
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };
}

function whole(name: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if ((Number.isInteger(value) && value >= 1) || value === Number.POSITIVE_INFINITY) return value;
  throw invalidOption(name, value, 'give a whole number, 1 or more');
}

function milliseconds(name: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && value >= 0) return value;
  throw invalidOption(name, value, 'give a number of milliseconds, 0 or more');
}
