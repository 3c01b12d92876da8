import { type ErrorDetails, HTTPError } from './http-error.ts';

/** What arrived is larger than an option allows. */
export class LimitError extends HTTPError {
  override readonly name: string = 'LimitError';
  /** The option that sets the limit, e.g. `maxBodyBytes`; for one that none sets, what it limits: `codings`, `ratio`. */
  readonly limit: string;

  constructor(message: string, details: Omit<ErrorDetails, 'code'> & { readonly limit: string }) {
    super(message, { ...details, code: 'ERR_LIMIT' });
    this.limit = details.limit;
  }
}
