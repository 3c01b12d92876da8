// Asks nextStep() what follows an attempt, with what the call knows, and tells the events of it. The caller's own
// predicate runs in there: it may throw, and it may abort the call, so that whoever asks looks afterwards.

import { HTTPError } from '../errors/http-error.ts';
import { findField } from '../message/fields.ts';
import type { Head } from '../message/head.ts';
import type { Failure } from '../policy/failure.ts';
import { isRedirect } from '../policy/redirect.ts';
import { Retry } from '../policy/retry.ts';
import { invalidRetryAfter, retryAfterWait } from '../policy/retry-after.ts';
import { shouldReplay } from '../policy/should-replay.ts';
import type { WireRequest } from '../request/wire-request.ts';
import { type Ending, locationOf, type NextStep, nextStep } from './next-step.ts';
import type { OverAttempt } from './over-attempt.ts';

/** Whether a response of this status may be followed by another attempt: most are not, and are not looked at. */
export function mayFollow(status: number, retries: Retry, { expectContinue }: WireRequest): boolean {
  return isRedirect(status) || retries.concerns(status) || (status === 417 && expectContinue !== null);
}

/** What follows a response, whose head is here. */
export function decideOn({ status, reason, fields }: Head, over: OverAttempt): NextStep {
  const { request, settings, trace } = over;
  const { redirects } = settings;
  const location = isRedirect(status) && redirects.follow ? locationOf(fields) : null;
  const retryAfter = waitOf(findField(fields, 'retry-after'), over);
  const step = decide({ is: 'response', status, reason, fields, retryAfter }, over);
  if (location === null) {
    trace?.retry(request, String(status), step);
  } else if (step.do === 'fail') {
    const why = step.error instanceof HTTPError ? step.error.message : String(step.error);
    trace?.redirect(request, status, location, { why });
  } else if (step.do === 'done' && step.refused !== null) {
    trace?.redirect(request, status, location, { why: step.refused });
  }
  return step;
}

/** What follows an error. */
export function decideAfter(error: HTTPError, why: Failure['why'] | 'dial', over: OverAttempt): NextStep {
  const step = decide({ is: 'failure', error, why }, over);
  over.trace?.retry(over.request, error.code, step);
  return step;
}

/** Whether the request is sent again at once, since it was a kept connection that died under it. */
export function willReplay(failure: Failure, wasReplayed: boolean, over: OverAttempt): boolean {
  const { request, settings, trace, connection } = over;
  const decision = shouldReplay(
    failure,
    {
      method: request.method,
      hasIdempotencyKey: request.fields.hasIdempotencyKey,
      body: request.body === null ? 'none' : request.body.state,
    },
    settings.replay,
  );
  const isReplayed = decision.replay && !wasReplayed;
  trace?.replay(request, { connection: connection?.id ?? 0, because: failure.error.code }, decision, isReplayed);
  return isReplayed;
}

/** The wait that a Retry-After asks for, in ms; an invalid one counts as absent. */
function waitOf(value: string | null, { request, settings, trace }: OverAttempt): number | null {
  if (value === null) return null;
  const wait = retryAfterWait(value, settings.alarms.clock.wallNow());
  if (wait === null) trace?.invalidRetryAfter(request, invalidRetryAfter(value));
  return wait;
}

function decide(ending: Ending, over: OverAttempt): NextStep {
  const { request, settings, place, retries, connection, deadline, context } = over;
  const now = settings.alarms.clock.now();
  const attempt = {
    method: request.method,
    url: request.url,
    attempt: request.attempt,
    connection,
    body: request.body === null ? 'none' : request.body.state,
    expects: request.expectContinue !== null,
    retries,
    redirects: settings.redirects,
    left: deadline === null ? null : deadline - now,
    isDefault: settings.retries === Retry.DEFAULT,
    mayRetry: () => !settings.hasBudget || place.budget.spend(now),
    random: settings.random,
  } as const;
  try {
    return context(() => nextStep(ending, attempt));
  } catch (error) {
    return { do: 'fail', error, refused: null }; // the caller's predicate threw it
  }
}
