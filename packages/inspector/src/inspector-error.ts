/** What went wrong, for programs: these do not change. */
export type InspectorErrorCode =
  /** An option, or what is to be inspected, cannot be used. */
  | 'ERR_INVALID_OPTION'
  /** The port is in use, or may not be listened on. */
  | 'ERR_PORT'
  /** The recorded trace cannot be read. */
  | 'ERR_TRACE_FILE'
  /** The page is not there: the package was not built. */
  | 'ERR_PAGE_MISSING';

/** The inspector cannot do what it was asked for; the message is one sentence that says why. */
export class InspectorError extends Error {
  override readonly name = 'InspectorError';
  readonly code: InspectorErrorCode;

  constructor(message: string, code: InspectorErrorCode, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}
