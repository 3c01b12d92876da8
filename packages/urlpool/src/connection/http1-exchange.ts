// One request and its response on an HTTP/1.1 connection: it sends the one, hands the other to its sink, keeps the time,
// and says in the end either that all went well or exactly how far it came. What becomes of the connection afterwards is
// for the connection to decide, from what stands here.
//
// The response may come before the request is sent to its end (RFC 9112 §9.5): it is read, whatever happens to the
// upload. A status of 400 or above, or `Connection: close`, ends the upload; any other lets it go on. Where the server was
// asked first whether it wants the body (RFC 9110 §10.1.1), any final status that comes before the body was begun means
// that it is never sent. The framing has promised one, so nothing can follow on that connection.

import type { HTTPError } from '../errors/http-error.ts';
import { CLIENT, type ClientState, step } from '../http1/exchange-state.ts';
import { LimitFault, type PeerFault } from '../http1/fault.ts';
import type { Framing, FramingFields } from '../http1/framing.ts';
import { type KeepAliveHint, keepAliveHint, persists } from '../http1/keep-alive.ts';
import { type BodyFraming, requestHead } from '../http1/request-head.ts';
import type { Head } from '../message/head.ts';
import type { Failure } from '../policy/failure.ts';
import { expectsBody } from '../policy/method.ts';
import type { RequestBody } from '../request/request-body.ts';
import type { WireRequest } from '../request/wire-request.ts';
import type { CancelReason, Exchange, ResponseSink } from '../response/response-sink.ts';
import type { AttemptTimes } from '../trace/attempt-times.ts';
import type { CloseReason } from '../trace/close-reason.ts';
import { CONNECTOR_CODE } from '../transport/connector.ts';
import { Alarm } from '../util/alarms.ts';
import { BodyUpload } from './body-upload.ts';
import {
  abortedError,
  brokenTLSError,
  droppedError,
  faultError,
  lostError,
  type Occasion,
  refusedError,
  sourceError,
  timeoutError,
  unaskedError,
  unwritableError,
} from './exchange-error.ts';
import { ExchangeTrace } from './exchange-trace.ts';
import type { Http1Connection } from './http1-connection.ts';

/** Bodies up to this size leave with their head in one step. */
const ONE_STEP_BYTES = 64 * 1024;

/** Where the exchange is, as far as its user is concerned. */
type Progress = 'held' | 'running' | 'over';

export class Http1Exchange implements Exchange {
  readonly request: WireRequest;
  readonly sink: ResponseSink;
  /** Whether the connection had served no exchange before, nor idled. */
  readonly fresh: boolean;
  readonly times: AttemptTimes;
  readonly #connection: Http1Connection;
  #progress: Progress = 'held';
  #client: ClientState = 'idle';
  #received = false;
  #head: Head | null = null;
  #framingKeeps = false;
  #persists = false;
  #hint: KeepAliveHint | null = null;
  #upload: BodyUpload | null = null;
  /** Runs while the body is held until the server asks for it: once it rings, the body is sent unasked. */
  #holdAlarm: Alarm | null = null;
  /** Whether silence is the peer's: not while the body's source or the response's consumer is waited for. */
  #peerIsAwaited = true;
  #pausedSince: number | null = null;
  #headAlarm: Alarm | null = null;
  #writeError: Error | null = null;
  #trace: ExchangeTrace | null = null;
  /** The credentials that the proxy was sent which forwards the request. */
  #sentToProxy: string | null = null;

  constructor(
    connection: Http1Connection,
    request: WireRequest,
    sink: ResponseSink,
    { fresh, times }: { readonly fresh: boolean; readonly times: AttemptTimes },
  ) {
    this.#connection = connection;
    this.request = request;
    this.sink = sink;
    this.fresh = fresh;
    this.times = times;
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
  begin(now: number): void {
    if (this.#progress !== 'held') return;
    this.#progress = 'running';
    this.times.beganAt = now;
    const { request } = this;
    const connection = this.#connection;
    const { transport } = connection;
    const { body } = request;
    let text: string;
    try {
      const expects = request.expectContinue !== null;
      const { method, target, fields, url } = request;
      const { forward } = connection;
      if (forward === null) {
        const sent = method === 'CONNECT' ? fields : fields.forOrigin();
        text = requestHead(method, target, sent, bodyFraming(request), expects);
      } else {
        if (!fields.hasProxyAuthorization) {
          this.#sentToProxy = forward.credentials.authorization(method, url, body !== null);
        }
        text = requestHead(method, url, fields, bodyFraming(request), expects, forward.lines(this.#sentToProxy));
      }
    } catch (fault) {
      queueMicrotask(() => this.fail(unwritableError(this.#occasion(), fault), 'local', 'send-failed'));
      return;
    }
    connection.reader.begin(request.method, request.upgrade);
    if (request.trace !== null) {
      const { clock, id } = connection;
      this.#trace = new ExchangeTrace(request.trace, clock, transport, request, {
        connection: id,
        headBytes: text.length,
        framing: bodyFraming(request),
      });
      this.#trace.start();
      // A listener may have ended it.
      if (this.over) return;
    }
    this.#client = step(CLIENT, this.#client, 'head');
    if (body === null) {
      transport.write(text);
      this.#onSent(now);
    } else {
      transport.outliveWriteErrors();
      this.#sendWithBody(text, now);
    }
    this.#awaitPeer(now);
  }

  #sendWithBody(text: string, now: number): void {
    const { transport } = this.#connection;
    const { body } = this.request;
    if (body === null) return;
    const wait = this.request.expectContinue;
    if (wait !== null) {
      transport.write(text);
      this.#hold(wait);
    } else if (body.bytes !== null && body.bytes.byteLength <= ONE_STEP_BYTES) {
      transport.cork();
      transport.write(text);
      if (body.bytes.byteLength > 0) transport.write(body.bytes);
      transport.uncork();
      this.#onSentAtOnce(body.bytes.byteLength, now);
    } else {
      transport.write(text);
      this.#startUpload(body);
    }
  }

  /** Waits for the server to ask for the body, `wait` ms at most. */
  #hold(wait: number): void {
    const { alarms, clock } = this.#connection;
    this.#holdAlarm = new Alarm(alarms, () => this.#sendHeld());
    this.#holdAlarm.set(clock.now() + wait);
  }

  #sendHeld(): void {
    const { body } = this.request;
    if (this.#holdAlarm === null || body === null) return;
    this.#endHold();
    const now = this.#connection.clock.now();
    if (body.bytes !== null && body.bytes.byteLength <= ONE_STEP_BYTES) {
      this.#connection.transport.write(body.bytes);
      this.#onSentAtOnce(body.bytes.byteLength, now);
    } else {
      this.#startUpload(body);
    }
    this.#awaitPeer(now);
  }

  #endHold(): void {
    this.#holdAlarm?.remove();
    this.#holdAlarm = null;
  }

  /** A small body has left in one piece. Its listener may end the exchange, whose owner does not know it yet. */
  #onSentAtOnce(bytes: number, now: number): void {
    this.#onSent(now);
    const { onUploadProgress } = this.request;
    if (onUploadProgress === null || bytes === 0) return;
    queueMicrotask(() => {
      if (!this.over) onUploadProgress({ sent: bytes, total: bytes });
    });
  }

  #startUpload(body: RequestBody): void {
    const { transport } = this.#connection;
    const { onUploadProgress } = this.request;
    this.#upload = new BodyUpload(transport, body, this.request.trailers, {
      onWait: (forPeer) => {
        this.#peerIsAwaited = forPeer;
        this.#awaitPeer(this.#connection.clock.now());
      },
      onProgress: (sent) => onUploadProgress?.({ sent, total: body.length }),
      onSent: () => {
        this.#peerIsAwaited = true;
        const now = this.#connection.clock.now();
        this.#onSent(now);
        this.#awaitPeer(now);
      },
      onFailure: (kind, cause) => this.fail(sourceError(this.#occasion(), kind, cause), 'local', 'send-failed'),
    });
    this.#upload.start();
  }

  /** Bytes have come: the silence is over. */
  onBytes(now: number): void {
    this.#received = true;
    this.times.lastAt = now;
    this.#awaitPeer(now);
  }

  onInformational(head: Head): void {
    this.#trace?.informational(head.status);
    if (this.over) return;
    if (head.status === 100) this.#sendHeld();
    this.sink.onInformational(head);
  }

  onHead(head: Head, framing: Framing, found: FramingFields): void {
    this.#head = head;
    this.times.headAt = this.times.lastAt;
    if (this.#sentToProxy !== null && head.status !== 407) {
      this.#connection.forward?.credentials.accepted(this.#sentToProxy, head.fields);
    }
    this.#framingKeeps = framing.keeps;
    this.#persists = framing.is !== 'until-close' && persists(head.version, found.connection);
    if (found.keepAlive !== null) this.#hint = keepAliveHint(found.keepAlive);
    this.#headAlarm?.remove();
    this.#trace?.head(head);
    if (this.over) return;
    if (this.#client === 'sending') {
      const isRefused = head.status >= 400 || !persists(head.version, found.connection);
      if (isRefused || this.#holdAlarm !== null) this.#abandonUpload();
    }
    this.sink.onHead(head);
  }

  onBody(bytes: Buffer): void {
    this.#trace?.body(bytes.byteLength);
    if (!this.sink.onBody(bytes) && !this.over) this.pause();
  }

  onDrain(): void {
    this.#awaitPeer(this.#connection.clock.now());
    this.#upload?.onDrain();
  }

  /** A write failed: no more is sent, but a response may still be on its way. */
  onWriteError(error: Error): void {
    this.#writeError ??= error;
    if (this.#client === 'sending') this.#abandonUpload();
  }

  mayAnswerProxy({ fields }: Head, rounds: number): boolean {
    const { forward } = this.#connection;
    const { request } = this;
    if (forward === null || request.fields.hasProxyAuthorization) return false;
    const challenge = { fields, sent: this.#sentToProxy, rounds, hasBody: request.body !== null };
    return forward.credentials.challenged(challenge).is === 'again';
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
    if (this.#progress === 'over') {
      this.#trace?.finish();
      return;
    }
    const gaveUp = why.is === 'aborted' || why.is === 'unread';
    const error = gaveUp ? abortedError(this.#occasion(), why.is) : why.failure;
    const failure = this.#failure(error, gaveUp ? 'cancelled' : why.is);
    const reason = why.is === 'aborted' ? 'cancelled' : why.is === 'unread' ? 'unread-body' : why.is;
    const unstarted = this.#progress === 'held';
    this.#connection.reader.stop();
    this.end(error);
    if (unstarted) this.#connection.unstarted(this);
    else this.#connection.failed(reason);
    queueMicrotask(() => this.sink.onFailure(failure));
  }

  /** `Timeout.read` ran out, unless the silence has ended meanwhile or is not the peer's. */
  onReadTimeout(): void {
    const isSilent = this.#connection.readAlarm.deadline === Number.POSITIVE_INFINITY;
    if (!isSilent || !this.#peerIsAwaited || this.#pausedSince !== null) return;
    this.fail(timeoutError(this.#occasion(), 'read', this.request.timeout.read ?? 0), 'timeout', 'timeout');
  }

  /** The peer sent FIN in the middle. */
  onEnd(fault: PeerFault): void {
    this.fail(lostError(this.#occasion(), 'closed', fault), 'eof', 'incomplete');
  }

  /** The transport is gone in the middle. */
  onClose(cause: Error | null): void {
    const code = cause !== null && 'code' in cause ? String(cause.code) : '';
    if (cause !== null && code === CONNECTOR_CODE) {
      this.fail(refusedError(this.#occasion(), cause), 'local', 'incomplete');
      return;
    }
    if (cause !== null && /^(ERR_SSL|EPROTO|ERR_TLS)/.test(code)) {
      this.fail(brokenTLSError(this.#occasion(), cause), 'tls', 'incomplete');
      return;
    }
    const how = code === 'ETIMEDOUT' ? 'timed out' : 'reset';
    this.fail(lostError(this.#occasion(), how, cause ?? this.#writeError), 'reset', 'incomplete');
  }

  /** Bytes came before the request was written. */
  onUnaskedBytes(): void {
    this.fail(unaskedError(this.#occasion()), 'eof', 'unasked-bytes');
  }

  /** The codec refused what came. */
  onFault(fault: unknown): void {
    const isLimit = fault instanceof LimitFault;
    const error = faultError(this.#occasion(), fault);
    if (isLimit) this.fail(error, 'limit', 'limit');
    else this.fail(error, 'protocol', 'protocol-error');
  }

  /** The connection is destroyed from above: the exchange is over at once, and its sink hears of it a little later. */
  onDestroyed(reason: CloseReason): void {
    if (this.#progress === 'over') {
      this.#trace?.finish();
      return;
    }
    const error = droppedError(this.#occasion(), reason);
    const failure = this.#failure(error, 'local');
    this.times.lastAt = this.#connection.clock.now();
    this.#connection.reader.stop();
    this.end(error);
    queueMicrotask(() => this.sink.onFailure(failure));
  }

  /** Stops everything that runs for it; the connection tells the sink. */
  end(error: HTTPError | null): void {
    this.#progress = 'over';
    this.#trace?.end(error);
    this.#connection.readAlarm.clear();
    this.#headAlarm?.remove();
    this.#stopSending();
  }

  fail(error: HTTPError, why: Failure['why'], reason: CloseReason): void {
    if (this.#progress === 'over') return;
    const failure = this.#failure(error, why);
    this.times.lastAt = this.#connection.clock.now();
    this.end(error);
    this.#connection.failed(reason);
    this.sink.onFailure(failure);
  }

  #failure(error: HTTPError, why: Failure['why']): Failure {
    const sent = this.#client === 'idle' ? 'nothing' : this.#client === 'done' ? 'all' : 'some';
    return { error, why, fresh: this.fresh, sent, received: this.#received };
  }

  #stopSending(): void {
    this.#endHold();
    this.#upload?.stop();
    this.#upload = null;
  }

  #abandonUpload(): void {
    this.#client = step(CLIENT, this.#client, 'abandon');
    this.#stopSending();
    this.#peerIsAwaited = true;
    const now = this.#connection.clock.now();
    this.times.sentAt = now;
    this.#trace?.sent(false);
    this.#awaitPeer(now);
  }

  #onSent(now: number): void {
    this.times.sentAt = now;
    this.#client = step(CLIENT, this.#client, 'end');
    this.#trace?.sent(true);
    if (this.over) return;
    const { head } = this.request.timeout;
    if (head !== null && this.#head === null) {
      const blame = (): void => {
        if (this.#head === null) this.fail(timeoutError(this.#occasion(), 'head', head), 'timeout', 'timeout');
      };
      this.#headAlarm = new Alarm(this.#connection.alarms, (late) => this.#connection.afterSilence(blame, late));
      this.#headAlarm.set(now + head);
    }
  }

  /** Starts the silence anew, if it is the peer's. */
  #awaitPeer(now: number): void {
    if (this.#progress !== 'running') return;
    const { read } = this.request.timeout;
    const { readAlarm } = this.#connection;
    if (read === null || !this.#peerIsAwaited || this.#pausedSince !== null) readAlarm.clear();
    else readAlarm.set(now + read);
  }

  #occasion(): Occasion {
    const { id, address, served, lastUsedAt, clock } = this.#connection;
    return {
      request: this.request,
      connection: { id, address, reused: !this.fresh },
      servedBefore: served - 1,
      proxy: this.#connection.forward?.text ?? null,
      phase: this.#head !== null ? 'body' : this.#client === 'done' ? 'head' : 'send',
      received: this.#received,
      after: Math.round(clock.now() - lastUsedAt),
    };
  }
}

function bodyFraming(request: WireRequest): BodyFraming {
  const { body } = request;
  if (body === null) return expectsBody(request.method) ? 0 : 'none';
  return body.length ?? 'chunked';
}
