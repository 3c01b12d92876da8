// The story of a call in a few lines of text: which connection carried each of its attempts, whether that was a kept one,
// where the time went, and why there was another attempt.

import type { Attempt } from '../errors/attempt.ts';
import { HTTPError } from '../errors/http-error.ts';
import { RequestError } from '../errors/request-error.ts';
import type { Timings } from '../errors/timings.ts';
import { BaseResponse } from './base-response.ts';

/**
 * Tells how a response or an error came about: a line for its end, and one for each attempt.
 *
 * @example
 * const response = await http.request('GET', 'https://example.org/');
 * console.log(explain(response));
 * // GET https://example.org/: 200 after 54 ms, 2 attempts
 * //   1. on connection 3 to 192.0.2.1:443, kept for 12 s, used 41 times: ConnectionError … (ERR_CONNECTION_CLOSED); sent
 * //      again at once
 * //   2. on connection 7 to 192.0.2.1:443, opened in 31 ms (dns 2 ms, tcp 9 ms, tls 20 ms): 200; …
 *
 * @param of A response, or an error that a call has thrown.
 * @throws {RequestError} `ERR_INVALID_OPTION` for anything else.
 */
export function explain(of: unknown): string {
  if (of instanceof BaseResponse) {
    const { method, url, status, reason, timings, attempts } = of;
    const answer = reason === '' ? String(status) : `${status} ${reason}`;
    return story(`${method} ${url}: ${answer} after ${duration(timings.total)}`, attempts);
  }
  if (of instanceof HTTPError) {
    const { message, timings, attempts } = of;
    const after = timings === null ? '' : ` (after ${duration(timings.total)})`;
    return story(`${message}${after}`, attempts);
  }
  const given = of instanceof Error ? `an error of another kind (${of.name})` : `a value of type ${typeof of}`;
  throw new RequestError(`Cannot explain ${given}: give a response or an HTTPError of urlpool`, {
    code: 'ERR_INVALID_OPTION',
    phase: 'request',
  });
}

function story(end: string, attempts: readonly Attempt[]): string {
  const first = attempts[0];
  const lines = attempts.map((attempt, i) => {
    const isElsewhere = attempt.url !== first?.url || attempt.method !== first.method;
    const what = isElsewhere ? `${attempt.method} ${attempt.url} ` : '';
    return `  ${i + 1}. ${what}${where(attempt)}: ${how(attempt)}`;
  });
  return [end, ...lines].join('\n');
}

function where({ connection, idleFor, served, timings }: Attempt): string {
  const waited = timings.queue >= 1 ? `, after ${duration(timings.queue)} in the queue` : '';
  if (connection === null) {
    const tried = timings.addresses.length === 0 ? '' : ` (tried ${timings.addresses.join(', ')})`;
    return `without a connection${tried}${opening(timings)}${waited}`;
  }
  const name = `on connection ${connection.id} to ${connection.address}`;
  if (served > 0) return `${name}, kept for ${duration(idleFor)}, used ${times(served)} before${waited}`;
  return `${name}, new${opening(timings)}${waited}`;
}

/** What of the opening of its connection an attempt has waited for. */
function opening({ dns, connect, proxy, tls }: Timings): string {
  const steps = Object.entries({ dns, tcp: connect, proxy, tls }).filter(([, ms]) => ms > 0);
  if (steps.length === 0) return '';
  return `, opened in ${duration(dns + connect + proxy + tls)} (${steps.map(([step, ms]) => `${step} ${duration(ms)}`).join(', ')})`;
}

function how({ status, error, timings, next, delay }: Attempt): string {
  const { send, wait, receive } = timings;
  const parts = Object.entries({ sent: send, waited: wait, received: receive }).filter(([, ms]) => ms > 0);
  const spent = parts.map(([part, ms]) => `${part} ${duration(ms)}`).join(', ');
  const result = error === null ? String(status ?? 'given up') : `${error.message} (${error.code})`;
  const then = { replay: 'sent again at once', retry: 'tried again', redirect: 'redirected' };
  const after = delay > 0 ? ` after ${duration(delay)}` : '';
  return [result, spent, next === null ? '' : then[next] + after].filter((part) => part !== '').join('; ');
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** A time as text: fractions only of what is short. */
function duration(ms: number): string {
  if (ms >= 60_000) return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
