// The options of many(), checked when the first result is asked for.

import { checkSignal } from '../call/prepare-request.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkBound, checkFunction } from '../errors/option-values.ts';
import type { RateLimitOptions } from '../policy/rate-limit.ts';

/** How far many() has come. */
export interface ManyProgress {
  /** Requests that are over, `failed` among them. */
  readonly done: number;
  /** Those of them that have no response. A response is none of them, whatever its status. */
  readonly failed: number;
  /** Requests under way. */
  readonly active: number;
  /** Requests that were taken from the source and wait for their origin. */
  readonly queued: number;
  /** The lengths of all bodies that have come, decoded. */
  readonly bytes: number;
}

/** How many() works through them. */
export interface ManyOptions {
  /** Requests at once, those included whose results wait, or are with who asked for them. @default 64 */
  readonly concurrency?: number | undefined;
  /**
   * Requests to one origin at once. Those of an origin that has as many are set aside, and others go on. A redirect to
   * another origin does not count there. @default Infinity
   */
  readonly perOrigin?: number | undefined;
  /**
   * How often each origin is asked, redirects and retries included. Requests of an origin that was asked as often are set
   * aside, and others go on. @default the session's; for a manager, as often as it will
   */
  readonly rateLimit?: RateLimitOptions | null | undefined;
  /**
   * Requests that may be set aside. Where there are as many, the source is asked for no more: it is never further ahead
   * than `concurrency` and this. In the order of the source it is never further ahead than `concurrency`. @default 1_000
   */
  readonly lookAhead?: number | undefined;
  /** Whether results come as they complete, or in the order of the source. @default 'completion' */
  readonly order?: 'completion' | 'source' | undefined;
  /** Stops all of it: no more is asked for, what runs is aborted, and the iteration rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told whenever a request is over. The iteration rejects with what it throws. */
  readonly onProgress?: ((progress: ManyProgress) => void) | undefined;
}

/** The options, all of them there. */
export interface ManySettings {
  readonly concurrency: number;
  readonly perOrigin: number;
  readonly lookAhead: number;
  readonly order: 'completion' | 'source';
  readonly signal: AbortSignal | null;
  readonly onProgress: ((progress: ManyProgress) => void) | null;
}

const NAMES: readonly (keyof ManyOptions)[] = [
  'concurrency',
  'lookAhead',
  'onProgress',
  'order',
  'perOrigin',
  'rateLimit',
  'signal',
];

/**
 * The options with their defaults.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function manySettings(options: ManyOptions): ManySettings {
  checkNames('many()', options, NAMES);
  const { concurrency = 64, perOrigin = Number.POSITIVE_INFINITY, lookAhead = 1_000, order = 'completion' } = options;
  const { signal = null, onProgress = null } = options;
  checkBound('concurrency', concurrency, 1);
  checkBound('perOrigin', perOrigin, 1);
  checkBound('lookAhead', lookAhead, 1);
  if (order !== 'completion' && order !== 'source') {
    throw invalidOption('order', order, "give 'completion' or 'source'");
  }
  checkSignal(options.signal);
  checkFunction('onProgress', options.onProgress);
  return { concurrency, perOrigin, lookAhead, order, signal, onProgress };
}
