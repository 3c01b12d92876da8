// Leads the events of urlpool to the spans and metrics that they belong to. Everything here is kept by the number of a call
// or of a connection from its start to its end, and only for what was seen to start: an end without its start, of what
// was under way when the listening began, is passed over.

import { context, defaultTextMapSetter, diag } from '@opentelemetry/api';
import type { OutgoingRequest, TraceEvent } from 'urlpool';
import { AttemptSpan } from './attempt-span.ts';
import { ConnectionSetup } from './connection-setup.ts';
import { OpenConnection } from './open-connection.ts';
import { NAME } from './scope.ts';
import type { Settings } from './settings.ts';
import { urlFull } from './url-full.ts';
import { WaitingCalls } from './waiting-calls.ts';

/** A call under way. */
interface OpenCall {
  /** The attempt under way; null between attempts. */
  attempt: AttemptSpan | null;
  /** Where it waits for a connection; null where it does not. */
  waits: { readonly origin: string; readonly isSuppressed: boolean } | null;
}

type CallEvent = Extract<TraceEvent, { readonly call: number }>;
type ConnectionEvent = Exclude<
  Extract<TraceEvent, { readonly connection: number; readonly origin: string }>,
  CallEvent
>;

export class Telemetry {
  readonly #settings: Settings;
  readonly #calls = new Map<number, OpenCall>();
  readonly #setups = new Map<number, ConnectionSetup>();
  readonly #connections = new Map<number, OpenConnection>();
  readonly #waiting = new WaitingCalls();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** How much is kept now. */
  get size(): { calls: number; setups: number; connections: number; waiting: number } {
    const { size: waiting } = this.#waiting;
    return { calls: this.#calls.size, setups: this.#setups.size, connections: this.#connections.size, waiting };
  }

  /** Takes an event in. A fault of an exporter's or a processor's is logged: the request goes on. */
  see(event: TraceEvent): void {
    try {
      if ('call' in event) this.#onCall(event);
      else if ('connection' in event) this.#onConnection(event);
    } catch (error) {
      diag.error(`${NAME}: cannot take the event ${event.type} in`, error);
    }
  }

  /**
   * An attempt begins, in the context of its caller: begins its span, and gives the header fields that tell of it; null where
   * there are none.
   */
  propagate(request: OutgoingRequest): Record<string, string> | null {
    const fields: Record<string, string> = {};
    try {
      const active = context.active();
      const attempt = this.#begin(request);
      this.#settings.propagator.inject(attempt === null ? active : attempt.context, fields, defaultTextMapSetter);
    } catch (error) {
      diag.error(`${NAME}: cannot trace ${request.method} ${urlFull(request.url)}`, error);
    }
    return Object.keys(fields).length === 0 ? null : fields;
  }

  /** Null for a call that was not seen to start: nobody would tell of its end. */
  #begin(request: OutgoingRequest): AttemptSpan | null {
    const call = this.#calls.get(request.call);
    if (call === undefined) return null;
    call.attempt?.end({ is: 'another', because: null }, request.at);
    call.attempt = null;
    call.attempt = new AttemptSpan(request, context.active(), this.#settings);
    return call.attempt;
  }

  #onCall(event: CallEvent): void {
    if (event.type === 'call-start') {
      this.#calls.set(event.call, { attempt: null, waits: null });
      return;
    }
    if (event.type === 'exchange-start') this.#connections.get(event.connection)?.become('active');
    const call = this.#calls.get(event.call);
    if (call === undefined) return;
    const { attempt } = call;
    switch (event.type) {
      case 'queue-start':
        call.waits = { origin: event.origin, isSuppressed: attempt?.isSuppressed ?? false };
        this.#waiting.join(call.waits.origin, call.waits.isSuppressed);
        break;
      case 'queue-end':
        this.#leave(call);
        break;
      case 'exchange-start':
        attempt?.onExchangeStart(event, this.#connections.get(event.connection)?.setup ?? null);
        break;
      case 'send-end':
        attempt?.onSendEnd(event);
        break;
      case 'receive-start':
        attempt?.onReceiveStart(event);
        break;
      case 'receive-end':
        attempt?.onReceiveEnd(event);
        break;
      case 'exchange-end':
        if (attempt?.onExchangeEnd(event)) call.attempt = null;
        break;
      case 'retry':
        if (event.willRetry) this.#another(call, event.because, event.at);
        break;
      case 'replay':
        if (event.willReplay) this.#another(call, event.because, event.at);
        break;
      case 'redirect':
        if (event.followed) this.#another(call, null, event.at);
        break;
      case 'call-end':
        this.#calls.delete(event.call);
        // The head of a 101 is told by nothing else.
        if (event.status !== null) attempt?.onStatus(event.status);
        attempt?.end({ is: 'end', error: event.error }, event.at);
        break;
      default:
    }
  }

  #another(call: OpenCall, because: string | null, at: number): void {
    if (call.attempt?.onAnother(because, at)) call.attempt = null;
  }

  #leave(call: OpenCall): void {
    if (call.waits === null) return;
    this.#waiting.leave(call.waits.origin, call.waits.isSuppressed);
    call.waits = null;
  }

  #onConnection(event: ConnectionEvent): void {
    const { connection } = event;
    switch (event.type) {
      case 'dial-start': {
        const isSilent =
          !this.#settings.connectionSpans || (event.why === 'request' && this.#waiting.areSuppressed(event.origin));
        this.#setups.set(connection, new ConnectionSetup(event, this.#settings, isSilent));
        break;
      }
      case 'dial-end': {
        const setup = this.#setups.get(connection);
        if (setup === undefined) return;
        this.#setups.delete(connection);
        const link = setup.end(event);
        if (event.error !== null) return;
        this.#connections.set(connection, new OpenConnection(event, link, this.#settings.instruments.get()));
        break;
      }
      case 'connection-idle':
        this.#connections.get(connection)?.become('idle');
        break;
      case 'connection-closed':
        this.#connections.get(connection)?.close(event.at);
        this.#connections.delete(connection);
        break;
      default:
        this.#setups.get(connection)?.see(event);
    }
  }
}
