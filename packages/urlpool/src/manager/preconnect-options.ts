import { checkSignal } from '../call/prepare-request.ts';
import { checkNames } from '../errors/invalid-option.ts';
import { checkWhole } from '../errors/option-values.ts';
import type { Timeout, TimeoutOptions } from '../policy/timeout.ts';

/** Options of `preconnect()`. */
export interface PreconnectOptions {
  /** For how long each connection may take to open: `connect`, or `total` where that is shorter. @default the pool's */
  readonly timeout?: number | Timeout | TimeoutOptions | undefined;
  /** Gives up what is being opened for this call alone. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Refuses what preconnect() cannot use.
 *
 * @param also Names of options that the caller takes besides.
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function checkPreconnect(count: unknown, options: PreconnectOptions, also: readonly string[] = []): void {
  checkWhole('the number of connections', count, 1);
  checkNames('preconnect()', options, ['timeout', 'signal', ...also]);
  checkSignal(options.signal);
}
