// What follows an attempt: a pure function of how it ended and of what the call may still do. The call performs the
// answer; this file does no I/O and knows no pool.

import type { ErrorCode } from '../errors/error-code.ts';
import type { ErrorConnection, HTTPError, Refusal } from '../errors/http-error.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { maxRetryError } from '../errors/max-retry-error.ts';
import { RedirectError } from '../errors/redirect-error.ts';
import { SendError } from '../errors/send-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import { type Fields, findField } from '../message/fields.ts';
import { HTTPHeaders } from '../message/http-headers.ts';
import { redactReference, redactUrl } from '../message/redact-url.ts';
import { namesSocket } from '../message/socket-path.ts';
import { retryKind } from '../policy/classify.ts';
import type { Failure } from '../policy/failure.ts';
import { isDowngrade, isRedirect, type RedirectRules, redirectedMethod, redirectTarget } from '../policy/redirect.ts';
import type { EndedAttempt, Retry, RetryEntry } from '../policy/retry.ts';
import { StatusError } from '../response/status-error.ts';

/** The head of a response. */
export interface ResponseEnding {
  readonly is: 'response';
  readonly status: number;
  readonly reason: string;
  readonly fields: Fields;
  /** The wait that a valid Retry-After asks for, in ms; null where there is none. */
  readonly retryAfter: number | null;
}

/** How an attempt ended: with a response, of which the head is here, or with a failure. */
export type Ending =
  | ResponseEnding
  | { readonly is: 'failure'; readonly error: HTTPError; readonly why: Failure['why'] | 'dial' };

/** The attempt, and what the call may still do. */
export interface Attempt {
  readonly method: string;
  readonly url: string;
  readonly attempt: number;
  readonly connection: ErrorConnection | null;
  readonly body: 'none' | 'replayable' | 'unread' | 'consumed';
  /** Whether the server was asked, by Expect, whether it wants the body. */
  readonly expects: boolean;
  readonly retries: Retry;
  readonly redirects: RedirectRules;
  /** What is left of the call's time, in ms; null for no limit. */
  readonly left: number | null;
  /** Whether the call began with `Retry.DEFAULT`. */
  readonly isDefault: boolean;
  /** Whether the origin's budget has room for one retry more; asked last, since it then counts. */
  readonly mayRetry: () => boolean;
  /** From 0 to 1, for the jitter of a wait. */
  readonly random: () => number;
}

export type NextStep =
  | {
      readonly do: 'redirect';
      readonly url: string;
      readonly method: string;
      readonly dropsBody: boolean;
      readonly retries: Retry;
      readonly delay: number;
    }
  | {
      readonly do: 'retry';
      readonly retries: Retry;
      readonly delay: number;
      /** Whether it must not go over a connection that is kept now. */
      readonly fresh: boolean;
    }
  /** What the attempt ended with is what the call ends with; `refused` is null where nothing else was thought of. */
  | { readonly do: 'done'; readonly refused: Refusal | null }
  | { readonly do: 'fail'; readonly error: unknown; readonly refused: Refusal | null };

const CONSUMED = 'was a stream and cannot be sent again; give a function that makes it';

const DONE: NextStep = { do: 'done', refused: null };

/** Decides what follows. */
export function nextStep(ending: Ending, attempt: Attempt): NextStep {
  if (ending.is === 'failure') return afterFailure(ending, attempt);
  if (refusesExpectation(ending.status, attempt)) {
    const entry = entryOf(attempt, { status: ending.status });
    return { do: 'retry', retries: attempt.retries.record(entry), delay: 0, fresh: false };
  }
  if (!attempt.retries.enabled) return DONE;
  const location = locationOf(ending.fields);
  return attempt.redirects.follow && isRedirect(ending.status) && location !== null
    ? afterRedirect(ending, location, attempt)
    : afterStatus(ending, attempt);
}

/** The request is sent again at once, without an attempt less: its answer asks for credentials that there are. */
export function askedAgain(
  { method, url }: Pick<Attempt, 'method' | 'url'>,
  status: number,
  retries: Retry,
): Extract<NextStep, { do: 'retry' }> {
  const entry = { method, url, error: null, status, redirectLocation: null };
  return { do: 'retry', retries: retries.record(entry), delay: 0, fresh: false };
}

/** How many attempts in a row, the latest ones, were answered with this status: of one request, whatever led to it. */
export function countLast(status: number, history: Retry['history']): number {
  return history.length - 1 - history.findLastIndex((entry) => entry.status !== status);
}

/** It is not the request that the server refuses, but the question before it: asked without, it may succeed (RFC 9110 §10.1.1). */
function refusesExpectation(status: number, { expects, body }: Pick<Attempt, 'expects' | 'body'>): boolean {
  return status === 417 && expects && body !== 'consumed';
}

/** Where a redirect leads, as the server wrote it; null where it does not say. */
export function locationOf(fields: Fields): string | null {
  return findField(fields, 'location') || null;
}

function afterRedirect({ status, retryAfter }: ResponseEnding, location: string, attempt: Attempt): NextStep {
  const { retries, method, url, redirects } = attempt;
  const target = redirectTarget(location, url);
  if (target === null) {
    const why = namesSocket(location) ? 'names a socket, which no server may choose' : 'is no http or https URL';
    return unfollowable(attempt, `Location "${redactUrl(location)}" ${why}`);
  }
  if (isDowngrade(url, target) && !redirects.allowDowngrade) {
    return unfollowable(attempt, 'it leads from https to http; option: allowDowngrade', 'ERR_REDIRECT_DOWNGRADE');
  }
  const nextMethod = redirects.keepMethod && status !== 303 ? method : redirectedMethod(status, method);
  const dropsBody = nextMethod !== method;
  if (!dropsBody && attempt.body === 'consumed') {
    return unfollowable(attempt, `its body ${CONSUMED}`, 'ERR_BODY_CONSUMED');
  }
  const next = retries.increment(
    'redirect',
    entryOf(attempt, { status, redirectLocation: redactReference(location, url) }),
  );
  const followed = retries.history.filter((entry) => entry.redirectLocation !== null).length;
  if (redirects.max !== null && followed >= redirects.max) {
    return fail(maxRetryError(null, { ...attempt, history: next.history }), 'exhausted');
  }
  if (next.isExhausted) {
    if (!retries.raiseOnRedirect) return { do: 'done', refused: 'exhausted' };
    return fail(maxRetryError(null, { ...attempt, history: next.history }), 'exhausted');
  }
  const delay = retries.heeded(retryAfter);
  if (outlasts(delay, attempt)) return { do: 'done', refused: 'deadline' };
  return { do: 'redirect', url: target, method: nextMethod, dropsBody, retries: next, delay };
}

function unfollowable(attempt: Attempt, why: string, code: ErrorCode = 'ERR_REDIRECT'): NextStep {
  const { method, url, connection } = attempt;
  const error = new RedirectError(
    `Cannot follow the redirect of ${method} ${url}: ${why}`,
    { code, phase: 'redirect', method, url, attempt: attempt.attempt, connection },
    attempt.retries.history,
  );
  return fail(error, null);
}

function afterStatus({ status, reason, fields, retryAfter }: ResponseEnding, attempt: Attempt): NextStep {
  const { retries, method } = attempt;
  const entry = entryOf(attempt, { status });
  const asked = askedFor(attempt, null, () => ({ status, headers: new HTTPHeaders(fields) }));
  if (!(asked ?? retries.isRetry(method, status, retryAfter !== null))) {
    return asked === undefined && asksForFreshConnection(status, attempt)
      ? { do: 'retry', retries: retries.record(entry), delay: 0, fresh: true }
      : DONE;
  }
  if (attempt.body === 'consumed') return afterConsumed(status, attempt);
  const next = retries.increment('status', entry);
  if (next.isExhausted) {
    if (!retries.raiseOnStatus) return { do: 'done', refused: 'exhausted' };
    const cause = new StatusError({ ...attempt, status, reason, fields }, null);
    return fail(maxRetryError(cause, { ...attempt, history: next.history }), 'exhausted');
  }
  const delay = retries.heeded(retryAfter) || next.backoff(attempt.random);
  if (outlasts(delay, attempt)) return { do: 'done', refused: 'deadline' };
  if (!attempt.mayRetry()) return { do: 'done', refused: 'budget' };
  return { do: 'retry', retries: next, delay, fresh: false };
}

/** The server says that this connection, or this early, is wrong for the request: another one may be right, once. */
function asksForFreshConnection(status: number, { retries, body }: Attempt): boolean {
  if (!retries.freshConnectionStatuses.includes(status) || body === 'consumed') return false;
  // What another origin said before a redirect does not count.
  const here = retries.history.slice(retries.history.findLastIndex((entry) => entry.redirectLocation !== null) + 1);
  return !here.some((entry) => entry.status === status);
}

function afterConsumed(status: number, { method, url, attempt, connection, retries }: Attempt): NextStep {
  if (!retries.raiseOnStatus) return { do: 'done', refused: 'body' };
  const error = new SendError(
    `Cannot send ${method} ${url} again after status ${status}: its body ${CONSUMED}`,
    { code: 'ERR_BODY_CONSUMED', phase: 'send', method, url, attempt, connection },
    retries.history,
  );
  return fail(error, 'body');
}

function afterFailure({ error, why }: Extract<Ending, { is: 'failure' }>, attempt: Attempt): NextStep {
  const { retries } = attempt;
  const asItIs = (refused: Refusal | null): NextStep => {
    error.history = retries.history;
    return fail(error, refused);
  };
  const kind = retryKind(error, why);
  if (kind === null || !retries.enabled || retries[kind] === false) return asItIs(null);
  const asked = askedFor(attempt, error, () => null);
  if (!(asked ?? (kind !== 'read' || mayReadAgain(error, attempt)))) return asItIs('policy');
  if (attempt.body === 'consumed') return asItIs('body');
  const next = retries.increment(kind, entryOf(attempt, { error }));
  if (next.isExhausted) {
    // By default a call that was never tried again fails with the error itself: nothing was given up on.
    const isFirst = retries.history.every((entry) => entry.redirectLocation !== null);
    if (attempt.isDefault && isFirst) return asItIs('exhausted');
    return fail(maxRetryError(error, { ...attempt, history: next.history }), 'exhausted');
  }
  const delay = next.backoff(attempt.random);
  if (outlasts(delay, attempt)) return asItIs('deadline');
  if (!attempt.mayRetry()) return asItIs('budget');
  return { do: 'retry', retries: next, delay, fresh: false };
}

function fail(error: HTTPError, refused: Refusal | null): NextStep {
  error.refused = refused;
  return { do: 'fail', error, refused };
}

/** What the caller's own predicate says; undefined where there is none, or it leaves the matter to the rules. */
function askedFor(
  { retries, attempt, method, url }: Attempt,
  error: HTTPError | null,
  response: () => EndedAttempt['response'],
): boolean | undefined {
  const asked: unknown = retries.retryOn?.({ attempt, method, url, error, response: response(), retries });
  if (asked === undefined || typeof asked === 'boolean') return asked;
  throw invalidOption('the answer of retries.retryOn', asked, 'give true, false or undefined, at once');
}

/** The server may have acted on it: the method must allow a second time, and timeouts count only where they should. */
function mayReadAgain(error: HTTPError, { method, retries }: Attempt): boolean {
  return retries.allows(method) && (retries.retryTimeouts || !(error instanceof TimeoutError));
}

/** Whether the call's time is over before the wait is. */
function outlasts(delay: number, { left }: Attempt): boolean {
  return left !== null && delay >= left;
}

function entryOf(
  { method, url }: Attempt,
  { error = null, status = null, redirectLocation = null }: Partial<RetryEntry>,
): RetryEntry {
  return { method, url, error, status, redirectLocation };
}
