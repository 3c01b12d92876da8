// When the steps of opening a connection began and ended.

export type OpeningStep = 'dns' | 'connect' | 'proxy' | 'tls';

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

  /** Attempts at several addresses go on together: they are one part. */
  begin(step: OpeningStep, at: number): void {
    const last = this.#spans.at(-1);
    const isUnderWay = last !== undefined && last.step === step && last.to === Number.POSITIVE_INFINITY;
    if (!isUnderWay) this.#spans.push({ step, from: at, to: Number.POSITIVE_INFINITY });
  }

  end(step: OpeningStep, at: number): void {
    const span = this.#spans.findLast((one) => one.step === step);
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
}
