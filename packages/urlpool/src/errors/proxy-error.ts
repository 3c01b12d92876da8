import { type ErrorDetails, HTTPError } from './http-error.ts';

/** A proxy did not open the way to the origin. */
export class ProxyError extends HTTPError {
  override readonly name: string = 'ProxyError';
  /** The status that it answered with; null where it does not speak HTTP, or did not answer. */
  readonly status: number | null;

  constructor(message: string, details: ErrorDetails & { readonly status?: number }) {
    super(message, details);
    this.status = details.status ?? null;
  }
}
