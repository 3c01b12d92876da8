import { HTTPError } from './http-error.ts';

/** The peer's bytes are not the HTTP that RFC 9110 and 9112 describe. The connection was closed. */
export class ProtocolError extends HTTPError {
  override readonly name: string = 'ProtocolError';
}
