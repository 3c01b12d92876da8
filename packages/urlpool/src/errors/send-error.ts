import { HTTPError } from './http-error.ts';

/** The request's body could not be produced as promised: its source failed, or was shorter or longer than its length. */
export class SendError extends HTTPError {
  override readonly name: string = 'SendError';
}
