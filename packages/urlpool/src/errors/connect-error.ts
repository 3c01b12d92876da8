import { HTTPError } from './http-error.ts';

/** No connection to the origin could be opened. */
export class ConnectError extends HTTPError {
  override readonly name: string = 'ConnectError';
}
