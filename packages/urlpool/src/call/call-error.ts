// The errors that a call itself can end with, apart from those of its attempts.

import type { ErrorConnection, HTTPError } from '../errors/http-error.ts';
import { LimitError } from '../errors/limit-error.ts';
import { PoolError } from '../errors/pool-error.ts';
import { RedirectError } from '../errors/redirect-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import type { WireRequest } from '../request/wire-request.ts';

/** `Timeout.total` ran out. */
export function totalTimeoutError(request: WireRequest, doing: string, connection: ErrorConnection | null): HTTPError {
  const { total } = request.timeout;
  const message = `Cannot finish ${name(request)} within ${total} ms: still ${doing}; option: timeout.total`;
  return new TimeoutError(message, { code: 'ERR_TIMEOUT', phase: 'total', ...about(request, connection) });
}

/** `Timeout.pool` ran out. */
export function poolTimeoutError(request: WireRequest, places: string): HTTPError {
  const { pool } = request.timeout;
  const message = `Cannot begin ${name(request)} within ${pool} ms: ${places}; options: timeout.pool, maxSize`;
  return new TimeoutError(message, { code: 'ERR_TIMEOUT', phase: 'pool', ...about(request, null) });
}

/** The pool or manager was closed while the call had no attempt under way, or before it began. */
export function closedError({ method, url }: Pick<WireRequest, 'method' | 'url'>): HTTPError {
  const message = `Cannot send ${method} ${url}: the pool or manager was closed by close()`;
  return new PoolError(message, { code: 'ERR_POOL_CLOSED', phase: 'pool', method, url });
}

/** The body is larger than what may be held. */
export function bodyLimitError(
  request: WireRequest,
  body: { readonly limit: number; readonly length: number | null },
  connection: ErrorConnection | null,
): HTTPError {
  const { limit, length } = body;
  const said = length === null ? 'it is longer than that' : `it has ${length} bytes`;
  const message = `Cannot hold the body of ${name(request)}: ${limit} bytes are allowed, and ${said}; option: maxBodyBytes`;
  return new LimitError(message, { phase: 'body', limit: 'maxBodyBytes', ...about(request, connection) });
}

/** Somebody reads a body that somebody else gave up. */
export function disposedError(request: WireRequest, connection: ErrorConnection | null): HTTPError {
  const message = `Cannot read the body of ${name(request)} to its end: the response was disposed of meanwhile`;
  return new PoolError(message, { code: 'ERR_BODY_USED', phase: 'body', ...about(request, connection) });
}

/** A redirect leads away from the one host that a pool leads to. */
export function hostChangedError(request: WireRequest, to: string): HTTPError {
  const message = `Cannot follow the redirect to ${name(request)}: it is not at ${to}, the only origin of this pool; use a PoolManager, or redirect: false`;
  return new RedirectError(message, { code: 'ERR_HOST_CHANGED', phase: 'redirect', ...about(request, null) });
}

function about({ method, url, attempt }: WireRequest, connection: ErrorConnection | null) {
  return { method, url, attempt, connection };
}

function name({ method, url }: WireRequest): string {
  return `${method} ${url}`;
}
