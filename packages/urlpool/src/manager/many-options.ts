// The options of many(), checked when the first result is asked for.

import { checkSignal } from '../call/prepare-request.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkBound, checkFlag, checkFunction } from '../errors/option-values.ts';
import type { RateLimitOptions } from '../policy/rate-limit.ts';

/** How far many() has come. */
export interface ManyProgress {
  /** Requests that are over, `failed` among them; of a streamed response, those whose head is there. */
  readonly done: number;
  /** Those of them that have no response. A response is none of them, whatever its status. */
  readonly failed: number;
  /** Requests under way. */
  readonly active: number;
  /** Requests that were taken from the source and wait for their origin. */
  readonly queued: number;
  /** The lengths of all bodies that have come, decoded; streamed ones are not counted. */
  readonly bytes: number;
}

/** How many() works through them. */
export interface ManyOptions {
  /**
   * Requests at once, those included whose results wait, or are with who asked for them, or whose streamed bodies are being
   * read. @default 64
   */
  readonly concurrency?: number | undefined;
  /**
   * Requests to one origin at once. Those of an origin that has as many are set aside, and others go on. A redirect to
   * another origin does not count there. @default Infinity; of streamed responses, one less than the pool's `maxSize`
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
  /** Whether responses are streamed: see `StreamedManyOptions`. @default false */
  readonly stream?: false | undefined;
  /** Stops all of it: no more is asked for, what runs is aborted, and the iteration rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told whenever a request is over. The iteration rejects with what it throws. */
  readonly onProgress?: ((progress: ManyProgress) => void) | undefined;
}

/**
 * The same for responses whose bodies are read as they come. Each is given when its head is there, and holds its place and
 * its connection until its body was read, or it was disposed of. One that nobody has begun to read when the next result is
 * asked for is disposed of; one that is being read goes on, so that several bodies can be read at once. Who leaves a body in
 * the middle disposes of it, as `break` does by itself: else it holds its place until it is garbage-collected, if ever.
 * The loop ends when all of them are over, and leaving it aborts them.
 *
 * Of an origin one connection is left for requests that the loop itself sends, where `maxSize` is more than 1.
 */
export interface StreamedManyOptions extends Omit<ManyOptions, 'stream'> {
  readonly stream: true;
}

/** The options, all of them there. */
export interface ManySettings {
  readonly concurrency: number;
  readonly perOrigin: number;
  readonly lookAhead: number;
  readonly order: 'completion' | 'source';
  readonly signal: AbortSignal | null;
  readonly onProgress: ((progress: ManyProgress) => void) | null;
  readonly stream: boolean;
}

const NAMES: readonly (keyof ManyOptions)[] = [
  'concurrency',
  'lookAhead',
  'onProgress',
  'order',
  'perOrigin',
  'rateLimit',
  'signal',
  'stream',
];

/**
 * The options with their defaults.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function manySettings(options: ManyOptions | StreamedManyOptions): ManySettings {
  checkNames('many()', options, NAMES);
  const { concurrency = 64, perOrigin = Number.POSITIVE_INFINITY, lookAhead = 1_000, order = 'completion' } = options;
  const { signal = null, onProgress = null, stream = false } = options;
  checkBound('concurrency', concurrency, 1);
  checkBound('perOrigin', perOrigin, 1);
  checkBound('lookAhead', lookAhead, 1);
  if (order !== 'completion' && order !== 'source') {
    throw invalidOption('order', order, "give 'completion' or 'source'");
  }
  checkSignal(options.signal);
  checkFunction('onProgress', options.onProgress);
  checkFlag('stream', stream);
  return { concurrency, perOrigin, lookAhead, order, signal, onProgress, stream };
}
