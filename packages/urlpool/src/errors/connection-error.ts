import { type ErrorDetails, HTTPError } from './http-error.ts';

/** The connection ended before the response was complete: closed or reset by the peer, or dropped here. */
export class ConnectionError extends HTTPError {
  override readonly name: string = 'ConnectionError';
  /**
   * True where a kept connection died under a request that may have been processed, so that it was not sent again on
   * its own: whether to try again is the caller's decision (RFC 9110 §9.2.2).
   */
  readonly stale: boolean;

  constructor(message: string, details: ErrorDetails & { readonly stale?: boolean }) {
    super(message, details);
    this.stale = details.stale ?? false;
  }
}
