// A connection in the metrics: one of the open ones, idle or active, and at its end how long it was open.

import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { Instruments } from './instruments.ts';
import { peerOf } from './peer.ts';
import { serverAttributes, serverOf } from './server.ts';

export class OpenConnection {
  /** The span that tells how it was opened; null where there is none. */
  readonly setup: SpanContext | null;
  readonly #instruments: Instruments;
  readonly #attributes: Attributes;
  readonly #openedAt: number;
  #state: 'idle' | 'active' = 'idle';

  /** @param address Of the peer, and its port. */
  constructor(
    { at, origin, address }: { readonly at: number; readonly origin: string; readonly address: string | null },
    setup: SpanContext | null,
    instruments: Instruments,
  ) {
    this.setup = setup;
    this.#instruments = instruments;
    this.#openedAt = at;
    this.#attributes = {
      ...serverAttributes(serverOf(origin)),
      ...(address === null ? {} : { 'network.peer.address': peerOf(address).address }),
      // urlpool opens connections for no other version.
      'network.protocol.version': '1.1',
    };
    this.#count(1);
  }

  become(state: 'idle' | 'active'): void {
    if (this.#state === state) return;
    this.#count(-1);
    this.#state = state;
    this.#count(1);
  }

  close(at: number): void {
    this.#count(-1);
    this.#instruments.connectionDuration.record(Math.max(0, at - this.#openedAt) / 1000, this.#attributes);
  }

  #count(by: number): void {
    this.#instruments.openConnections.add(by, { ...this.#attributes, 'http.connection.state': this.#state });
  }
}
