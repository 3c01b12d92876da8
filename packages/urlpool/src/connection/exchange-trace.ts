// Tells the events of one exchange. It is made only where somebody listens, so that nobody else pays for its counters.

import type { HTTPError } from '../errors/http-error.ts';
import type { BodyFraming } from '../http1/request-head.ts';
import type { Head } from '../message/head.ts';
import { shownFields } from '../message/shown-fields.ts';
import type { Transport } from '../message/transport.ts';
import type { WireRequest } from '../request/wire-request.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import type { Clock } from '../util/clock.ts';

/** What is known of an exchange where it goes on the wire. */
export interface ExchangeWire {
  readonly connection: number;
  readonly headBytes: number;
  readonly framing: BodyFraming;
}

export class ExchangeTrace {
  readonly #listener: TraceListener;
  readonly #clock: Clock;
  readonly #transport: Transport;
  readonly #request: WireRequest;
  readonly #connection: number;
  readonly #headBytes: number;
  readonly #framing: BodyFraming;
  readonly #bytesOutBefore: number;
  readonly #bytesInBefore: number;
  #bodyBytes = 0;
  #sending = false;
  #receiving = false;
  #over = false;
  #ended = false;
  #error: HTTPError | null = null;

  constructor(
    listener: TraceListener,
    clock: Clock,
    transport: Transport,
    request: WireRequest,
    { connection, headBytes, framing }: ExchangeWire,
  ) {
    this.#listener = listener;
    this.#clock = clock;
    this.#transport = transport;
    this.#request = request;
    this.#connection = connection;
    this.#headBytes = headBytes;
    this.#framing = framing;
    this.#bytesOutBefore = transport.bytesOut;
    this.#bytesInBefore = transport.bytesIn;
  }

  /** The exchange begins: its first byte is about to be written. */
  start(): void {
    const { method, url } = this.#request;
    const { address: peer } = this.#transport;
    const fields = [...shownFields(this.#request.fields.fields), ...framingField(this.#framing)];
    this.#listener({ type: 'exchange-start', ...this.#ids(), peer, method, url, fields });
    // A listener may have ended it.
    if (this.#over) return;
    this.#sending = true;
    this.#listener({ type: 'send-start', ...this.#ids() });
  }

  sent(complete: boolean): void {
    this.#sending = false;
    const bytes = this.#bytesSent;
    const bodyBytes = Math.max(0, bytes - this.#headBytes);
    this.#listener({ type: 'send-end', ...this.#ids(), bytes, bodyBytes, complete });
  }

  informational(status: number): void {
    this.#listener({ type: 'informational', ...this.#ids(), status });
  }

  head({ status, reason, version, fields }: Head): void {
    this.#receiving = true;
    this.#listener({ type: 'receive-start', ...this.#ids(), status, reason, version, fields: shownFields(fields) });
  }

  body(bytes: number): void {
    this.#bodyBytes += bytes;
  }

  end(error: HTTPError | null): void {
    this.#over = true;
    this.#error = error;
    this.finish();
  }

  /** Tells what is left of the end. A listener that is told of one part may end the call, before whose end the others come. */
  finish(): void {
    if (this.#sending) this.sent(false);
    if (this.#receiving) {
      this.#receiving = false;
      const complete = this.#error === null;
      this.#listener({ type: 'receive-end', ...this.#ids(), bytes: this.#bodyBytes, complete });
    }
    if (this.#ended) return;
    this.#ended = true;
    const bytesReceived = this.#transport.bytesIn - this.#bytesInBefore;
    const bytesSent = this.#bytesSent;
    this.#listener({ type: 'exchange-end', ...this.#ids(), bytesSent, bytesReceived, error: this.#error });
  }

  get #bytesSent(): number {
    return this.#transport.bytesOut - this.#bytesOutBefore;
  }

  #ids() {
    const { call, attempt } = this.#request;
    return { at: this.#clock.now(), call, attempt, connection: this.#connection };
  }
}

/** The field that the codec writes by itself (RFC 9112 §6). */
function framingField(framing: BodyFraming): readonly string[] {
  if (framing === 'none') return [];
  return framing === 'chunked' ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(framing)];
}
