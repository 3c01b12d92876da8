// How long a server asks to be left alone (RFC 9110 §10.2.3).

import { ProtocolError } from '../errors/protocol-error.ts';
import { parseHTTPDate } from '../message/http-date.ts';

/** Statuses whose Retry-After is heeded where a Retry respects it: urllib3's. */
export const RETRY_AFTER_STATUSES: ReadonlySet<number> = new Set([413, 429, 503]);

/**
 * The wait that a Retry-After asks for, in ms: a number of seconds, or the time until a date, which is 0 for one that has
 * passed; null for what is neither.
 *
 * @param now The time of day, in ms since the Unix epoch.
 */
export function retryAfterWait(value: string, now: number): number | null {
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = parseHTTPDate(text, now);
  return date === null ? null : Math.max(0, date - now);
}

/** The error of a Retry-After that is neither a number of seconds nor a date. */
export function invalidRetryAfter(value: string): ProtocolError {
  const shown = JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return new ProtocolError(`Cannot use ${shown} as a Retry-After: it is neither a number of seconds nor an HTTP date`, {
    code: 'ERR_INVALID_RETRY_AFTER',
    phase: 'head',
  });
}
