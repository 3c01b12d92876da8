// What a fake connection shares with its network.

import type { FakeTransport } from './fake-transport.ts';

/** A request that the server has seen the head of. */
export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  /** Whether the server has sent an answer that can be read. */
  answered: boolean;
}

/** The network as a connection sees it. */
export interface TransportSurroundings {
  /** Turns of the event loop so far. */
  readonly turns: number;
  now(): number;
  onRequest(transport: FakeTransport, request: SeenRequest): void;
  onGone(transport: FakeTransport, byClient: boolean): void;
  onFault(fault: string): void;
}
