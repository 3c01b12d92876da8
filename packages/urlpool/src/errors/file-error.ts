import { type ErrorDetails, HTTPError } from './http-error.ts';

/** What arrived, or a record of it, could not be written to a file. `cause` is the system's error, where it was one. */
export class FileError extends HTTPError {
  override readonly name: string = 'FileError';
  /** The file that was to be written. */
  readonly path: string;

  constructor(why: string, details: ErrorDetails & { readonly path: string }) {
    const { method, url, path } = details;
    const what = method === undefined ? 'write' : `save the body of ${method} ${url} to`;
    super(`Cannot ${what} ${JSON.stringify(path)}: ${why}`, details);
    this.path = path;
  }
}
