// When the steps of opening a connection began and ended, learnt from the events of them: whoever opens connections
// tells its steps once, for this as for any listener.

import type { TraceEvent } from './trace-event.ts';

export type OpeningStep = 'dns' | 'connect' | 'proxy' | 'tls';

const BEGINS: Readonly<Partial<Record<TraceEvent['type'], OpeningStep>>> = {
  'dns-start': 'dns',
  'connect-start': 'connect',
  'proxy-start': 'proxy',
  'tls-start': 'tls',
};

const ENDS: Readonly<Partial<Record<TraceEvent['type'], OpeningStep>>> = {
  'dns-end': 'dns',
  'connect-end': 'connect',
  'proxy-end': 'proxy',
  'tls-end': 'tls',
};

/** Part of a step, by the clock's `now()`. */
interface Span {
  readonly step: OpeningStep;
  readonly from: number;
  /** Infinity while it is under way. */
  to: number;
}

export class OpeningTimes {
  /** The number of the connection. */
  readonly connection: number;
  readonly startedAt: number;
  /** Addresses that were tried, in the order of their beginning. */
  readonly addresses: string[] = [];
  readonly #spans: Span[] = [];

  constructor(connection: number, startedAt: number) {
    this.connection = connection;
    this.startedAt = startedAt;
  }

  /** Takes an event of the opening in. */
  see(event: TraceEvent): void {
    const { type, at } = event;
    if (type === 'connect-start') this.addresses.push(event.address);
    const begun = BEGINS[type];
    if (begun !== undefined && !this.#isUnderWay(begun)) {
      this.#spans.push({ step: begun, from: at, to: Number.POSITIVE_INFINITY });
    }
    const span = this.#spans.findLast(({ step }) => step === ENDS[type]);
    if (span !== undefined) span.to = at;
  }

  /** How long a step took between two times, in ms. */
  lengthOf(step: OpeningStep, from: number, to: number): number {
    let length = 0;
    for (const span of this.#spans) {
      if (span.step === step) length += Math.max(0, Math.min(span.to, to) - Math.max(span.from, from));
    }
    return length;
  }

  /** Attempts at several addresses go on together: they are one part. */
  #isUnderWay(step: OpeningStep): boolean {
    const last = this.#spans.at(-1);
    return last !== undefined && last.step === step && last.to === Number.POSITIVE_INFINITY;
  }
}
