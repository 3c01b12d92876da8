// What fetch() rejects with: a TypeError where the request cannot be made or the network fails (WHATWG Fetch §5.6), the
// signal's reason where it was aborted. The message says what happened; the error of this library is its cause.
//
// Libraries that try again (is-network-error, and p-retry and ky by it) tell a failure of the network from a mistake by the
// text alone. Of the texts that they know only this one, Deno's, has room for a reason.

import { HTTPError } from '../errors/http-error.ts';
import { redactUrl } from '../message/redact-url.ts';

/** The error of a network that fails, with the reason as a sentence. */
export function networkError(url: string, why: string, cause?: unknown): TypeError {
  const text = `error sending request for url (${redactUrl(url)}) with fetch: ${why}`;
  return new TypeError(text, cause === undefined ? undefined : { cause });
}

/** What an error of the engine is to a caller of fetch(); what is none, a signal's reason say, stays as it is. */
export function fetchError(reason: unknown, url: string): unknown {
  if (!(reason instanceof HTTPError)) return reason;
  if (reason.phase === 'request' && !isOfOtherScheme(url)) return new TypeError(reason.message, { cause: reason });
  return networkError(url, reason.message, reason);
}

/** A scheme that nobody here speaks is a network that fails, not a mistake (WHATWG Fetch §4.3, "scheme fetch"). */
function isOfOtherScheme(url: string): boolean {
  return URL.canParse(url) && !/^https?:/.test(new URL(url).protocol);
}
