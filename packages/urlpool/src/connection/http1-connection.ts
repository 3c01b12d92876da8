// One kept HTTP/1.1 connection: a transport, the reader of its responses, and at most one exchange at a time. Between
// exchanges it listens: the peer's FIN or any byte closes it at once, since neither can belong to a request to come. A
// kept connection is written to only after the event loop has looked at its socket (see poll-gate.ts).

import { PeerFault } from '../http1/fault.ts';
import type { Framing, FramingFields } from '../http1/framing.ts';
import { keepFor } from '../http1/keep-alive.ts';
import type { LineMemo } from '../http1/line-memo.ts';
import { type ResponseEvents, ResponseReader } from '../http1/response-reader.ts';
import { type Fields, NO_FIELDS } from '../message/fields.ts';
import type { Head } from '../message/head.ts';
import { IGNORED, type Transport, type TransportHandler } from '../message/transport.ts';
import type { Limits } from '../policy/limits.ts';
import type { WireRequest } from '../request/wire-request.ts';
import type { ResponseSink } from '../response/response-sink.ts';
import type { Forward } from '../route/forward.ts';
import { AttemptTimes } from '../trace/attempt-times.ts';
import type { CloseReason } from '../trace/close-reason.ts';
import type { OpeningTimes } from '../trace/opening-times.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import type { OpenTransport } from '../transport/transport-dial.ts';
import { Alarm, type Alarms } from '../util/alarms.ts';
import type { Clock } from '../util/clock.ts';
import type { Connection, ConnectionState } from './connection.ts';
import { Http1Exchange } from './http1-exchange.ts';
import type { PollGate } from './poll-gate.ts';

/** What every connection of a pool is given. */
export interface ConnectionSettings {
  /** The origin as text, for events. */
  readonly origin: string;
  readonly limits: Limits;
  /** For how long a connection may idle, in ms. */
  readonly idleTimeout: number;
  /** How many exchanges a connection may serve. */
  readonly maxRequests: number;
  readonly clock: Clock;
  readonly alarms: Alarms;
  readonly gate: PollGate;
  /** Told of every event now; null for nobody. */
  readonly trace: TraceListener | null;
  /** Whether the connections speak TLS. */
  readonly isSecure: boolean;
  /** The proxy that every request is sent to, in absolute form (RFC 9112 §3.2.2); null without one. */
  readonly forward: Forward | null;
  /** The field lines that responses of this origin repeat. */
  readonly lines: LineMemo;
  /** How its transport is opened; over the network where it is not given. */
  readonly open?: OpenTransport | undefined;
}

/** What is left of a body when it is worth reading it by itself. */
const LARGE_BYTES = 16 * 1024;

const OPEN: ConnectionState = { is: 'open' };

export class Http1Connection implements Connection, TransportHandler, ResponseEvents {
  readonly id: number;
  readonly protocol = 'http/1.1';
  readonly capacity = 1;
  readonly transport: Transport;
  readonly reader: ResponseReader;
  readonly clock: Clock;
  readonly alarms: Alarms;
  readonly openedAt: number;
  /** `Timeout.read` of the exchange that runs. */
  readonly readAlarm: Alarm;
  served = 0;
  /** When its current exchange was started. */
  lastUsedAt: number;
  onChange: ((connection: Connection) => void) | null = null;
  readonly #settings: ConnectionSettings;
  readonly #opening: OpeningTimes;
  #state: ConnectionState = OPEN;
  #exchange: Http1Exchange | null = null;
  #reserved = false;
  #idleSince: number;
  #idleMark: number;
  #keepFor: number;
  /** Set while the reader reads: the trailers of a response that has ended in what it was given. */
  #ended: Fields | null = null;
  #switchedTo: Head | null = null;
  #readsLarge = false;
  /**
   * Whether bytes may follow that the last read has not shown, though they came with it: it filled its memory, or TLS
   * tells each record by itself. Then even a connection that became idle just now is looked at before it is written to.
   */
  #mayHaveMore = false;

  constructor(opening: OpeningTimes, transport: Transport, settings: ConnectionSettings) {
    this.id = opening.connection;
    this.#opening = opening;
    this.transport = transport;
    this.#settings = settings;
    this.clock = settings.clock;
    this.alarms = settings.alarms;
    this.reader = new ResponseReader(this, settings.limits, settings.lines);
    this.readAlarm = new Alarm(settings.alarms, (late) => this.#onSilence(late));
    this.openedAt = this.clock.now();
    this.lastUsedAt = this.openedAt;
    this.#idleSince = this.openedAt;
    this.#idleMark = settings.gate.mark();
    this.#keepFor = settings.idleTimeout;
    transport.handler = this;
    transport.unref();
  }

  get address(): string {
    return this.transport.address;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get inFlight(): number {
    return this.#reserved || this.#exchange !== null ? 1 : 0;
  }

  get idleSince(): number | null {
    return this.inFlight === 0 && this.#state.is === 'open' ? this.#idleSince : null;
  }

  get keepFor(): number {
    return this.#keepFor;
  }

  get pausedSince(): number | null {
    return this.#exchange?.pausedSince ?? null;
  }

  get bytesIn(): number {
    return this.transport.bytesIn;
  }

  get bytesOut(): number {
    return this.transport.bytesOut;
  }

  get trace(): TraceListener | null {
    return this.#settings.trace;
  }

  get forward(): Forward | null {
    return this.#settings.forward;
  }

  reserve(): boolean {
    if (this.#state.is !== 'open' || this.inFlight > 0) return false;
    this.#reserved = true;
    return true;
  }

  unreserve(): void {
    this.#reserved = false;
  }

  start(request: WireRequest, sink: ResponseSink): Http1Exchange {
    this.#reserved = false;
    this.served++;
    const now = this.clock.now();
    this.lastUsedAt = now;
    const { gate } = this.#settings;
    const recent = gate.isRecent(this.#idleMark, this.#idleSince, now);
    // A connection that idled before its first exchange can have died like any other that was kept.
    const times = new AttemptTimes(this.#opening, this.served - 1, now - this.#idleSince);
    const exchange = new Http1Exchange(this, request, sink, {
      fresh: this.served === 1 && gate.isSameTurn(this.#idleMark),
      times,
    });
    // A FIN may have come together with the last response: a request that could not be sent again waits to see it.
    const mayBeLost = this.served > 1 && !request.repeatable;
    if (this.#state.is === 'closed') {
      const { reason } = this.#state;
      queueMicrotask(() => exchange.onDestroyed(reason));
      return exchange;
    }
    this.#exchange = exchange;
    this.transport.ref();
    if (recent && !mayBeLost && !this.#mayHaveMore) {
      exchange.begin(now);
    } else {
      const thorough = mayBeLost || (this.#mayHaveMore && !this.#settings.isSecure);
      gate.afterPoll(() => exchange.begin(this.clock.now()), now, thorough);
    }
    return exchange;
  }

  drain(reason: CloseReason): void {
    if (this.#state.is !== 'open') return;
    if (this.inFlight === 0) this.#close(reason);
    else this.#state = { is: 'draining', reason };
  }

  destroy(reason: CloseReason): void {
    if (this.#state.is === 'closed') return;
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.onDestroyed(reason);
    // A listener of the exchange's end may have been faster.
    if (this.state.is !== 'closed') this.#close(reason);
  }

  /** The exchange was given up before it wrote anything: its place is free again. Called by the exchange. */
  unstarted(exchange: Http1Exchange): void {
    if (this.#exchange !== exchange) return;
    this.#exchange = null;
    this.served--;
    if (this.#state.is === 'draining') this.#close(this.#state.reason);
    else this.#becomeIdle(exchange);
    this.onChange?.(this);
  }

  /** The exchange failed: HTTP/1.1 cannot go on after that. Called by the exchange, before it tells its sink. */
  failed(reason: CloseReason): void {
    this.#exchange = null;
    if (this.#state.is === 'closed') return;
    this.#close(reason);
    this.onChange?.(this);
  }

  /** Blames the peer for its silence, by an alarm that rang so late. */
  afterSilence(blame: () => void, late: number): void {
    this.#settings.gate.afterSilence(blame, late, this.clock.now());
  }

  #onSilence(late: number): void {
    const exchange = this.#exchange;
    this.afterSilence(() => {
      if (exchange === this.#exchange) exchange?.onReadTimeout();
    }, late);
  }

  // What the transport tells.

  onData(bytes: Buffer, length: number): void {
    const exchange = this.#exchange;
    if (exchange === null || exchange.held) {
      this.#onUnasked(exchange, bytes, length);
      return;
    }
    const now = this.clock.now();
    exchange.onBytes(now);
    let taken = 0;
    try {
      taken = this.reader.read(bytes, 0, length);
    } catch (fault) {
      exchange.onFault(fault);
      return;
    }
    this.#mayHaveMore = this.#settings.isSecure || length === bytes.length;
    if (this.#switchedTo !== null) this.#handOver(exchange, this.#switchedTo, bytes.subarray(taken, length));
    else if (this.#ended !== null) this.#finish(exchange, this.#ended, taken < length, now);
    else if (!exchange.over) this.#chooseMemory(exchange);
  }

  onEnd(): void {
    const exchange = this.#exchange;
    if (exchange === null) {
      this.#closeUnused('server-closed');
      return;
    }
    if (exchange.held) {
      exchange.onEnd(new PeerFault('incomplete', 'before the request was sent'));
      return;
    }
    try {
      this.reader.end();
    } catch (fault) {
      if (fault instanceof PeerFault) exchange.onEnd(fault);
      else exchange.onFault(fault);
      return;
    }
    this.#finish(exchange, this.#ended ?? NO_FIELDS, false, this.clock.now());
  }

  onDrain(): void {
    this.#exchange?.onDrain();
  }

  onWriteError(error: Error): void {
    this.#exchange?.onWriteError(error);
  }

  onClose(error: Error | null): void {
    if (this.#exchange !== null) this.#exchange.onClose(error);
    else this.#closeUnused('server-reset');
  }

  // What the reader tells; all of it within onData or onEnd.

  onInformational(head: Head): void {
    this.#exchange?.onInformational(head);
  }

  onHead(head: Head, framing: Framing, found: FramingFields): void {
    this.#exchange?.onHead(head, framing, found);
  }

  onBody(bytes: Buffer): void {
    this.#exchange?.onBody(bytes);
  }

  onResponseEnd(trailers: Fields): void {
    this.#ended = trailers;
  }

  onSwitch(head: Head): void {
    this.#switchedTo = head;
  }

  /** The response is complete; only now is it known whether bytes follow that answer nothing. */
  #finish(exchange: Http1Exchange, trailers: Fields, unasked: boolean, now: number): void {
    this.#ended = null;
    if (exchange.over) return;
    if (this.#readsLarge) this.#readSmall();
    exchange.end(null);
    this.#exchange = null;
    const reason = this.#whyClose(exchange, unasked);
    if (reason === null) {
      this.#idleSince = now;
      this.#idleMark = this.#settings.gate.mark();
      if (exchange.hint !== null) this.#keepFor = keepFor(this.#settings.idleTimeout, exchange.hint);
      this.#becomeIdle(exchange);
    } else if (this.state.is !== 'closed') {
      this.#close(reason);
    }
    this.onChange?.(this);
    exchange.sink.onEnd(trailers);
  }

  #becomeIdle(exchange: Http1Exchange): void {
    if (exchange.pausedSince !== null) this.transport.resume();
    this.transport.unref();
    const { trace } = this;
    if (trace === null) return;
    const { origin } = this.#settings;
    const { id: connection, served, clock } = this;
    trace({ type: 'connection-idle', at: clock.now(), connection, origin, served });
  }

  /** A large body is read to where its consumer wants it, or at least in large pieces. */
  #chooseMemory(exchange: Http1Exchange): void {
    const { left } = this.reader;
    if (left < LARGE_BYTES) {
      if (this.#readsLarge) this.#readSmall();
      return;
    }
    this.transport.readInto(exchange.sink.memory(left) ?? 'all');
    this.#readsLarge = true;
  }

  #readSmall(): void {
    this.transport.readInto('small');
    this.#readsLarge = false;
  }

  #whyClose(exchange: Http1Exchange, unasked: boolean): CloseReason | null {
    if (this.#state.is !== 'open') return this.#state.reason;
    if (unasked) return 'unasked-bytes';
    return exchange.closes ?? (this.served >= this.#settings.maxRequests ? 'max-requests' : null);
  }

  #handOver(exchange: Http1Exchange, head: Head, rest: Buffer): void {
    this.#switchedTo = null;
    exchange.end(null);
    this.#exchange = null;
    if (this.state.is !== 'closed') this.#setClosed('upgraded');
    this.transport.handler = IGNORED;
    this.onChange?.(this);
    exchange.sink.onUpgrade(head, this.transport);
    if (rest.length > 0) this.transport.handler.onData(Buffer.from(rest), rest.length);
  }

  #onUnasked(exchange: Http1Exchange | null, bytes: Buffer, length: number): void {
    if (exchange !== null) {
      exchange.onUnaskedBytes();
      return;
    }
    // A server that gives up an idle connection may say so with a 408 (RFC 9110 §15.5.9).
    const timedOut = /^HTTP\/1\.[01] 408/.test(bytes.toString('latin1', 0, Math.min(length, 12)));
    this.#closeUnused(timedOut ? 'server-closed' : 'unasked-bytes');
  }

  #closeUnused(reason: CloseReason): void {
    if (this.#state.is === 'closed') return;
    this.#close(reason);
    this.onChange?.(this);
  }

  #close(reason: CloseReason): void {
    this.#setClosed(reason);
    this.transport.handler = IGNORED;
    this.transport.destroy();
  }

  #setClosed(reason: CloseReason): void {
    this.#state = { is: 'closed', reason };
    this.readAlarm.remove();
    const { trace, clock } = this;
    if (trace === null) return;
    const at = clock.now();
    const { origin } = this.#settings;
    const { id: connection, served } = this;
    trace({ type: 'connection-closed', at, connection, origin, reason, served, age: at - this.openedAt });
  }
}
