// How long a server asks to be left alone (RFC 9110 §10.2.3).

import { ProtocolError } from '../errors/protocol-error.ts';
import { parseHTTPDate } from '../message/http-date.ts';

/** Statuses whose Retry-After is heeded where a Retry respects it: urllib3's. */
export const RETRY_AFTER_STATUSES: ReadonlySet<number> = new Set([413, 429, 503]);

/**
 * The wait that a Retry-After asks for, in ms: a number of seconds, or the time until a date, which is 0 for one that has
 * passed.
 *
 * @param now The time of day, in ms since the Unix epoch.
 * @throws {ProtocolError} `ERR_INVALID_RETRY_AFTER` for what is neither.
 */
export function parseRetryAfter(value: string, now: number): number {
  const text = value.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = parseHTTPDate(text, now);
  if (date !== null) return Math.max(0, date - now);
  const shown = JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  throw new ProtocolError(`Cannot use ${shown} as a Retry-After: it is neither a number of seconds nor an HTTP date`, {
    code: 'ERR_INVALID_RETRY_AFTER',
    phase: 'head',
  });
}
