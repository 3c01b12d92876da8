import { HTTPError } from './http-error.ts';

/** A body cannot be read as what it should be: as JSON, say, or by its Content-Encoding. */
export class DecodeError extends HTTPError {
  override readonly name: string = 'DecodeError';
}
