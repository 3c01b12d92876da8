import { HTTPError } from './http-error.ts';

/** The host's name has no address, or it could not be looked up. */
export class NameResolutionError extends HTTPError {
  override readonly name: string = 'NameResolutionError';
}
