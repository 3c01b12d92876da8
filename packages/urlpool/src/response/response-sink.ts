// What stands between a connection and whoever wants a response. The connection calls a sink, and knows nothing else
// of responses: a preloaded body, a stream and a tunnel are three sinks.

import type { Fields } from '../message/fields.ts';
import type { Head } from '../message/head.ts';
import type { Transport } from '../message/transport.ts';
import type { Failure } from '../policy/failure.ts';
import type { AttemptTimes } from '../trace/attempt-times.ts';

/** Why an exchange is given up. */
export type CancelReason =
  | { readonly is: 'aborted' } // the caller's signal
  | { readonly is: 'unread' } // nobody wants the rest
  | { readonly is: 'timeout'; readonly failure: Failure['error'] } // the call's deadline
  | { readonly is: 'limit'; readonly failure: Failure['error'] }; // the body is larger than its consumer takes

/** One request and its response on the wire, as the sink's owner sees it. All methods do nothing once it has ended. */
export interface Exchange {
  readonly times: AttemptTimes;
  /** Stops reading; a little more may still come. */
  pause(): void;
  resume(): void;
  /**
   * Whether the request may be sent again, with credentials that answer the challenge of the proxy that forwards it. Asked
   * when the head of a 407 is here.
   *
   * @param rounds How often it was sent again for a challenge before.
   */
  mayAnswerProxy(head: Head, rounds: number): boolean;
  /** Gives it up: `onFailure` follows, and HTTP/1.1 loses the connection. */
  cancel(why: CancelReason): void;
}

/** Receives a response. Nothing is called before `start()` has returned; one of onEnd and onFailure comes last. */
export interface ResponseSink {
  onInformational(head: Head): void;
  onHead(head: Head): void;
  /** The view is valid during the call only. False asks for a pause; a little more may still come. */
  onBody(view: Uint8Array): boolean;
  /**
   * Memory for the next of the `left` bytes that the body still has, Infinity where nobody knows, so that they need not
   * be copied; null for none. What is read there is told by `onBody()` like the rest, as views of that memory.
   */
  memory(left: number): Buffer | null;
  /** 101, or 2xx to CONNECT, only where it was asked for: the pool has lost the connection. Nothing follows. */
  onUpgrade(head: Head, stream: Transport): void;
  onEnd(trailers: Fields): void;
  onFailure(failure: Failure): void;
}
