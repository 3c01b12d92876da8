// One connection: how it was opened, what it carried, how it ended. The model alone writes it.

import type { CloseReason, DialReason } from 'urlpool';
import type { Bars } from './bars.ts';
import { Fifo } from './fifo.ts';
import type { OriginTrace } from './origin-trace.ts';
import type { SeenError } from './seen-event.ts';

export type StepKind = 'dns' | 'connect' | 'proxy' | 'tls';

/** A step of opening a connection. Of addresses that are raced each has its own. */
export interface OpeningStep {
  readonly kind: StepKind;
  /** The host that is looked up, the address, or the proxy. */
  readonly about: string;
  readonly from: number;
  /** NaN while it is under way. */
  to: number;
  ok: boolean;
  /** Of TLS: whether an earlier session was resumed. */
  resumed: boolean;
  /** Of TLS: the version. */
  protocol: string | null;
  error: SeenError | null;
}

/** Times are by the clock of the events, in ms; NaN for what was not seen. */
export class Lane {
  /** The number of the connection. */
  readonly id: number;
  readonly origin: OriginTrace;
  /** Null until one has answered, and where its beginning was not seen. */
  address: string | null = null;
  dialFrom: number = Number.NaN;
  /** Why it was opened; null where its beginning was not seen, or the trace does not say. */
  why: DialReason | null = null;
  /** The proxy that it leads through; null for none. */
  via: string | null = null;
  /** When it was open, or could not be opened. */
  dialTo: number = Number.NaN;
  /** Why it could not be opened. */
  dialError: SeenError | null = null;
  readonly steps: OpeningStep[] = [];
  /** NaN while it is open. */
  closedAt: number = Number.NaN;
  reason: CloseReason | null = null;
  /** Exchanges that it has carried, those before the trace began included. */
  served = 0;
  /** Whether it is among the totals' connections. */
  isCounted = false;
  /** When it was first heard of. */
  readonly seenAt: number;
  /** Exchanges under way, by their numbers. */
  readonly running: number[] = [];
  isForgotten = false;
  readonly #ids = new Fifo<number>();

  constructor(id: number, origin: OriginTrace, seenAt: number) {
    this.id = id;
    this.origin = origin;
    this.seenAt = seenAt;
  }

  get isClosed(): boolean {
    return this.reason !== null || this.dialError !== null;
  }

  /** When it begins on the time axis. */
  get from(): number {
    return Number.isNaN(this.dialFrom) ? this.seenAt : this.dialFrom;
  }

  /** How many exchanges of it are held. */
  get count(): number {
    return this.#ids.size;
  }

  /** The number of its exchange at that place, by the time of beginning; -1 where there is none. */
  idAt(index: number): number {
    return this.#ids.at(index) ?? -1;
  }

  /**
   * Where to begin to draw from a time on: the place of the last exchange that had begun by then, 0 where none had. Those
   * after it begin later, and those before it were over.
   */
  placeAt(time: number, bars: Bars): number {
    let low = 0;
    let high = this.#ids.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      const begins = bars.from[bars.slotOf(this.idAt(middle))] ?? 0;
      if (begins <= time) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  /** How long its opening took, all steps together, those that went on at the same time once; 0 where it was not seen. */
  get handshake(): number {
    let length = 0;
    let until = Number.NEGATIVE_INFINITY;
    for (const { from, to } of this.steps) {
      const end = Number.isNaN(to) ? this.dialTo : to;
      if (end > until) length += end - Math.max(from, until);
      until = Math.max(until, end);
    }
    return length;
  }

  /** For the model: an exchange begins. */
  add(id: number): void {
    this.#ids.push(id);
    this.running.push(id);
  }

  /** For the model: its oldest exchange is forgotten. */
  forgetFirst(): void {
    const id = this.#ids.shift();
    const place = id === undefined ? -1 : this.running.indexOf(id);
    if (place >= 0) this.running.splice(place, 1);
  }
}
