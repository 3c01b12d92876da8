import { ConnectionError } from '../errors/connection-error.ts';
import { HTTPError } from '../errors/http-error.ts';
import { maxRetryError } from '../errors/max-retry-error.ts';
import { ProtocolError } from '../errors/protocol-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import { TLSError } from '../errors/tls-error.ts';
import type { Retry } from './retry.ts';

/** The request whose body did not come to its end. */
export interface DroppedRequest {
  readonly method: string;
  readonly url: string;
  /** Requests made so far. */
  readonly attempt: number;
}

/**
 * What is left of a Retry after a body was cut off whose rest is to be asked for: that counts as a read error.
 *
 * @throws what the body failed with, where it is not to be asked for; a MaxRetryError where no more is allowed.
 */
export function afterDrop(error: unknown, retries: Retry, request: DroppedRequest): Retry {
  const { method, url, attempt } = request;
  if (!(error instanceof HTTPError) || !isDrop(error, retries)) throw error;
  if (!retries.enabled || retries.read === false) throw error;
  const asked = retries.retryOn?.({ attempt, method, url, error, response: null, retries });
  if (!(asked ?? retries.allows(method))) throw error;
  const next = retries.increment('read', { method, url, error, status: null, redirectLocation: null });
  if (next.isExhausted) throw maxRetryError(error, { method, url, attempt, history: next.history });
  return next;
}

function isDrop(error: HTTPError, retries: Retry): boolean {
  if (error instanceof TimeoutError) return error.phase === 'body' && retries.retryTimeouts;
  if (error instanceof TLSError) return error.code === 'ERR_TLS';
  return error instanceof ConnectionError || error instanceof ProtocolError;
}
