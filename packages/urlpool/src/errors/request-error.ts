import { HTTPError } from './http-error.ts';

/** The call cannot be made as asked: its URL, method, target, headers, body or an option is wrong. Nothing was sent. */
export class RequestError extends HTTPError {
  override readonly name: string = 'RequestError';
}
