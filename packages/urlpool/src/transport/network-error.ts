// Node's network errors as sentences: the one place where an errno becomes an error of ours. What
// OpenSSL's codes mean is said in tls-failure.ts.

import { ConnectError } from '../errors/connect-error.ts';
import type { ErrorCode } from '../errors/error-code.ts';
import type { HTTPError } from '../errors/http-error.ts';
import { NameResolutionError } from '../errors/name-resolution-error.ts';
import { TLSError } from '../errors/tls-error.ts';
import { type Origin, originText } from '../message/origin.ts';
import { type TLSOccasion, tlsFailure } from './tls-failure.ts';

/** The code of an error of Node's, or its name. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Whether an error says that the name has no address, and not that asking failed. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOTFOUND' || code === 'ENODATA';
}

/** Why a name has no address. */
export function lookupError(origin: Origin, cause: Error): HTTPError {
  const missing = isMissing(cause);
  const why = missing
    ? `the name "${origin.host}" has no address; is it spelled right?`
    : `looking up the name "${origin.host}" failed: ${cause.message}`;
  return new NameResolutionError(`Cannot connect to ${originText(origin)}: ${why}`, {
    code: missing ? 'ERR_NAME_NOT_FOUND' : 'ERR_NAME_LOOKUP',
    phase: 'dns',
    cause,
  });
}

const CONNECT_CODES: ReadonlyMap<string, readonly [ErrorCode, string]> = new Map([
  ['ECONNREFUSED', ['ERR_CONNECTION_REFUSED', 'refused the connection; is a server listening there?']],
  ['ECONNRESET', ['ERR_CONNECT', 'reset the connection while it was being opened']],
  ['EHOSTUNREACH', ['ERR_UNREACHABLE', 'cannot be reached from here (no route to the host)']],
  ['ENETUNREACH', ['ERR_UNREACHABLE', 'cannot be reached from here (no route to its network)']],
  ['ETIMEDOUT', ['ERR_UNREACHABLE', 'did not answer']],
  [
    'EADDRNOTAVAIL',
    ['ERR_NO_LOCAL_PORT', 'has no local port left to connect from; keep connections, or lower maxSize'],
  ],
  [
    'EMFILE',
    ['ERR_TOO_MANY_OPEN_FILES', 'needs one more open file than this process may have; raise it, or lower maxSize'],
  ],
  ['ENFILE', ['ERR_TOO_MANY_OPEN_FILES', 'needs one more open file than this system may have']],
]);

/** Why a TCP connection was not opened. */
export function connectError(origin: Origin, endpoint: string, cause: Error): HTTPError {
  const [code, why] = CONNECT_CODES.get(codeOf(cause)) ?? ['ERR_CONNECT', `cannot be connected to: ${cause.message}`];
  return new ConnectError(`Cannot connect to ${originText(origin)}: ${endpoint} ${why}`, {
    code,
    phase: 'connect',
    cause,
  });
}

/** An address that could not be connected to, with its port, and the error of that. */
export interface FailedEndpoint {
  readonly endpoint: string;
  readonly error: HTTPError;
}

/** Of several reasons, the first of these gives the code: what hinders us, then what came nearest to a connection. */
const TELLING: readonly ErrorCode[] = [
  'ERR_TOO_MANY_OPEN_FILES',
  'ERR_NO_LOCAL_PORT',
  'ERR_CONNECTION_REFUSED',
  'ERR_CONNECT',
  'ERR_UNREACHABLE',
];

/** Endpoints with one reason that an error names; the others are counted. */
const MOST_NAMED = 12;

/**
 * Why none of the addresses could be connected to: those with the same reason are named together. Where there are several,
 * the cause is an AggregateError of theirs.
 *
 * @param failed One at least.
 */
export function raceError(origin: Origin, failed: readonly FailedEndpoint[]): HTTPError {
  const [only] = failed;
  if (only !== undefined && failed.length === 1) return only.error;
  const where = `Cannot connect to ${originText(origin)}: `;
  const endpoints = new Map<string, string[]>();
  for (const { endpoint, error } of failed) {
    const why = error.message.replace(where, '').replace(`${endpoint} `, '');
    endpoints.set(why, [...(endpoints.get(why) ?? []), endpoint]);
  }
  const message = where + Array.from(endpoints, ([why, which]) => `${eachOf(which)} ${why}`).join('; ');
  const codes = failed.map(({ error }) => error.code);
  return new ConnectError(message, {
    code: TELLING.find((code) => codes.includes(code)) ?? codes.at(-1) ?? 'ERR_CONNECT',
    phase: 'connect',
    cause: new AggregateError(
      failed.map(({ error }) => error.cause ?? error),
      message,
    ),
  });
}

function eachOf(endpoints: readonly string[]): string {
  const rest = endpoints.length - MOST_NAMED;
  if (rest > 0) return `each of ${endpoints.slice(0, MOST_NAMED).join(', ')} and ${rest} more`;
  const last = endpoints.at(-1) ?? '';
  return endpoints.length === 1 ? last : `each of ${endpoints.slice(0, -1).join(', ')} and ${last}`;
}

/** What went wrong with TLS, as the end of a sentence whose subject is the peer. */
export function tlsReason(cause: Error): string {
  return tlsFailure(cause).why;
}

/** Why a TLS handshake failed. */
export function tlsError(origin: Origin, endpoint: string, cause: Error, occasion?: TLSOccasion): HTTPError {
  const { code, why } = tlsFailure(cause, occasion);
  const message = `Cannot speak TLS with ${originText(origin)} at ${endpoint}: ${why}`;
  return new TLSError(message, { code, phase: 'tls', cause });
}
