// Whether an attempt that a dying kept connection took with it is sent again at once, without asking the Retry policy.
// The server may close an idle connection at any moment, so a request can meet a closing it could not have foreseen
// (RFC 9112 §9.3.1). Sending it again is safe where it is known that the server did nothing with it, and allowed
// where doing it twice is the same as once (RFC 9110 §9.2.2). The rows are those of Go's net/http, with PUT and DELETE.

import { invalidOption } from '../errors/invalid-option.ts';
import type { Failure } from './failure.ts';
import { isIdempotent, isSafe } from './method.ts';

const REPLAY_POLICIES: readonly ReplayPolicy[] = ['idempotent', 'safe', 'unsent', false];

/** Which attempts may be replayed: idempotent ones, safe ones, only those of which nothing was sent, or none. */
export type ReplayPolicy = 'idempotent' | 'safe' | 'unsent' | false;

/**
 * Checks a `replay` option.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function checkReplay(replay: ReplayPolicy | undefined): void {
  if (replay === undefined || REPLAY_POLICIES.includes(replay)) return;
  throw invalidOption('replay', replay, "give 'idempotent', 'safe', 'unsent' or false");
}

/** What the decision needs to know of the request. */
export interface ReplayRequest {
  readonly method: string;
  /** Whether it carries an Idempotency-Key, which makes any method idempotent. */
  readonly hasIdempotencyKey: boolean;
  /** `unread`: a body that can be sent once, of which nothing was taken yet. */
  readonly body: 'none' | 'replayable' | 'unread' | 'consumed';
}

/** The decision, with its reason in a word for events. */
export type ReplayDecision =
  | { readonly replay: true; readonly why: 'unprocessed' | 'nothing-sent' | 'idempotent' }
  | {
      readonly replay: false;
      readonly why: 'off' | 'not-a-death' | 'response-begun' | 'fresh' | 'body-consumed' | 'not-idempotent';
    };

/** Decides for one failed attempt. It says nothing of how often: once per attempt is the caller's rule. */
export function shouldReplay(failure: Failure, request: ReplayRequest, policy: ReplayPolicy): ReplayDecision {
  if (policy === false) return { replay: false, why: 'off' };
  const { why } = failure;
  if (why !== 'eof' && why !== 'reset' && why !== 'unprocessed') return { replay: false, why: 'not-a-death' };
  if (failure.received) return { replay: false, why: 'response-begun' };
  if (why !== 'unprocessed' && failure.fresh) return { replay: false, why: 'fresh' };
  if (request.body === 'consumed') return { replay: false, why: 'body-consumed' };
  if (why === 'unprocessed') return { replay: true, why: 'unprocessed' };
  if (failure.sent === 'nothing') return { replay: true, why: 'nothing-sent' };
  if (isRepeatable(request, policy)) return { replay: true, why: 'idempotent' };
  return { replay: false, why: 'not-idempotent' };
}

/** Whether a request that goes out now may be sent again if it finds its connection dead: a stream is consumed by then. */
export function isReplayable(request: ReplayRequest, policy: ReplayPolicy): boolean {
  return request.body !== 'unread' && isRepeatable(request, policy);
}

/** Whether a request may be sent again though the server may have acted on it. */
export function isRepeatable(request: ReplayRequest, policy: ReplayPolicy): boolean {
  if (policy === false || policy === 'unsent' || request.body === 'consumed') return false;
  if (policy === 'safe') return isSafe(request.method);
  return isIdempotent(request.method) || request.hasIdempotencyKey;
}
