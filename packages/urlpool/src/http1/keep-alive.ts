// Whether a connection persists after a response, and for how long the server says it keeps it (RFC 9112 §9.3).

import type { Head } from '../message/head.ts';
import { tokenList } from '../message/token-list.ts';

/** Whether the response allows another request on the connection, by its version and Connection field. */
export function persists(version: Head['version'], connection: string | null): boolean {
  if (connection === null) return version !== '1.0';
  if (connection === 'keep-alive') return true; // what most servers send, spelled so
  const options = tokenList(connection);
  return !options.includes('close') && (version !== '1.0' || options.includes('keep-alive'));
}

/** What a Keep-Alive field promises; both parts are hints, and both may be absent. */
export interface KeepAliveHint {
  /** For how long the server keeps the connection idle, in ms. */
  readonly timeout: number | null;
  /** How many more requests it takes. */
  readonly max: number | null;
}

const NO_HINT: KeepAliveHint = { timeout: null, max: null };

/** Reads a Keep-Alive field (RFC 2068 §19.7.1.1); what is malformed in it is ignored. */
export function keepAliveHint(value: string | null): KeepAliveHint {
  if (value === null) return NO_HINT;
  return { timeout: parameter(value, TIMEOUT, 1000), max: parameter(value, MAX, 1) };
}

const TIMEOUT = /(?:^|[,;\s])timeout\s*=\s*"?(\d{1,9})(?!\d)/i;
const MAX = /(?:^|[,;\s])max\s*=\s*"?(\d{1,9})(?!\d)/i;

function parameter(value: string, pattern: RegExp, unit: number): number | null {
  const digits = pattern.exec(value)?.[1];
  return digits === undefined ? null : Number(digits) * unit;
}

/**
 * For how long a connection may idle, in ms: the limit, or less where the server gives it up earlier. One second before
 * the server does, or half its time where that is below two seconds, so that our request and its FIN do not cross.
 */
export function keepFor(limit: number, hint: KeepAliveHint): number {
  if (hint.timeout === null) return limit;
  const safe = hint.timeout < 2000 ? hint.timeout / 2 : hint.timeout - 1000;
  return Math.min(limit, safe);
}
