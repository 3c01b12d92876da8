// One call of a user's, from the queue to the response or the error: it waits for a connection, starts an exchange,
// collects the body, and sends the attempt again at once where a kept connection had died under it. It owns the call's
// deadline and its signal. It is one object with several roles, waiter, sink and abortable, since one is made for every
// request.

import type { Connection } from '../connection/connection.ts';
import type { HTTPError } from '../errors/http-error.ts';
import { LimitError } from '../errors/limit-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import type { Fields } from '../message/fields.ts';
import type { Head } from '../message/head.ts';
import type { Failure } from '../policy/failure.ts';
import { type ReplayPolicy, shouldReplay } from '../policy/should-replay.ts';
import type { OriginPool } from '../pool/origin-pool.ts';
import type { Waiter } from '../pool/waiter.ts';
import type { WireRequest } from '../request/wire-request.ts';
import { BodyCollector } from '../response/body-collector.ts';
import { HTTPResponse } from '../response/http-response.ts';
import type { Exchange, ResponseSink } from '../response/response-sink.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import { type Abortable, addAbortable, removeAbortable } from '../util/abort-registry.ts';
import { Alarm, type Alarms } from '../util/alarms.ts';

/** What a call ends with. An error is thrown by the face, where the caller's stack is. */
export type Outcome = HTTPResponse | Rejection;

/** A call that failed: an HTTPError, or the reason of the signal that aborted it. */
export class Rejection {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

/** What a call is given. */
export interface CallSettings {
  readonly pool: OriginPool;
  readonly alarms: Alarms;
  readonly trace: TraceListener | null;
  readonly replay: ReplayPolicy;
  readonly maxBodyBytes: number;
}

/** Its state: where an abort or a deadline finds it. */
type State = 'queued' | 'exchanging' | 'done';

export class Call implements Waiter, ResponseSink, Abortable {
  previous: Waiter | null = null;
  next: Waiter | null = null;
  list: object | null = null;
  notKeptBefore: number | null = null;
  readonly request: WireRequest;
  readonly #settings: CallSettings;
  readonly #signal: AbortSignal | null;
  readonly #settle: (outcome: Outcome) => void;
  #state: State = 'queued';
  #replayed = false;
  #connection: Connection | null = null;
  #reused = false;
  #exchange: Exchange | null = null;
  #head: Head | null = null;
  #body: BodyCollector | null = null;
  #deadline: Alarm | null = null;
  #queueAlarm: Alarm | null = null;
  #startedAt = 0;

  constructor(
    request: WireRequest,
    settings: CallSettings,
    signal: AbortSignal | null,
    settle: (outcome: Outcome) => void,
  ) {
    this.request = request;
    this.#settings = settings;
    this.#signal = signal;
    this.#settle = settle;
  }

  get call(): number {
    return this.request.call;
  }

  get attempt(): number {
    return this.request.attempt;
  }

  get connectTimeout(): number | null {
    return this.request.timeout.connect;
  }

  start(): void {
    const { trace, alarms } = this.#settings;
    const signal = this.#signal;
    const { timeout, method, url, call } = this.request;
    trace?.({ type: 'call-start', at: alarms.clock.now(), call, method, url });
    if (signal?.aborted) {
      this.#end(new Rejection(signal.reason));
      return;
    }
    if (signal !== null) addAbortable(signal, this);
    if (timeout.total !== null) {
      this.#startedAt = alarms.clock.now();
      this.#deadline = new Alarm(alarms, () => this.#onDeadline());
      this.#deadline.set(this.#startedAt + timeout.total);
    }
    this.#enqueue();
  }

  // As a waiter.

  onConnection(connection: Connection): void {
    this.#queueAlarm?.remove();
    this.#state = 'exchanging';
    this.#connection = connection;
    this.#reused = connection.served > 0;
    this.#exchange = connection.start(this.request, this);
  }

  onRefused(error: HTTPError): void {
    this.#end(new Rejection(error.of(this.request)));
  }

  // As a sink.

  onInformational(): void {}

  onHead(head: Head): void {
    this.#head = head;
    const { bodyLength } = head;
    if (bodyLength !== null && bodyLength > this.#settings.maxBodyBytes) this.#refuseBody(`it has ${bodyLength} bytes`);
  }

  onBody(view: Uint8Array): boolean {
    if (this.#body === null) {
      this.#body = new BodyCollector(this.#head === null ? null : this.#head.bodyLength);
    }
    if (this.#body.length + view.length > this.#settings.maxBodyBytes)
      return this.#refuseBody('it is longer than that');
    this.#body.add(view);
    return true;
  }

  memory(left: number): Buffer | null {
    return this.#body === null ? null : this.#body.room(left);
  }

  onUpgrade(): void {} // never asked for

  onEnd(trailers: Fields): void {
    const head = this.#head;
    const connection = this.#connection;
    if (this.#state === 'done' || head === null || connection === null) return;
    const { method, url } = this.request;
    const { id, address } = connection;
    const data = this.#body === null ? Buffer.alloc(0) : this.#body.take();
    const parts = { method, url, head, data, trailers, connection: { id, address, reused: this.#reused } };
    this.#end(new HTTPResponse(parts));
  }

  onFailure(failure: Failure): void {
    if (this.#state === 'done') return;
    if (this.#mayReplay(failure)) {
      this.#replayed = true;
      this.notKeptBefore = this.#settings.alarms.clock.now();
      this.#exchange = null;
      this.#connection = null;
      this.#head = null;
      this.#body = null;
      this.#enqueue();
      return;
    }
    this.#end(new Rejection(failure.error));
  }

  // As an abortable.

  onAbort(): void {
    this.#giveUp(new Rejection(this.#signal?.reason), { is: 'aborted' });
  }

  #enqueue(): void {
    this.#state = 'queued';
    const { pool, alarms } = this.#settings;
    const limit = this.request.timeout.pool;
    pool.acquire(this);
    if (limit === null || this.#state !== 'queued') return;
    this.#queueAlarm ??= new Alarm(alarms, () => this.#onQueueTimeout(limit));
    this.#queueAlarm.set(alarms.clock.now() + limit);
  }

  #mayReplay(failure: Failure): boolean {
    const { request } = this;
    const { replay, trace, alarms } = this.#settings;
    const decision = shouldReplay(
      failure,
      {
        method: request.method,
        hasIdempotencyKey: request.fields.hasIdempotencyKey,
        body: request.body === null ? 'none' : request.body.state,
      },
      replay,
    );
    const willReplay = decision.replay && !this.#replayed;
    if (trace !== null && (decision.replay || decision.why !== 'not-a-death')) {
      const { call, attempt } = request;
      const why = decision.replay && this.#replayed ? 'once-per-attempt' : decision.why;
      const at = alarms.clock.now();
      trace({ type: 'replay', at, call, attempt, connection: this.#connection?.id ?? 0, willReplay, why });
    }
    return willReplay;
  }

  #onDeadline(): void {
    const { total } = this.request.timeout;
    const doing =
      this.#state === 'queued'
        ? 'waiting for a connection'
        : this.#head === null
          ? 'waiting for the response'
          : 'reading the body';
    const error = this.#timeoutError(
      `Cannot finish ${this.#name()} within ${total} ms: still ${doing}; option: timeout.total`,
      'total',
    );
    this.#giveUp(new Rejection(error), { is: 'timeout', failure: error });
  }

  #onQueueTimeout(limit: number): void {
    const message = `Cannot begin ${this.#name()} within ${limit} ms: every connection is in use; options: timeout.pool, maxSize`;
    const error = this.#timeoutError(message, 'pool');
    this.#giveUp(new Rejection(error), { is: 'timeout', failure: error });
  }

  #timeoutError(message: string, phase: 'total' | 'pool'): TimeoutError {
    const { method, url, attempt } = this.request;
    return new TimeoutError(message, {
      code: 'ERR_TIMEOUT',
      phase,
      method,
      url,
      attempt,
      connection: this.#usedConnection(),
    });
  }

  #usedConnection() {
    if (this.#connection === null) return null;
    const { id, address } = this.#connection;
    return { id, address, reused: this.#reused };
  }

  #refuseBody(said: string): false {
    const { maxBodyBytes } = this.#settings;
    const { method, url, attempt } = this.request;
    const message = `Cannot hold the body of ${this.#name()}: ${maxBodyBytes} bytes are allowed, and ${said}; option: maxBodyBytes`;
    const details = {
      phase: 'body',
      limit: 'maxBodyBytes',
      method,
      url,
      attempt,
      connection: this.#usedConnection(),
    } as const;
    const error = new LimitError(message, details);
    this.#exchange?.cancel({ is: 'limit', failure: error });
    return false;
  }

  #giveUp(outcome: Rejection, why: Parameters<Exchange['cancel']>[0]): void {
    if (this.#state === 'done') return;
    const wasQueued = this.#state === 'queued';
    const exchange = this.#exchange;
    this.#end(outcome);
    if (wasQueued) this.#settings.pool.cancel(this);
    else exchange?.cancel(why);
  }

  #end(outcome: Outcome): void {
    this.#state = 'done';
    this.#deadline?.remove();
    this.#queueAlarm?.remove();
    this.#exchange = null;
    this.#body = null;
    if (outcome instanceof Rejection) this.request.body?.release();
    const { trace, alarms } = this.#settings;
    if (this.#signal !== null) removeAbortable(this.#signal, this);
    if (trace !== null) {
      const failed = outcome instanceof Rejection;
      const at = alarms.clock.now();
      const { call } = this.request;
      if (failed) trace({ type: 'call-end', at, call, status: null, error: outcome.reason });
      else trace({ type: 'call-end', at, call, status: outcome.status, error: null });
    }
    this.#settle(outcome);
  }

  #name(): string {
    return `${this.request.method} ${this.request.url}`;
  }
}
