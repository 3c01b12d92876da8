import { type ErrorDetails, HTTPError } from './http-error.ts';

/** A proxy did not open the way to the origin. */
export class ProxyError extends HTTPError {
  override readonly name: string = 'ProxyError';
  /** The status that it answered with; null where it does not speak HTTP, or did not answer. */
  readonly status: number | null;

  constructor(message: string, details: ErrorDetails & { readonly status?: number | null }) {
    super(message, details);
    this.status = details.status ?? null;
  }

  /** Whether it may go away: what the proxy refuses for a reason of its own (401 to 499), it refuses again. */
  get isPassing(): boolean {
    return this.code !== 'ERR_PROXY_AUTH' && (this.status === null || this.status >= 500);
  }
}
