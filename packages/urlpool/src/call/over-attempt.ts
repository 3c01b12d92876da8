import { type ErrorConnection, HTTPError } from '../errors/http-error.ts';
import type { Head } from '../message/head.ts';
import type { Retry } from '../policy/retry.ts';
import type { WireRequest } from '../request/wire-request.ts';
import type { CallStory, EndedAttempt } from '../trace/call-story.ts';
import type { CallEnd } from '../trace/trace-event.ts';
import type { Context } from '../util/context.ts';
import type { CallSettings } from './call-settings.ts';
import type { CallTrace } from './call-trace.ts';
import type { Place } from './router.ts';

/** An attempt that is over, and its call. */
export interface OverAttempt {
  readonly request: WireRequest;
  readonly settings: CallSettings;
  readonly trace: CallTrace | null;
  readonly story: CallStory;
  readonly place: Place;
  readonly retries: Retry;
  /** Its connection; if it had none, that of the attempt before. */
  readonly connection: ErrorConnection | null;
  /** Whether it had a connection of its own: one that the call did not live to begin had none. */
  readonly isBegun: boolean;
  readonly head: Head | null;
  /** Whether its response decided what follows: it was answered, whatever error comes of that. */
  readonly isAnswered: boolean;
  /** When the call's time is over, by the clock's `now()`; null for no limit. */
  readonly deadline: number | null;
  /** Where the caller's predicate runs. */
  readonly context: Context;
}

/** The attempt, as the story of its call tells it. */
export function endedAttempt(
  { request, connection, isBegun, head }: OverAttempt,
  error: HTTPError | null,
): EndedAttempt {
  const { method, url, attempt } = request;
  const status = error === null ? (head?.status ?? null) : null;
  return { method, url, attempt, connection: isBegun ? connection : null, status, error };
}

/**
 * What the end of a call tells of its way there.
 *
 * @param reason What the call failed with; null for nothing. Its last attempt failed with the cause of an error that gives up.
 */
export function endOf(over: OverAttempt, reason: unknown): Pick<CallEnd, 'timings' | 'attempts'> {
  const { story, request, settings, isAnswered } = over;
  const now = settings.alarms.clock.now();
  const error = reason instanceof HTTPError && !isAnswered ? reason : null;
  const last = endedAttempt(over, error?.cause instanceof HTTPError ? error.cause : error);
  return { timings: story.timings(request.attempt, now), attempts: story.attempts(last, now) };
}
