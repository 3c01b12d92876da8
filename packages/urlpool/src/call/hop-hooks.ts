// What may be added to every hop of a call, and learnt from its answer: cookies, credentials, turns of a rate limit. A
// session has it; the loop of a call asks.

import type { FieldBlock } from '../message/field-block.ts';
import type { Head } from '../message/head.ts';
import type { WireRequest } from '../request/wire-request.ts';

/** One attempt that is about to be sent, or whose answer is here. */
export type Hop = Pick<WireRequest, 'method' | 'url' | 'target' | 'fields' | 'attempt'> & {
  /** Its body; null for none. */
  readonly body: HopBody | null;
};

/** What is known of a body before it is sent. */
export interface HopBody {
  /** All of it as it is sent, where it is in memory; null where it is not. */
  readonly bytes: Uint8Array | null;
}

/** The hooks of one call. What they throw is what the call fails with. */
export interface HopHooks {
  /** Whether they run in the context of the caller, as functions of its own have to. @default true */
  readonly needsContext?: boolean;
  /** For how long the attempt waits for its turn, in ms. Asked once for each attempt that is not a replay. */
  delay(hop: Hop): number;
  /** The call has ended while the attempt waited: it does not come. */
  giveUp(hop: Hop): void;
  /** The header fields of the attempt, in place of those of the hop; null for those. */
  prepare(hop: Hop): FieldBlock | null | Promise<FieldBlock | null>;
  /** Learns from the head of an answer. True to send the request again at once, with what prepare() gives then. */
  observe(hop: Hop, head: Pick<Head, 'status' | 'fields'>): boolean;
}
