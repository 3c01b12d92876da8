import type { Field } from './field.ts';
import type { RequestHead } from './request-head.ts';

/** A request's head as it came, and where it came. */
export interface ReceivedHead extends RequestHead {
  /** Index of the connection, in order of accept, from 0. */
  readonly connection: number;
  /** Index of the request on its connection, from 0. */
  readonly exchange: number;
}

/** A request that came whole. Plain data, so that tests can compare it. */
export interface ReceivedRequest extends ReceivedHead {
  /** Content, chunk framing removed, content codings as they are. */
  readonly body: Buffer;
  /** Fields after a chunked body. */
  readonly trailers: readonly Field[];
  /** Every byte of the request as it was on the wire (with TLS, under it). */
  readonly raw: Buffer;
}
