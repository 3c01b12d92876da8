import { HTTPError } from './http-error.ts';

/** A time limit ran out; `phase` says which. */
export class TimeoutError extends HTTPError {
  override readonly name: string = 'TimeoutError';
}
