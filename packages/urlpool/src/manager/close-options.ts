import { checkNames } from '../errors/invalid-option.ts';
import { checkSpan } from '../errors/option-values.ts';

/** How `close()` ends. */
export interface CloseOptions {
  /** For how long to wait for the calls that were accepted, in ms. @default 30_000 */
  readonly timeout?: number | undefined;
}

/**
 * For how long to wait, in ms.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function closeTimeout(options: CloseOptions): number {
  checkNames('close()', options, ['timeout']);
  const { timeout = 30_000 } = options;
  checkSpan('timeout', timeout, '0 or more');
  return timeout;
}
