import { type ErrorConnection, type ErrorDetails, HTTPError, type RequestHistory } from './http-error.ts';

/** A call that was tried as often as its Retry allows, or redirected more often. `cause` is the error of the last attempt. */
export class MaxRetryError extends HTTPError {
  override readonly name: string = 'MaxRetryError';
  /** The error of the last attempt; absent after too many redirects. */
  declare readonly cause?: HTTPError;
}

/** The call that gave up. */
export interface GivenUp {
  readonly method: string;
  /** As the message names it, without credentials. */
  readonly url: string;
  /** Attempts made, the last one included. */
  readonly attempt: number;
  /** What was tried, oldest first. @default none */
  readonly history?: readonly RequestHistory[] | undefined;
  /** The connection that the last redirect came on: that of an error is its own. @default null */
  readonly connection?: ErrorConnection | null | undefined;
}

/** The error of a call that gave up: by the error of its last attempt, or, for null, by too many redirects. */
export function maxRetryError(cause: HTTPError | null, details: GivenUp): MaxRetryError {
  const { method, url, attempt, history, connection } = details;
  const attempts = attempt === 1 ? '1 attempt' : `${attempt} attempts`;
  const why =
    cause === null ? 'too many redirects; options: maxRedirects, retries.redirect, retries.total' : cause.message;
  const message = `Cannot finish ${method} ${url}: gave up after ${attempts}: ${why}`;
  const about: ErrorDetails =
    cause === null
      ? { code: 'ERR_TOO_MANY_REDIRECTS', phase: 'redirect', method, url, attempt, connection }
      : {
          code: cause.code,
          phase: cause.phase,
          method: cause.method ?? method,
          url: cause.url ?? url,
          attempt,
          connection: cause.connection,
          cause,
        };
  return new MaxRetryError(message, about, history);
}
