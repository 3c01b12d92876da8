import { type ErrorDetails, HTTPError } from './http-error.ts';

/** What arrived could not be written to a file. `cause` is the system's error, where it was one. */
export class FileError extends HTTPError {
  override readonly name: string = 'FileError';
  /** The file that was to be written. */
  readonly path: string;

  constructor(why: string, details: ErrorDetails & { readonly path: string }) {
    const { method, url, path } = details;
    super(`Cannot save the body of ${method} ${url} to ${JSON.stringify(path)}: ${why}`, details);
    this.path = path;
  }
}
