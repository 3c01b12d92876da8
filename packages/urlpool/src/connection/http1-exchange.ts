// One request and its response on an HTTP/1.1 connection: it sends the one, hands the other to its sink, keeps the time,
// and says in the end either that all went well or exactly how far it came. What becomes of the connection afterwards is
// for the connection to decide, from what stands here.
//
// The response may come before the request is sent to its end (RFC 9112 §9.5): it is read, whatever happens to the
// upload. A status of 400 or above, or `Connection: close`, ends the upload; any other lets it go on.

import { ConnectionError } from '../errors/connection-error.ts';
import type { HTTPError } from '../errors/http-error.ts';
import { LimitError } from '../errors/limit-error.ts';
import { ProtocolError } from '../errors/protocol-error.ts';
import { RequestError } from '../errors/request-error.ts';
import { SendError } from '../errors/send-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import { TLSError } from '../errors/tls-error.ts';
import { CLIENT, type ClientState, step } from '../http1/exchange-state.ts';
import { LimitFault, LocalFault, PeerFault } from '../http1/fault.ts';
import type { Framing, FramingFields } from '../http1/framing.ts';
import { type KeepAliveHint, keepAliveHint, persists } from '../http1/keep-alive.ts';
import { type BodyFraming, requestHead } from '../http1/request-head.ts';
import type { Head } from '../message/head.ts';
import type { Failure } from '../policy/failure.ts';
import { expectsBody } from '../policy/method.ts';
import type { WireRequest } from '../request/wire-request.ts';
import type { CancelReason, Exchange, ResponseSink } from '../response/response-sink.ts';
import type { CloseReason } from '../trace/close-reason.ts';
import { Alarm } from '../util/alarms.ts';
import { BodyUpload } from './body-upload.ts';
import type { Http1Connection } from './http1-connection.ts';

/** Bodies up to this size leave with their head in one step. */
const ONE_STEP_BYTES = 64 * 1024;

/** Where the exchange is, as far as its user is concerned. */
type Progress = 'held' | 'running' | 'over';

export class Http1Exchange implements Exchange {
  readonly request: WireRequest;
  readonly sink: ResponseSink;
  /** Whether the connection had served no exchange before. */
  readonly fresh: boolean;
  readonly #connection: Http1Connection;
  #progress: Progress = 'held';
  #client: ClientState = 'idle';
  #received = false;
  #head: Head | null = null;
  #framingKeeps = false;
  #persists = false;
  #hint: KeepAliveHint | null = null;
  #upload: BodyUpload | null = null;
  /** Whether silence is the peer's: not while the body's source or the response's consumer is waited for. */
  #peerIsAwaited = true;
  #pausedSince: number | null = null;
  #headAlarm: Alarm | null = null;
  #startedAt = 0;
  #bytesOutBefore = 0;
  #bytesInBefore = 0;
  #bodyBytes = 0;

  constructor(connection: Http1Connection, request: WireRequest, sink: ResponseSink) {
    this.#connection = connection;
    this.request = request;
    this.sink = sink;
    this.fresh = connection.served === 1;
  }

  get over(): boolean {
    return this.#progress === 'over';
  }

  /** Whether nothing was written yet: the connection is being looked at first. */
  get held(): boolean {
    return this.#progress === 'held';
  }

  get pausedSince(): number | null {
    return this.#pausedSince;
  }

  /** Why the connection cannot be kept after the response, as far as the exchange knows; null if it can. */
  get closes(): CloseReason | null {
    if (this.#client !== 'done') return 'early-response';
    if (!this.#persists || this.request.fields.close) return 'not-persistent';
    if (!this.#framingKeeps) return 'ambiguous-framing';
    if (this.#hint?.max === 0) return 'max-requests';
    return null;
  }

  get hint(): KeepAliveHint | null {
    return this.#hint;
  }

  /** Writes the request. */
  begin(): void {
    if (this.#progress !== 'held') return;
    this.#progress = 'running';
    const { request } = this;
    const connection = this.#connection;
    const { transport } = connection;
    const { body } = request;
    let text: string;
    try {
      text = requestHead(request.method, request.target, request.fields, bodyFraming(request));
    } catch (fault) {
      queueMicrotask(() => this.fail(this.#localError(fault), 'local', 'send-failed'));
      return;
    }
    connection.reader.begin(request.method, request.upgrade);
    this.#startedAt = connection.lastUsedAt;
    this.#traceStart();
    this.#client = step(CLIENT, this.#client, 'head');
    if (body === null) {
      transport.write(text);
      this.#onSent();
    } else {
      transport.outliveWriteErrors();
      this.#sendWithBody(text);
    }
    this.#awaitPeer(connection.lastUsedAt);
  }

  #sendWithBody(text: string): void {
    const { transport } = this.#connection;
    const { body } = this.request;
    if (body === null) return;
    if (body.bytes !== null && body.bytes.byteLength <= ONE_STEP_BYTES) {
      transport.cork();
      transport.write(text);
      if (body.bytes.byteLength > 0) transport.write(body.bytes);
      transport.uncork();
      this.#onSent();
      return;
    }
    transport.write(text);
    this.#upload = new BodyUpload(transport, body, this.request.trailers, {
      onWait: (forPeer) => {
        this.#peerIsAwaited = forPeer;
        this.#awaitPeer(this.#connection.clock.now());
      },
      onSent: () => {
        this.#upload = null;
        this.#peerIsAwaited = true;
        this.#onSent();
        this.#awaitPeer(this.#connection.clock.now());
      },
      onSourceFailure: (cause, why) => this.#onSourceFailure(cause, why),
    });
    this.#upload.start();
  }

  /** Bytes have come: the silence is over. */
  onBytes(now: number): void {
    this.#received = true;
    this.#awaitPeer(now);
  }

  onInformational(head: Head): void {
    this.#trace('informational', head.status);
    this.sink.onInformational(head);
  }

  onHead(head: Head, framing: Framing, found: FramingFields): void {
    this.#head = head;
    this.#framingKeeps = framing.keeps;
    this.#persists = framing.is !== 'until-close' && persists(head.version, found.connection);
    if (found.keepAlive !== null) this.#hint = keepAliveHint(found.keepAlive);
    this.#headAlarm?.remove();
    this.#trace('receive-start', head.status);
    if (this.#client === 'sending' && (head.status >= 400 || !persists(head.version, found.connection))) {
      this.#abandonUpload();
    }
    this.sink.onHead(head);
  }

  onBody(bytes: Buffer): void {
    this.#bodyBytes += bytes.byteLength;
    if (!this.sink.onBody(bytes) && !this.over) this.pause();
  }

  onDrain(): void {
    this.#awaitPeer(this.#connection.clock.now());
    this.#upload?.onDrain();
  }

  /** A write failed: no more is sent, but a response may still be on its way. */
  onWriteError(): void {
    if (this.#client === 'sending') this.#abandonUpload();
  }

  pause(): void {
    if (this.#progress === 'over' || this.#pausedSince !== null) return;
    this.#pausedSince = this.#connection.clock.now();
    this.#connection.transport.pause();
    this.#connection.readAlarm.clear();
  }

  resume(): void {
    if (this.#progress === 'over' || this.#pausedSince === null) return;
    this.#pausedSince = null;
    this.#connection.transport.resume();
    this.#awaitPeer(this.#connection.clock.now());
  }

  cancel(why: CancelReason): void {
    if (this.#progress === 'over') return;
    this.#connection.reader.stop();
    this.#stopSending();
    const error = why.is === 'aborted' ? this.#abortError() : why.failure;
    const reason = why.is === 'aborted' ? 'cancelled' : why.is;
    const cause = why.is === 'aborted' ? 'cancelled' : why.is;
    queueMicrotask(() => this.fail(error, cause, reason));
  }

  /** `Timeout.read` ran out. */
  onReadTimeout(): void {
    const { request } = this;
    const phase = this.#client === 'sending' ? 'send' : this.#head === null ? 'head' : 'body';
    this.fail(this.#timeoutError(phase, 'read', request.timeout.read ?? 0), 'timeout', 'timeout');
  }

  /** The peer sent FIN in the middle. */
  onEnd(fault: PeerFault): void {
    this.fail(this.#lostError('ERR_CONNECTION_CLOSED', 'the server closed the connection', fault), 'eof', 'incomplete');
  }

  /** The transport is gone in the middle. */
  onClose(cause: Error | null): void {
    const code = cause !== null && 'code' in cause ? String(cause.code) : '';
    if (/^(ERR_SSL|EPROTO|ERR_TLS)/.test(code)) {
      const error = new TLSError(`Cannot read from ${this.#where()}: TLS failed: ${cause?.message ?? ''}`, {
        ...this.#details('ERR_TLS', this.#phase()),
        cause,
      });
      this.fail(error, 'tls', 'incomplete');
      return;
    }
    const how = code === 'ETIMEDOUT' ? 'the connection timed out' : 'the server reset the connection';
    this.fail(this.#lostError('ERR_CONNECTION_RESET', how, cause), 'reset', 'incomplete');
  }

  /** What came before the request was written: the connection cannot be used, the request is untouched. */
  onUnaskedBytes(): void {
    const how = 'the server sent bytes that answer no request';
    this.fail(this.#lostError('ERR_CONNECTION_CLOSED', how, null), 'eof', 'unasked-bytes');
  }

  /** The codec refused what came. */
  onFault(fault: unknown): void {
    if (fault instanceof LimitFault) {
      const message = `Cannot read the response of ${this.#name()}: ${fault.message}; option: ${fault.limit}`;
      const details = { ...this.#details('ERR_LIMIT', this.#phase()), limit: fault.limit, cause: fault };
      this.fail(new LimitError(message, details), 'limit', 'limit');
      return;
    }
    const why = fault instanceof Error ? fault.message : String(fault);
    const who = fault instanceof PeerFault ? 'the server sent' : 'urlpool has a defect:';
    const error = new ProtocolError(`Cannot read the response of ${this.#name()}: ${who} ${why}`, {
      ...this.#details('ERR_PROTOCOL', this.#phase()),
      cause: fault,
    });
    this.fail(error, 'protocol', 'protocol-error');
  }

  /** The connection is destroyed from above. */
  onDestroyed(reason: CloseReason): void {
    const error = new ConnectionError(`Cannot finish ${this.#name()}: its connection was closed here (${reason})`, {
      ...this.#details('ERR_CONNECTION_DROPPED', this.#phase()),
    });
    this.fail(error, 'local', reason);
  }

  /** Stops everything that runs for it; the connection tells the sink. */
  end(error: HTTPError | null): void {
    this.#traceEnd(error);
    this.#progress = 'over';
    this.#connection.readAlarm.clear();
    this.#headAlarm?.remove();
    this.#stopSending();
  }

  fail(error: HTTPError, why: Failure['why'], reason: CloseReason): void {
    if (this.#progress === 'over') return;
    const sent = this.#client === 'idle' ? 'nothing' : this.#client === 'done' ? 'all' : 'some';
    this.end(error);
    this.#connection.failed(reason);
    this.sink.onFailure({ error, why, fresh: this.fresh, sent, received: this.#received });
  }

  #stopSending(): void {
    this.#upload?.stop();
    this.#upload = null;
  }

  #abandonUpload(): void {
    this.#client = step(CLIENT, this.#client, 'abandon');
    this.#stopSending();
    this.#peerIsAwaited = true;
    this.#trace('send-end', 0);
    this.#awaitPeer(this.#connection.clock.now());
  }

  #onSent(): void {
    this.#client = step(CLIENT, this.#client, 'end');
    this.#trace('send-end', 1);
    const { head } = this.request.timeout;
    if (head !== null && this.#head === null) {
      this.#headAlarm = new Alarm(this.#connection.alarms, () => {
        this.fail(this.#timeoutError('head', 'head', head), 'timeout', 'timeout');
      });
      this.#headAlarm.set(this.#connection.clock.now() + head);
    }
  }

  #onSourceFailure(cause: unknown, why: string): void {
    const { length } = this.request.body ?? { length: null };
    const code = cause === null || cause instanceof RangeError ? 'ERR_BODY_LENGTH' : 'ERR_BODY_SOURCE';
    const said = code === 'ERR_BODY_LENGTH' && length !== null ? why : `its source failed: ${why}`;
    const error = new SendError(`Cannot send the body of ${this.#name()}: ${said}`, {
      ...this.#details(code, 'send'),
      ...(cause === null ? {} : { cause }),
    });
    this.fail(error, 'local', 'send-failed');
  }

  /** Starts the silence anew, if it is the peer's. */
  #awaitPeer(now: number): void {
    if (this.#progress !== 'running') return;
    const { read } = this.request.timeout;
    const { readAlarm } = this.#connection;
    if (read === null || !this.#peerIsAwaited || this.#pausedSince !== null) readAlarm.clear();
    else readAlarm.set(now + read);
  }

  #phase(): 'send' | 'head' | 'body' {
    if (this.#head !== null) return 'body';
    return this.#client === 'done' ? 'head' : 'send';
  }

  #name(): string {
    return `${this.request.method} ${this.request.url}`;
  }

  #where(): string {
    return `${this.#connection.address} (${this.#name()})`;
  }

  #details(code: HTTPError['code'], phase: HTTPError['phase']) {
    const { method, url, attempt } = this.request;
    const { id, address } = this.#connection;
    return { code, phase, method, url, attempt, connection: { id, reused: !this.fresh, address } };
  }

  #localError(fault: unknown): HTTPError {
    const why = fault instanceof LocalFault ? fault.message : String(fault);
    return new RequestError(`Cannot send ${this.#name()}: ${why}`, this.#details('ERR_INVALID_HEADER', 'request'));
  }

  #abortError(): HTTPError {
    return new ConnectionError(`${this.#name()} was aborted`, this.#details('ERR_CANCELLED', this.#phase()));
  }

  #timeoutError(phase: 'send' | 'head' | 'body', option: 'read' | 'head', ms: number): HTTPError {
    const what = { send: 'send the request body', head: 'read the response head', body: 'read the response body' }[
      phase
    ];
    return new TimeoutError(`Cannot ${what} of ${this.#name()} within ${ms} ms; option: timeout.${option}`, {
      ...this.#details('ERR_TIMEOUT', phase),
    });
  }

  #lostError(code: 'ERR_CONNECTION_CLOSED' | 'ERR_CONNECTION_RESET', how: string, cause: unknown): HTTPError {
    const after = Math.round(this.#connection.clock.now() - this.#startedAt);
    const where = cause instanceof PeerFault ? ` ${cause.message}` : ` ${this.#whereLost()}`;
    const message = `Cannot read the response of ${this.#name()}: ${how}${where}, ${after} ms after the request`;
    const kept = this.fresh ? '' : ` (a kept connection, used ${this.#connection.served - 1} times before)`;
    return new ConnectionError(message + kept, {
      ...this.#details(code, this.#phase()),
      stale: !this.fresh && !this.#received,
      ...(cause === null ? {} : { cause }),
    });
  }

  #whereLost(): string {
    if (this.#head !== null) return 'before the end of the body';
    return this.#received ? "before the end of the response's head" : 'before a response began';
  }

  #traceStart(): void {
    const { trace, clock, transport, id } = this.#connection;
    if (trace === null) return;
    this.#bytesOutBefore = transport.bytesOut;
    this.#bytesInBefore = transport.bytesIn;
    const { call, attempt } = this.request;
    trace({ type: 'exchange-start', at: clock.now(), call, attempt, connection: id });
    trace({ type: 'send-start', at: clock.now(), call, attempt, connection: id });
  }

  /** `detail` is the status; of `send-end`, 1 if all was sent. */
  #trace(type: 'send-end' | 'informational' | 'receive-start', detail: number): void {
    const { trace, clock, transport, id } = this.#connection;
    if (trace === null) return;
    const { call, attempt } = this.request;
    const ids = { at: clock.now(), call, attempt, connection: id };
    const bytes = transport.bytesOut - this.#bytesOutBefore;
    if (type === 'send-end') trace({ type, ...ids, bytes, complete: detail === 1 });
    else trace({ type, ...ids, status: detail });
  }

  #traceEnd(error: HTTPError | null): void {
    const { trace, clock, transport, id } = this.#connection;
    if (trace === null || this.#client === 'idle') return;
    if (this.#client === 'sending') this.#trace('send-end', 0);
    const { call, attempt } = this.request;
    const ids = { at: clock.now(), call, attempt, connection: id };
    if (this.#head !== null) trace({ type: 'receive-end', ...ids, bytes: this.#bodyBytes, complete: error === null });
    const bytesSent = transport.bytesOut - this.#bytesOutBefore;
    const bytesReceived = transport.bytesIn - this.#bytesInBefore;
    trace({ type: 'exchange-end', ...ids, bytesSent, bytesReceived, error });
  }
}

function bodyFraming(request: WireRequest): BodyFraming {
  const { body } = request;
  if (body === null) return expectsBody(request.method) ? 0 : 'none';
  return body.length ?? 'chunked';
}
