// What follows an attempt: a pure function of how it ended and of what the call may still do. The call performs the
// answer; this file does no I/O and knows no pool.

import type { ErrorConnection, HTTPError } from '../errors/http-error.ts';
import { maxRetryError } from '../errors/max-retry-error.ts';
import { RedirectError } from '../errors/redirect-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import { retryKind } from '../policy/classify.ts';
import type { Failure } from '../policy/failure.ts';
import { isRedirect, redirectedMethod, redirectTarget } from '../policy/redirect.ts';
import { Retry, type RetryEntry } from '../policy/retry.ts';

/** How an attempt ended: with a response, of which the head is here, or with a failure. */
export type Ending =
  | { readonly is: 'response'; readonly status: number; readonly location: string | null }
  | { readonly is: 'failure'; readonly error: HTTPError; readonly why: Failure['why'] | 'dial' };

/** The attempt, and what the call may still do. */
export interface Attempt {
  readonly method: string;
  readonly url: string;
  readonly attempt: number;
  readonly connection: ErrorConnection | null;
  readonly body: 'none' | 'replayable' | 'unread' | 'consumed';
  readonly retries: Retry;
  /** Whether redirects are followed. */
  readonly redirect: boolean;
  /** What is left of the call's time, in ms; null for no limit. */
  readonly left: number | null;
  /** From 0 to 1, for the jitter of a wait. */
  readonly random: () => number;
}

export type NextStep =
  | { readonly do: 'done' }
  | {
      readonly do: 'redirect';
      readonly url: string;
      readonly method: string;
      readonly dropsBody: boolean;
      readonly retries: Retry;
    }
  | { readonly do: 'retry'; readonly retries: Retry; readonly delay: number }
  | {
      readonly do: 'fail';
      readonly error: HTTPError;
      /** Why it was not tried again, for the event; null where it never would have been. */
      readonly refused: 'policy' | 'exhausted' | 'deadline' | 'body' | null;
    };

const DONE: NextStep = { do: 'done' };

/** Decides what follows. */
export function nextStep(ending: Ending, attempt: Attempt): NextStep {
  return ending.is === 'response' ? afterResponse(ending, attempt) : afterFailure(ending, attempt);
}

function afterResponse({ status, location }: Extract<Ending, { is: 'response' }>, attempt: Attempt): NextStep {
  const { retries, method, url } = attempt;
  if (!isRedirect(status) || location === null || !attempt.redirect || !retries.enabled) return DONE;
  const target = redirectTarget(location, url);
  if (target === null) return unfollowable(attempt, `Location ${JSON.stringify(location)} is no http or https URL`);
  const nextMethod = redirectedMethod(status, method);
  const dropsBody = nextMethod !== method;
  if (!dropsBody && attempt.body === 'consumed') {
    return unfollowable(attempt, 'its body was a stream and cannot be sent again; give a function that makes it');
  }
  const next = retries.increment('redirect', entryOf(attempt, { status, redirectLocation: location }));
  if (!next.isExhausted) return { do: 'redirect', url: target, method: nextMethod, dropsBody, retries: next };
  if (!retries.raiseOnRedirect) return DONE;
  return { do: 'fail', error: maxRetryError(null, { ...attempt, history: next.history }), refused: 'exhausted' };
}

function unfollowable(attempt: Attempt, why: string): NextStep {
  const { method, url, connection } = attempt;
  const error = new RedirectError(
    `Cannot follow the redirect of ${method} ${url}: ${why}`,
    { code: 'ERR_REDIRECT', phase: 'redirect', method, url, attempt: attempt.attempt, connection },
    attempt.retries.history,
  );
  return { do: 'fail', error, refused: null };
}

function afterFailure({ error, why }: Extract<Ending, { is: 'failure' }>, attempt: Attempt): NextStep {
  const { retries } = attempt;
  const fail = (refused: Extract<NextStep, { do: 'fail' }>['refused']): NextStep => {
    error.history = retries.history;
    return { do: 'fail', error, refused };
  };
  const kind = retryKind(error, why);
  if (kind === null || !retries.enabled) return fail(null);
  if (kind === 'read' && !mayReadAgain(error, attempt)) return fail('policy');
  if (attempt.body === 'consumed') return fail('body');
  const next = retries.increment(kind, entryOf(attempt, { error }));
  if (next.isExhausted) {
    // By default a call that was never tried again fails with the error itself: nothing was given up on.
    if (retries === Retry.DEFAULT) return fail('exhausted');
    return { do: 'fail', error: maxRetryError(error, { ...attempt, history: next.history }), refused: 'exhausted' };
  }
  const delay = next.backoff(attempt.random);
  if (attempt.left !== null && delay >= attempt.left) return fail('deadline');
  return { do: 'retry', retries: next, delay };
}

/** The server may have acted on it: the method must allow a second time, and timeouts count only where they should. */
function mayReadAgain(error: HTTPError, { method, retries }: Attempt): boolean {
  return retries.allows(method) && (retries.retryTimeouts || !(error instanceof TimeoutError));
}

function entryOf(
  { method, url }: Attempt,
  { error = null, status = null, redirectLocation = null }: Partial<RetryEntry>,
): RetryEntry {
  return { method, url, error, status, redirectLocation };
}
