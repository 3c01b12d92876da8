// The errors an exchange can end with, as functions of how far it had come: what each sentence says is here, when it is
// said is the exchange's business.

import { ConnectionError } from '../errors/connection-error.ts';
import type { ErrorConnection, ErrorDetails, HTTPError } from '../errors/http-error.ts';
import { LimitError } from '../errors/limit-error.ts';
import { ProtocolError } from '../errors/protocol-error.ts';
import { RequestError } from '../errors/request-error.ts';
import { SendError } from '../errors/send-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import { TLSError } from '../errors/tls-error.ts';
import { LimitFault, PeerFault } from '../http1/fault.ts';
import type { WireRequest } from '../request/wire-request.ts';
import type { CloseReason } from '../trace/close-reason.ts';
import { tlsReason } from '../transport/network-error.ts';
import { clientCertificateFailure } from '../transport/tls-failure.ts';

/** How far an exchange had come when it failed. */
export interface Occasion {
  readonly request: WireRequest;
  readonly connection: ErrorConnection;
  /** The proxy that forwards the request, as text; null without one. */
  readonly proxy: string | null;
  /** Exchanges that the connection had served before this one. */
  readonly servedBefore: number;
  readonly phase: 'send' | 'head' | 'body';
  /** Whether a byte of a response had come. */
  readonly received: boolean;
  /** Since it was started, in ms. */
  readonly after: number;
}

/** `Timeout.read` or `Timeout.head` ran out. */
export function timeoutError(occasion: Occasion, option: 'read' | 'head', ms: number): HTTPError {
  const what = { send: 'send the request body', head: 'read the response head', body: 'read the response body' };
  const message = `Cannot ${what[occasion.phase]} of ${name(occasion)} within ${ms} ms; option: timeout.${option}`;
  return new TimeoutError(message, details(occasion, 'ERR_TIMEOUT'));
}

/** The connection ended before the response was complete. */
export function lostError(occasion: Occasion, how: 'closed' | 'reset' | 'timed out', cause: Error | null): HTTPError {
  const { connection, received, servedBefore, after } = occasion;
  const what = how === 'timed out' ? 'the connection timed out' : `${peer(occasion)} ${how} the connection`;
  const where = cause instanceof PeerFault ? cause.message : whereLost(occasion);
  const kept = connection.reused ? ` (a kept connection, used ${servedBefore} times before)` : '';
  const hint = mayWantCertificate(occasion, how)
    ? '; does it ask for another client certificate? options: cert, key'
    : '';
  const message = `Cannot read the response of ${name(occasion)}: ${what} ${where}, ${after} ms after the request${kept}${hint}`;
  return new ConnectionError(message, {
    ...details(occasion, how === 'closed' ? 'ERR_CONNECTION_CLOSED' : 'ERR_CONNECTION_RESET'),
    stale: connection.reused && !received,
    ...(cause === null ? {} : { cause }),
  });
}

/** Bytes came before the request was written: the connection cannot be used, the request is untouched. */
export function unaskedError(occasion: Occasion): HTTPError {
  const message = `Cannot send ${name(occasion)}: ${peer(occasion)} had sent bytes on the kept connection that answer no request`;
  return new ConnectionError(message, { ...details(occasion, 'ERR_CONNECTION_CLOSED'), stale: true });
}

/** The connector that opened the connection will not have the request. */
export function refusedError(occasion: Occasion, cause: Error): HTTPError {
  const message = `Cannot finish ${name(occasion)}: ${cause.message}`;
  return new RequestError(message, { ...details(occasion, 'ERR_CONNECTOR'), cause });
}

/** TLS failed in the middle. */
export function brokenTLSError(occasion: Occasion, cause: Error): HTTPError {
  const refused = clientCertificateFailure(cause, occasion.proxy === null ? '' : 'proxy.tls.');
  const why = refused?.why ?? tlsReason(cause);
  const message = `Cannot read the response of ${name(occasion)}: TLS failed: ${why}`;
  return new TLSError(message, { ...details(occasion, refused?.code ?? 'ERR_TLS'), cause });
}

/** The codec refused what came. */
export function faultError(occasion: Occasion, fault: unknown): HTTPError {
  const why = fault instanceof Error ? fault.message : String(fault);
  const what = `Cannot read the response of ${name(occasion)}`;
  if (fault instanceof LimitFault) {
    const { limit } = fault;
    return new LimitError(`${what}: ${why}; option: ${limit}`, {
      ...details(occasion, 'ERR_LIMIT'),
      limit,
      cause: fault,
    });
  }
  const who = fault instanceof PeerFault ? `${peer(occasion)} sent` : 'urlpool has a defect:';
  return new ProtocolError(`${what}: ${who} ${why}`, { ...details(occasion, 'ERR_PROTOCOL'), cause: fault });
}

/** The request's head cannot be written. */
export function unwritableError(occasion: Occasion, fault: unknown): HTTPError {
  const why = fault instanceof Error ? fault.message : String(fault);
  const phase = { ...details(occasion, 'ERR_INVALID_HEADER'), phase: 'request' as const };
  return new RequestError(`Cannot send ${name(occasion)}: ${why}`, phase);
}

/** The request's body was not what it was said to be: its source failed, or its length was another. */
export function sourceError(occasion: Occasion, kind: 'source' | 'length', cause: Error): HTTPError {
  const why = kind === 'length' ? cause.message : `its source failed: ${cause.message}`;
  const code = kind === 'length' ? 'ERR_BODY_LENGTH' : 'ERR_BODY_SOURCE';
  const phase = { ...details(occasion, code), phase: 'send' as const };
  return new SendError(`Cannot send the body of ${name(occasion)}: ${why}`, { ...phase, cause });
}

/** The call was aborted or its body given up: told in events only, since the caller gets the signal's own reason. */
export function abortedError(occasion: Occasion, how: 'aborted' | 'unread'): HTTPError {
  const what = how === 'aborted' ? 'was aborted' : 'was given up before its body was read';
  return new ConnectionError(`${name(occasion)} ${what}`, details(occasion, 'ERR_CANCELLED'));
}

/** The connection was destroyed from above. */
export function droppedError(occasion: Occasion, reason: CloseReason): HTTPError {
  const message = `Cannot finish ${name(occasion)}: its connection was closed here (${reason})`;
  return new ConnectionError(message, details(occasion, 'ERR_CONNECTION_DROPPED'));
}

/**
 * In TLS 1.3 a server judges the client's certificate after the client's part of the handshake is over, and some, node:tls
 * among them, then close without a word.
 */
function mayWantCertificate({ request, connection, received, proxy }: Occasion, how: string): boolean {
  if (connection.reused || received || proxy !== null || how === 'timed out') return false;
  return request.url.startsWith('https:');
}

function whereLost({ phase, received }: Occasion): string {
  if (phase === 'body') return 'before the end of the body';
  return received ? "before the end of the response's head" : 'before a response began';
}

function name({ request, proxy }: Occasion): string {
  return `${request.method} ${request.url}${proxy === null ? '' : ` through the proxy ${proxy}`}`;
}

/** Who is at the other end of the connection. */
function peer({ proxy }: Occasion): string {
  return proxy === null ? 'the server' : 'the proxy';
}

function details({ request, connection, phase }: Occasion, code: HTTPError['code']): ErrorDetails {
  const { method, url, attempt } = request;
  return { code, phase, method, url, attempt, connection };
}
