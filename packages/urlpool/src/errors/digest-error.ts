import { HTTPError } from './http-error.ts';

/** What arrived is not what a digest of it says, or there is no digest where one was asked for. Nothing was kept of it. */
export class DigestError extends HTTPError {
  override readonly name: string = 'DigestError';
}
