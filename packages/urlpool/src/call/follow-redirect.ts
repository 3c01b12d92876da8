import { originText } from '../message/origin.ts';
import type { WireRequest } from '../request/wire-request.ts';
import { hostChangedError } from './call-error.ts';
import type { NextStep } from './next-step.ts';
import { Rejection } from './outcome.ts';
import type { OverAttempt } from './over-attempt.ts';
import { redirectedRequest } from './redirected-request.ts';
import { type Place, placeFor } from './router.ts';

/**
 * Makes the request that follows a redirect and finds its place, and tells the events of it. A rejection where none leads
 * there.
 *
 * @param bare The redirected request, without what was added to its last attempt.
 */
export function followRedirect(
  step: Extract<NextStep, { do: 'redirect' }>,
  bare: WireRequest,
  { request: from, head, settings, place: before, retries, trace }: OverAttempt,
): { readonly request: WireRequest; readonly place: Place } | Rejection {
  const { redirects, router, replay } = settings;
  const { request, origin, dropped } = redirectedRequest(before.origin, bare, {
    ...step,
    kept: redirects.keepHeaders,
    removed: retries.removeHeadersOnRedirect,
    replay,
  });
  const status = head?.status ?? 0;
  const place = placeFor(router, origin, request.upgrade);
  if (place !== null && !(place instanceof Rejection)) {
    trace?.redirect(from, status, request.url, { dropped });
    return { request, place };
  }
  const rejection = place ?? new Rejection(hostChangedError(request, originText(before.origin)));
  const { reason } = rejection;
  trace?.redirect(from, status, request.url, { why: reason instanceof Error ? reason.message : String(reason) });
  return rejection;
}
