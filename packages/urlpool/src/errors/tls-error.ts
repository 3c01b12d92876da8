import { HTTPError } from './http-error.ts';

/** The TLS handshake failed, or the peer's certificate was not accepted. */
export class TLSError extends HTTPError {
  override readonly name: string = 'TLSError';
}
