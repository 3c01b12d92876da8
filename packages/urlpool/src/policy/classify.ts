// Which counter of a Retry an error lowers, if the call may be tried again after it at all: urllib3's rules, by what was
// going on. Whether the method allows it, and whether timeouts count, is Retry's to say.

import { ConnectError } from '../errors/connect-error.ts';
import type { HTTPError } from '../errors/http-error.ts';
import { NameResolutionError } from '../errors/name-resolution-error.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import { TLSError } from '../errors/tls-error.ts';
import type { Failure } from './failure.ts';
import type { RetryKind } from './retry.ts';

/**
 * The kind of an error: null for one after which nothing is tried again.
 *
 * @param why How the exchange failed; `dial` if there was none yet.
 */
export function retryKind(error: HTTPError, why: Failure['why'] | 'dial'): Exclude<RetryKind, 'redirect'> | null {
  switch (why) {
    case 'dial':
      return dialKind(error);
    case 'eof':
    case 'reset':
    case 'unprocessed':
    case 'protocol':
      return 'read';
    case 'timeout':
      return error.phase === 'total' ? null : 'read';
    case 'tls':
      return 'other';
    case 'limit':
    case 'local':
    case 'cancelled':
      return null;
  }
}

/** No connection: what is not about opening one is the pool's refusal, the caller's mistake, or a deadline. */
function dialKind(error: HTTPError): 'connect' | 'other' | null {
  if (error instanceof ConnectError || error instanceof NameResolutionError) return 'connect';
  if (error instanceof TimeoutError) return error.phase === 'connect' ? 'connect' : null;
  if (error instanceof ProxyError) return error.isPassing ? 'connect' : null;
  return error instanceof TLSError ? 'other' : null;
}
