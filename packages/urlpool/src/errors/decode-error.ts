import { HTTPError } from './http-error.ts';

/** A response that arrived whole cannot be read as what it was asked for, JSON say. */
export class DecodeError extends HTTPError {
  override readonly name: string = 'DecodeError';
}
