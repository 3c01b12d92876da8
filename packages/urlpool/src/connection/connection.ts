// All that a pool knows of a connection. It never asks for the protocol: a connection has places for exchanges, one for
// HTTP/1.1, as many as the peer allows for HTTP/2, and says when one came free or its state changed.

import type { WireRequest } from '../request/wire-request.ts';
import type { Exchange, ResponseSink } from '../response/response-sink.ts';
import type { CloseReason } from '../trace/close-reason.ts';

export type ConnectionState =
  | { readonly is: 'open' }
  | { readonly is: 'draining' | 'closed'; readonly reason: CloseReason };

export interface Connection {
  /** Unique in this process. */
  readonly id: number;
  readonly protocol: 'http/1.1' | 'h2';
  /** The peer's address and port. */
  readonly address: string;
  /** Times are the clock's `now()`. */
  readonly openedAt: number;
  /** Exchanges begun. */
  readonly served: number;
  /** Since when it has been idle; null while an exchange runs or a place is reserved. */
  readonly idleSince: number | null;
  /** Since when the exchange's consumer has taken nothing; null while it takes. */
  readonly pausedSince: number | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** For how many ms it may idle: the limit, or the server's hint where that is shorter. */
  readonly keepFor: number;
  readonly state: ConnectionState;
  /** Exchanges at once. */
  readonly capacity: number;
  /** Exchanges reserved and running. */
  readonly inFlight: number;
  /** Takes a place for an exchange; false if there is none. */
  reserve(): boolean;
  /** Gives back a reserved place that was never started. */
  unreserve(): void;
  /**
   * Begins an exchange in a reserved place. It may delay its first byte; it never throws, calls the sink only after it
   * has returned, and ends with exactly one of `onEnd` and `onFailure`, also after `cancel()`.
   */
  start(request: WireRequest, sink: ResponseSink): Exchange;
  /** No new exchanges; it closes when none is left. */
  drain(reason: CloseReason): void;
  /** Closes at once; a running exchange fails. */
  destroy(reason: CloseReason): void;
  /** A place came free or the state changed, except by a call above. It comes before the sink's onEnd or onFailure. */
  onChange: ((connection: Connection) => void) | null;
}
