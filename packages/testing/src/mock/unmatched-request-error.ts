// What is told of a request that no route answers: which routes came near, and why they did not match.

import type { MockRequest } from './mock-request.ts';
import type { RouteRecord } from './mock-route.ts';

/** Routes to show. */
const MOST = 5;

/** A request that no route answers. Its code ends the call at once, whatever its Retry allows. */
export class UnmatchedRequestError extends Error {
  override readonly name = 'UnmatchedRequestError';
  readonly code = 'ERR_CONNECTOR';
  readonly request: MockRequest;

  constructor(request: MockRequest, why: string) {
    super(`No route of the mock matches ${request.method} ${request.url}: ${why}`);
    this.request = request;
  }
}

/** Why a request was not answered: by the routes for its URL, or else by those that came nearest. */
export function whyUnmatched(request: MockRequest, routes: readonly RouteRecord[]): string {
  if (routes.length === 0) return 'it has no routes';
  const verdicts = routes.map(({ pattern, steps }) => ({ pattern, steps, ...pattern.verdict(request) }));
  const near = verdicts.filter(({ isFar }) => !isFar);
  const candidates = (near.length > 0 ? near : verdicts).sort((a, b) => a.faults.length - b.faults.length);
  const lines = candidates.slice(0, MOST).map(({ pattern, steps, faults }) => {
    return `\n  ${pattern.description}: ${faults.length > 0 ? faults.join('; ') : usedUp(steps)}`;
  });
  const more = candidates.length > MOST ? `\n  and ${candidates.length - MOST} more` : '';
  return `the nearest ${lines.length === 1 ? 'is' : 'are'}${lines.join('')}${more}`;
}

function usedUp({ isEmpty, taken }: RouteRecord['steps']): string {
  return isEmpty ? 'it matches, but it has no reply()' : `it matches, but is used up after ${counted(taken)}`;
}

function counted(requests: number): string {
  return requests === 1 ? '1 request' : `${requests} requests`;
}
