import { HTTPError } from './http-error.ts';

/** Cookies could not be saved to their file, or loaded from it. `cause` is the system's error, where it was one. */
export class CookieFileError extends HTTPError {
  override readonly name: string = 'CookieFileError';
  readonly path: string;

  /** @param doing What failed, as the sentence has it: `load cookies from`, say. */
  constructor(doing: string, path: string, why: string, cause?: unknown) {
    const details = { code: 'ERR_COOKIE_FILE', phase: 'request', ...(cause === undefined ? {} : { cause }) } as const;
    super(`Cannot ${doing} ${JSON.stringify(path)}: ${why}`, details);
    this.path = path;
  }
}
