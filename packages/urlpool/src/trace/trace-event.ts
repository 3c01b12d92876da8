// Everything that urlpool tells about its work, as one union of plain objects. What starts also ends: every `…-start`
// is followed by exactly one `…-end` with the same ids, on every path, and an end that is a failure carries its error.
// Without a listener none of these objects is made. `at` is the clock's monotonic time in milliseconds; ids are unique
// in their process.

import type { Attempt } from '../errors/attempt.ts';
import type { HTTPError, Refusal } from '../errors/http-error.ts';
import type { Timings } from '../errors/timings.ts';
import type { CloseReason } from './close-reason.ts';

interface OfCall {
  readonly at: number;
  readonly call: number;
}
interface OfAttempt extends OfCall {
  /** From 1. */
  readonly attempt: number;
}
interface OfConnection {
  readonly at: number;
  readonly connection: number;
  /** Scheme, host and port of the origin it leads to. */
  readonly origin: string;
}
interface OfExchange extends OfAttempt {
  readonly connection: number;
}

// A call: what the user asked for.
export interface CallStart extends OfCall {
  readonly type: 'call-start';
  readonly method: string;
  readonly url: string;
}
export interface CallEnd extends OfCall {
  readonly type: 'call-end';
  /** Null if the call failed. */
  readonly status: number | null;
  /** Null if it succeeded; the signal's reason if it was aborted. */
  readonly error: unknown;
  readonly timings: Timings;
  /** All its attempts, the last one included. */
  readonly attempts: readonly Attempt[];
}
export interface RedirectEvent extends OfCall {
  readonly type: 'redirect';
  readonly status: number;
  readonly from: string;
  readonly to: string;
  /** False where the redirect was not followed; `why` says why. */
  readonly followed: boolean;
  readonly why: string | null;
  /** Names of the header fields that were not sent on. */
  readonly dropped: readonly string[];
}
export interface RetryEvent extends OfAttempt {
  readonly type: 'retry';
  readonly willRetry: boolean;
  /** What was looked at: the error's code, or the status. */
  readonly because: string;
  readonly refused: Refusal | null;
  /** How long it waits before the next attempt, in ms. */
  readonly delay: number;
}
export interface ReplayEvent extends OfAttempt {
  readonly type: 'replay';
  /** The connection that had died. */
  readonly connection: number;
  /** The code of the error. */
  readonly because: string;
  readonly willReplay: boolean;
  readonly why: string;
}

// Waiting for a connection. What waits in `connect()` is no call: its `call` is 0, and its `attempt` its own number.
export interface QueueStart extends OfAttempt {
  readonly type: 'queue-start';
  readonly origin: string;
  /** Waiters in the queue, this one included. */
  readonly queued: number;
}
export interface QueueEnd extends OfAttempt {
  readonly type: 'queue-end';
  readonly origin: string;
  /** Null if it left without a connection. */
  readonly connection: number | null;
  /** Waiters in the queue, without this one. */
  readonly queued: number;
}
export interface Acquired extends OfAttempt {
  readonly type: 'acquired';
  readonly connection: number;
  readonly origin: string;
  readonly reused: boolean;
  /** How long the connection had been idle, in ms. */
  readonly idleFor: number;
  /** Exchanges it had served before. */
  readonly served: number;
}

/** What a connection is opened for: a request that waits, a `preconnect()`, or the minimum of the option `minIdle`. */
export type DialReason = 'request' | 'preconnect' | 'minIdle';

// Opening a connection.
export interface DialStart extends OfConnection {
  readonly type: 'dial-start';
  /** The proxy that it leads through, without credentials; null for none. */
  readonly via: string | null;
  readonly why: DialReason;
}
export interface DialEnd extends OfConnection {
  readonly type: 'dial-end';
  readonly address: string | null;
  readonly error: HTTPError | null;
}
export interface DnsStart extends OfConnection {
  readonly type: 'dns-start';
  readonly host: string;
}
export interface DnsEnd extends OfConnection {
  readonly type: 'dns-end';
  readonly addresses: readonly string[];
  readonly error: HTTPError | null;
}
export interface ConnectStart extends OfConnection {
  readonly type: 'connect-start';
  readonly address: string;
}
export interface ConnectEnd extends OfConnection {
  readonly type: 'connect-end';
  readonly address: string;
  readonly error: HTTPError | null;
}
export interface TlsStart extends OfConnection {
  readonly type: 'tls-start';
  readonly address: string;
}
export interface TlsEnd extends OfConnection {
  readonly type: 'tls-end';
  readonly address: string;
  /** E.g. `TLSv1.3`; null if the handshake failed. */
  readonly protocol: string | null;
  /** By its standard name, e.g. `TLS_AES_256_GCM_SHA384`; null if the handshake failed. */
  readonly cipher: string | null;
  /** Whether an earlier session was resumed. */
  readonly resumed: boolean;
  readonly error: HTTPError | null;
}
export interface ProxyStart extends OfConnection {
  readonly type: 'proxy-start';
  readonly proxy: string;
}
export interface ProxyEnd extends OfConnection {
  readonly type: 'proxy-end';
  readonly proxy: string;
  readonly error: HTTPError | null;
}

// An exchange: one request and its response on the wire.
export interface ExchangeStart extends OfExchange {
  readonly type: 'exchange-start';
  /** The address and port of the connection's peer. */
  readonly peer: string;
  readonly method: string;
  /** Without credentials. */
  readonly url: string;
  /** The header fields, names and values in turn; credentials are `REDACTED`. */
  readonly fields: readonly string[];
}
export interface ExchangeEnd extends OfExchange {
  readonly type: 'exchange-end';
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly error: HTTPError | null;
}
export interface SendStart extends OfExchange {
  readonly type: 'send-start';
}
export interface SendEnd extends OfExchange {
  readonly type: 'send-end';
  readonly bytes: number;
  /** Of those, what was sent of the body, the framing of its chunks included. */
  readonly bodyBytes: number;
  /** False where sending was given up, for an early response say. */
  readonly complete: boolean;
}
export interface InformationalEvent extends OfExchange {
  readonly type: 'informational';
  readonly status: number;
}
export interface ReceiveStart extends OfExchange {
  readonly type: 'receive-start';
  readonly status: number;
  readonly reason: string;
  readonly version: string;
  /** The header fields, names and values in turn; cookies are `REDACTED`. */
  readonly fields: readonly string[];
}
export interface ReceiveEnd extends OfExchange {
  readonly type: 'receive-end';
  readonly bytes: number;
  readonly complete: boolean;
}

// What becomes of a connection.
export interface ConnectionIdle extends OfConnection {
  readonly type: 'connection-idle';
  readonly served: number;
}
export interface ConnectionClosed extends OfConnection {
  readonly type: 'connection-closed';
  readonly reason: CloseReason;
  readonly served: number;
  readonly age: number;
}
export interface PoolEvicted {
  readonly at: number;
  readonly type: 'pool-evicted';
  readonly origin: string;
}
export interface WarningEvent {
  readonly at: number;
  readonly type: 'warning';
  readonly code: 'unread-body' | 'invalid-retry-after';
  readonly message: string;
}

/** One thing that happened, told by the layer that did it. */
export type TraceEvent =
  | CallStart
  | CallEnd
  | RedirectEvent
  | RetryEvent
  | ReplayEvent
  | QueueStart
  | QueueEnd
  | Acquired
  | DialStart
  | DialEnd
  | DnsStart
  | DnsEnd
  | ConnectStart
  | ConnectEnd
  | TlsStart
  | TlsEnd
  | ProxyStart
  | ProxyEnd
  | ExchangeStart
  | ExchangeEnd
  | SendStart
  | SendEnd
  | InformationalEvent
  | ReceiveStart
  | ReceiveEnd
  | ConnectionIdle
  | ConnectionClosed
  | PoolEvicted
  | WarningEvent;

/** Pairs of event types: what opens, and what closes it. */
export const EVENT_PAIRS: Readonly<Partial<Record<TraceEvent['type'], TraceEvent['type']>>> = {
  'call-start': 'call-end',
  'queue-start': 'queue-end',
  'dial-start': 'dial-end',
  'dns-start': 'dns-end',
  'connect-start': 'connect-end',
  'tls-start': 'tls-end',
  'proxy-start': 'proxy-end',
  'exchange-start': 'exchange-end',
  'send-start': 'send-end',
  'receive-start': 'receive-end',
};

/** Told of every event as it happens, in the middle of the work: it must be quick, and must not throw. */
export type TraceListener = (event: TraceEvent) => void;
