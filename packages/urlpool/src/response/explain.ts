// The story of a call in a few lines of text: which connection carried each of its attempts, whether that was a kept one,
// where the time went, and why there was another attempt. It tells what a response or an error knows, and knows no more.

import type { Attempt } from '../errors/attempt.ts';
import { HTTPError, type Refusal } from '../errors/http-error.ts';
import { RequestError } from '../errors/request-error.ts';
import type { Timings } from '../errors/timings.ts';
import { BaseResponse } from './base-response.ts';

/** Times below this are not worth a word, in ms. */
const SHORTEST = 0.05;

/** What a message adds of its connection, which is told by itself. */
const KEPT = / \(a kept connection, [^)]*\)$/;

const WHY_LAST: Readonly<Record<Refusal, string>> = {
  policy: 'its Retry does not allow it',
  exhausted: 'its retries are used up',
  deadline: 'the wait would have outlasted its deadline',
  budget: "its origin's retry budget is used up",
  body: 'its body cannot be sent again',
};

/**
 * Tells how a response or an error came about: a line for its end, and one for each attempt.
 *
 * @example
 * const response = await http.request('GET', 'https://example.org/');
 * console.log(explain(response));
 * // GET https://example.org/: 200 OK after 54 ms
 * //   1. on connection 3 to 192.0.2.1:443, kept for 12 s, used 41 times before: the server closed the connection before a
 * //      response began (ERR_CONNECTION_CLOSED); sent again at once
 * //   2. on connection 7 to 192.0.2.1:443, new, opened in 31 ms (tcp 11 ms, tls 20 ms): 200; waited 12 ms for the answer
 *
 * @param of A response, or an error that a call has thrown.
 * @throws {RequestError} `ERR_INVALID_OPTION` for anything else.
 */
export function explain(of: unknown): string {
  if (of instanceof BaseResponse) {
    const { method, url, status, reason, timings, attempts, refused } = of;
    const answer = reason === '' ? String(status) : `${status} ${reason}`;
    return story(`${method} ${url}: ${answer} after ${duration(timings.total)}`, attempts, refused);
  }
  if (of instanceof HTTPError) {
    const { message, timings, attempts, refused } = of;
    const after = timings === null ? '' : ` (after ${duration(timings.total)})`;
    return story(`${message}${after}`, attempts, refused);
  }
  const given = of instanceof Error ? `an error of another kind (${of.name})` : `a value of type ${typeof of}`;
  throw new RequestError(`Cannot explain ${given}: give a response or an HTTPError of urlpool`, {
    code: 'ERR_INVALID_OPTION',
    phase: 'request',
  });
}

function story(end: string, attempts: readonly Attempt[], refused: Refusal | null): string {
  const goesOn = attempts.every((attempt, i) => i === 0 || isSame(attempt, attempts[i - 1]));
  const lines = attempts.map((attempt, i) => {
    const isTold = goesOn || isSame(attempt, attempts[i - 1]);
    const what = isTold ? '' : `${attempt.method} ${attempt.url} `;
    return `  ${i + 1}. ${what}${where(attempt)}: ${how(attempt, end)}`;
  });
  // A long call keeps its last attempts only.
  const isCut = (attempts[0]?.timings.attempt ?? 1) > 1;
  return [
    end,
    ...(isCut ? ['  (the attempts before these are not kept)'] : []),
    ...lines,
    ...(refused === null ? [] : [`  not tried again: ${WHY_LAST[refused]}`]),
  ].join('\n');
}

function isSame(attempt: Attempt, before: Attempt | undefined): boolean {
  return attempt.method === before?.method && attempt.url === before.url;
}

function where({ connection, idleFor, served, timings }: Attempt): string {
  const waited = timings.queue >= 1 ? `, after a wait of ${duration(timings.queue)}` : '';
  // While it waits for one, an attempt is told with the connection of the one before it.
  if (connection === null || connection.id !== timings.connection)
    return `without a connection${tried(timings)}${waited}`;
  const name = `on connection ${connection.id} to ${connection.address}`;
  if (served > 0) return `${name}, kept for ${duration(idleFor)}, used ${times(served)} before${waited}`;
  const opening = openingOf(timings);
  return `${name}, new${opening === null ? '' : `, opened in ${opening}`}${waited}`;
}

function tried(timings: Timings): string {
  const opening = openingOf(timings);
  if (timings.addresses.length === 0) return opening === null ? '' : `, tried for ${opening}`;
  return `, tried ${timings.addresses.join(', ')}${opening === null ? '' : ` for ${opening}`}`;
}

/** What of the opening of its connection an attempt has waited for; null for nothing. */
function openingOf({ dns, connect, proxy, tls }: Timings): string | null {
  const steps = Object.entries({ dns, tcp: connect, proxy, tls }).filter(([, ms]) => ms >= SHORTEST);
  if (steps.length === 0) return null;
  const each = steps.length === 1 ? steps.map(([step]) => step) : steps.map(([step, ms]) => `${step} ${duration(ms)}`);
  return `${duration(dns + connect + proxy + tls)} (${each.join(', ')})`;
}

/** @param end What has been told already. */
function how({ status, error, timings, next, delay }: Attempt, end: string): string {
  const { send, wait, receive } = timings;
  const then = { replay: 'sent again at once', retry: 'tried again', redirect: 'redirected' };
  const after = delay > 0 ? ` after ${duration(delay)}` : '';
  return [
    error === null ? String(status ?? 'given up') : failure(error, end),
    [
      send < SHORTEST ? '' : `sent in ${duration(send)}`,
      wait < SHORTEST ? '' : `waited ${duration(wait)} for the answer`,
      receive < SHORTEST ? '' : `received in ${duration(receive)}`,
    ]
      .filter((part) => part !== '')
      .join(', '),
    next === null ? '' : then[next] + after,
  ]
    .filter((part) => part !== '')
    .join('; ');
}

/** Why an attempt failed, without what its line says already. */
function failure({ message, code, method, url }: HTTPError, end: string): string {
  const request = `${method} ${url}`;
  const behind = message.split(/^Cannot connect to \S+: /)[1] ?? message.split(`${request}: `)[1];
  const why = (behind ?? message.replace(` of ${request}`, '').replace(` ${request}`, '')).replace(KEPT, '');
  return `${end.includes(message) || end.includes(why) ? 'failed' : why} (${code})`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** A time as text: fractions only of what is short. */
function duration(ms: number): string {
  const s = Math.round(ms / 1000);
  if (s >= 60) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (ms >= 999.5) return ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : `${s} s`;
  return ms < 9.95 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}
