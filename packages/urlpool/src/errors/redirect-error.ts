import { HTTPError } from './http-error.ts';

/** A redirect cannot be followed: it leads to no http or https URL, or the request cannot be sent once more. */
export class RedirectError extends HTTPError {
  override readonly name: string = 'RedirectError';
}
