// The attribute error.type: a closed list, so that a metric labelled by it stays small. It is the status as text where that
// is 400 or above, else one of urlpool's error codes (docs/errors.md), or `_OTHER` for what has none. What the caller
// ended, by a signal or by a callback that threw, is ERR_CANCELLED.

/** How an attempt came to its end. */
export interface AttemptEnd {
  /** Null where no response began. */
  readonly status: number | null;
  /** The code of what its exchange failed with; null where it did not fail, or never began. */
  readonly exchangeError: string | null;
  readonly after: AfterAttempt;
}

/** What came after an attempt: another one, for a reason that may be an error's code, or the end of the call. */
export type AfterAttempt =
  | { readonly is: 'another'; readonly because: string | null }
  | { readonly is: 'end'; readonly error: unknown };

const CANCELLED = 'ERR_CANCELLED';

/** What the attempt failed with; null where it did not. */
export function errorType({ status, exchangeError, after }: AttemptEnd): string | null {
  if (status !== null && status >= 400) return String(status);
  if (exchangeError !== null && exchangeError !== CANCELLED) return exchangeError;
  if (after.is === 'another') return status === null ? (after.because ?? '_OTHER') : null;
  if (after.error === null) return null;
  const code = codeOf(after.error);
  if (code === null) return CANCELLED;
  return isDisposal(code) && status !== null ? null : code;
}

/** Whether nobody wanted the rest of a body: the caller disposed of the response, or the call went on without it. */
export function isGivenUp(end: AttemptEnd): boolean {
  return end.status !== null && end.exchangeError === CANCELLED && errorType({ ...end, exchangeError: null }) === null;
}

/** Not an error of the attempt: its caller had seen enough. */
function isDisposal(code: string): boolean {
  return code === CANCELLED || code === 'ERR_BODY_USED';
}

/** The code of one of urlpool's errors, of whichever copy of it; null for the reason of a signal, say. */
function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && 'phase' in error && typeof error.code === 'string'
    ? error.code
    : null;
}
