// One call of a user's, from the queue to the response or the error. It waits for a connection, starts an exchange, takes
// the body in, and goes on as nextStep() says: follows a redirect, tries again after a wait, or ends. Where a kept
// connection had died under an attempt it sends that again at once. It owns the call's deadline and its signal. It is one
// object with several roles, waiter, sink and abortable, since one is made for every request.

import type { Connection } from '../connection/connection.ts';
import type { AfterAttempt } from '../errors/attempt.ts';
import { type ErrorConnection, HTTPError, type Refusal } from '../errors/http-error.ts';
import type { Fields } from '../message/fields.ts';
import type { Head } from '../message/head.ts';
import type { Transport } from '../message/transport.ts';
import type { Failure } from '../policy/failure.ts';
import type { Retry } from '../policy/retry.ts';
import type { Waiter } from '../pool/waiter.ts';
import type { WireRequest } from '../request/wire-request.ts';
import type { ResponseParts } from '../response/base-response.ts';
import { codingsToUndo, type DecodableCoding, NO_CODINGS } from '../response/decoding/content-codings.ts';
import type { DecodedOf } from '../response/decoding/decoding-error.ts';
import { HTTPResponse } from '../response/http-response.ts';
import type { CancelReason, Exchange, ResponseSink } from '../response/response-sink.ts';
import { StreamedResponse } from '../response/streamed-response.ts';
import { UpgradedResponse } from '../response/upgraded-response.ts';
import { CallStory } from '../trace/call-story.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import { type Abortable, addAbortable, removeAbortable } from '../util/abort-registry.ts';
import { Alarm } from '../util/alarms.ts';
import type { Timer } from '../util/clock.ts';
import { type Context, currentContext, outside } from '../util/context.ts';
import { bodyLimitError, closedError, disposedError, poolTimeoutError, totalTimeoutError } from './call-error.ts';
import type { Sleeper } from './call-group.ts';
import type { CallChoices, CallSettings } from './call-settings.ts';
import { type CallState, doing } from './call-state.ts';
import { CallTrace } from './call-trace.ts';
import { decideAfter, decideOn, mayFollow, willReplay } from './decide.ts';
import { Discard } from './discard.ts';
import { followRedirect } from './follow-redirect.ts';
import { guardedProgress } from './guarded-progress.ts';
import { type BodyHolder, HeldBody, isTooLong } from './held-body.ts';
import { type HookedCall, HopSteps } from './hop-steps.ts';
import { askedAgain, countLast, type NextStep } from './next-step.ts';
import { type Outcome, Rejection } from './outcome.ts';
import { endedAttempt, endOf, type OverAttempt } from './over-attempt.ts';
import { type Propagate, propagated } from './propagation.ts';
import { errorOfDial } from './proxied-error.ts';
import { type Place, placeFor } from './router.ts';
import { StreamedBody, type StreamingCall } from './streamed-body.ts';

export class Call implements Waiter, ResponseSink, Abortable, BodyHolder, StreamingCall, Sleeper, HookedCall {
  previous: Waiter | null = null;
  next: Waiter | null = null;
  list: object | null = null;
  notKeptBefore: number | null = null;
  queuedAt = 0;
  readonly wantsExchange = true;
  request: WireRequest;
  /** The request without what the hooks add to an attempt of it. */
  #bare: WireRequest;
  /** The attempt's request without what was propagated with it: a replay has that of its own. */
  #hooked: WireRequest;
  readonly #settings: CallSettings;
  readonly #choices: CallChoices;
  /** Tells the events of the call; null where nobody listened as it began. */
  readonly #trace: CallTrace | null;
  /** What is added to each of its hops; null for nothing. */
  readonly #hops: HopSteps | null;
  #settle: ((outcome: Outcome) => void) | null;
  #place: Place;
  #retries: Retry;
  /** Where the caller's predicate runs. */
  readonly #context: Context;
  readonly #story: CallStory;
  #state: CallState = 'queued';
  #replayed = false;
  #connection: Connection | null = null;
  /** That of the attempt before, while the call waits for the next. */
  #lastConnection: ErrorConnection | null = null;
  #reused = false;
  #exchange: Exchange | null = null;
  #head: Head | null = null;
  #body: HeldBody | StreamedBody | Discard | null = null;
  /** What follows once the body of a response that is not the last one is out of the way. */
  #pending: NextStep | null = null;
  #deadline: Alarm | null = null;
  #queueAlarm: Alarm | null = null;
  #sleep: Timer | null = null;
  /** Why the response is the last one though another attempt was thought of. */
  #refused: Refusal | null = null;

  constructor(
    request: WireRequest,
    place: Place,
    settings: CallSettings,
    choices: CallChoices,
    settle: (outcome: Outcome) => void,
  ) {
    this.request =
      request.onUploadProgress === null ? request : guardedProgress(request, (reason) => this.fail(reason));
    this.#bare = this.request;
    this.#hooked = this.request;
    this.#place = place;
    this.#settings = settings;
    this.#retries = settings.retries;
    const runsHooks = choices.hops !== null && choices.hops.needsContext !== false;
    const runsNothing = settings.retries.retryOn === undefined && settings.propagate === null && !runsHooks;
    this.#context = runsNothing ? outside : currentContext();
    const { clock } = settings.alarms;
    this.#story = new CallStory(clock.now());
    this.#trace = request.trace === null ? null : new CallTrace(request.trace, clock);
    this.#choices = choices;
    this.#hops = choices.hops === null ? null : new HopSteps(choices.hops, this.#context, this);
    this.#settle = settle;
  }

  get call(): number {
    return this.request.call;
  }

  get attempt(): number {
    return this.request.attempt;
  }

  get trace(): TraceListener | null {
    return this.request.trace;
  }

  get connectTimeout(): number | null {
    return this.request.timeout.connect;
  }

  get hasPoolTimeout(): boolean {
    return this.request.timeout.pool !== null;
  }

  get maxBodyBytes(): number {
    return this.#settings.maxBodyBytes;
  }

  /** Whether it has ended: a callback of the caller's may have aborted it. */
  get isDone(): boolean {
    return this.#state === 'done';
  }

  start(): void {
    const { alarms } = this.#settings;
    const { signal } = this.#choices;
    const { timeout } = this.request;
    this.#settings.group.begin();
    this.#place.budget.count(this.#story.startedAt);
    this.#trace?.start(this.request);
    if (signal?.aborted) {
      this.#end(new Rejection(signal.reason));
      return;
    }
    if (signal !== null) addAbortable(signal, this);
    if (timeout.total !== null) {
      this.#deadline = new Alarm(alarms, () => this.#onDeadline());
      this.#deadline.set(this.#story.startedAt + timeout.total);
    }
    if (this.#hops !== null) this.#begin();
    else if (this.#trace === null) this.#enqueue();
    else this.#enterAgain();
  }

  /** Ends it with a reason of the caller's own. */
  fail(reason: unknown): void {
    this.#giveUp(new Rejection(reason), { is: 'aborted' });
  }

  // As a waiter.

  onConnection(connection: Connection): boolean {
    // A listener of the event that told of it may have ended the call.
    if (this.#state !== 'queued') return false;
    this.#queueAlarm?.remove();
    this.#state = 'exchanging';
    this.#connection = connection;
    this.#reused = connection.served > 0;
    this.#exchange = connection.start(this.request, this);
    this.#story.begin(this.#exchange.times);
    return true;
  }

  onRefused(error: HTTPError): void {
    // A listener of the event that told of it may have ended the call.
    if (this.isDone) return;
    this.#queueAlarm?.remove();
    this.#story.refuse(error.timings);
    this.#goOn(decideAfter(errorOfDial(error, this.request), 'dial', this.#over()));
  }

  // As a sink.

  onInformational(): void {}

  onHead(head: Head): void {
    this.#head = head;
    const { status, bodyLength } = head;
    if ((status === 407 || this.#hops !== null) && this.#isSentAgain(head)) return;
    if (mayFollow(status, this.#retries, this.request)) {
      const step = decideOn(head, this.#over());
      if (this.isDone) return;
      if (step.do !== 'done') {
        this.#pending = step;
        this.#body = this.discardAfter(0);
        return;
      }
      this.#refused = step.refused;
    }
    if (this.#choices.wants === 'stream') this.#deliver(head);
    else if (bodyLength !== null && isTooLong(bodyLength, this)) this.refuseBody(bodyLength);
  }

  onBody(view: Uint8Array): boolean {
    this.#body ??= new HeldBody(this.#head === null ? null : this.#head.bodyLength, this);
    return this.#body.push(view);
  }

  memory(left: number): Buffer | null {
    return this.#body === null ? null : this.#body.memory(left);
  }

  onUpgrade(head: Head, transport: Transport): void {
    this.#head = head;
    const parts = this.#state === 'done' ? null : this.#parts();
    if (parts === null) transport.destroy();
    else this.#end(new UpgradedResponse(parts, transport));
  }

  onEnd(trailers: Fields): void {
    if (this.#state === 'done') return;
    if (this.#pending !== null) {
      this.#goOn(this.#pending);
      return;
    }
    const body = this.#body;
    if (body instanceof StreamedBody) {
      body.complete(trailers);
      this.#end(null);
    } else if (body instanceof HeldBody) {
      const { codings } = this;
      if (codings.length === 0) this.#respond(body.take(), trailers);
      else void this.#decode(body, codings, trailers);
    } else this.#respond(Buffer.alloc(0), trailers);
  }

  onFailure(failure: Failure): void {
    if (this.#state === 'done') return;
    if (this.#pending !== null) this.#goOn(this.#pending);
    else if (this.#body instanceof StreamedBody) this.#end(new Rejection(failure.error));
    else if (willReplay(failure, this.#replayed, this.#over())) {
      this.#replayed = true;
      this.notKeptBefore = this.#settings.alarms.clock.now();
      this.#tell(failure.error, 'replay', 0);
      this.#enterAgain();
    } else if (!this.isDone) {
      this.#goOn(decideAfter(failure.error, failure.why, this.#over()));
    }
  }

  // As a sleeper.

  onClosed(): void {
    this.#end(new Rejection(closedError(this.request)));
  }

  // As an abortable.

  onAbort(): void {
    this.fail(this.#choices.signal?.reason);
  }

  // As whose body is held or streamed.

  get codings(): readonly DecodableCoding[] {
    return this.#head === null || !this.#settings.decodeContent ? NO_CODINGS : codingsToUndo(this.#head.fields);
  }

  refuseBody(length: number | null): void {
    this.#exchange?.cancel({ is: 'limit', failure: this.#tooLong(length) });
  }

  resume(): void {
    this.#exchange?.resume();
  }

  discardAfter(bytes: number): Discard {
    const declared = this.#head?.bodyLength ?? null;
    const discard = new Discard(this.#exchange, this.#settings.alarms);
    discard.begin(declared === null ? null : declared - bytes);
    return discard;
  }

  disposedError(): HTTPError {
    return disposedError(this.request, this.#usedConnection());
  }

  onForgotten(): void {
    this.#trace?.forgotten(this.request);
  }

  /** Begins an attempt, with its turn and with what the hooks add to it. */
  #begin(): void {
    const hops = this.#hops;
    if (hops === null) {
      this.#enterAgain();
      return;
    }
    const delay = hops.delay(this.#bare);
    if (delay !== null) this.#sleepFor(delay, 'awaiting-turn', () => this.#prepare(hops));
  }

  #prepare(hops: HopSteps): void {
    const { group } = this.#settings;
    this.#state = 'preparing';
    this.#letGo();
    group.sleep(this);
    hops.prepare(this.#bare, (fields) => {
      group.wake(this);
      this.#hooked = fields === this.#bare.fields ? this.#bare : { ...this.#bare, fields };
      this.request = this.#hooked;
      this.#enterAgain();
    });
  }

  /** Whether the answer ends here: the request is sent again at once, with other credentials, or the hooks have ended the call. */
  #isSentAgain(head: Head): boolean {
    const { status } = head;
    const canBeSent = this.request.body?.state !== 'consumed';
    const isForProxy = status === 407 && this.#exchange?.mayAnswerProxy(head, countLast(407, this.#retries.history));
    if (!(isForProxy && canBeSent)) {
      const isAsked = this.#hops?.observe(this.request, head);
      if (this.isDone) return true;
      if (!(isAsked && canBeSent)) return false;
    }
    this.#pending = askedAgain(this.request, status, this.#retries);
    this.#trace?.retry(this.request, String(status), this.#pending);
    this.#body = this.discardAfter(0);
    return true;
  }

  /** Enters the queue with what the request is now. */
  #enqueue(): void {
    this.#state = 'queued';
    this.#lastConnection = null;
    if (this.#settings.propagate !== null && !this.#propagate(this.#settings.propagate)) return;
    this.#place.pool.acquire(this);
    const { pool: limit } = this.request.timeout;
    if (limit === null || this.#state !== 'queued') return;
    const { alarms, gate } = this.#settings;
    this.#queueAlarm ??= new Alarm(alarms, (late) =>
      gate.afterSilence(() => this.#onQueueTimeout(), late, alarms.clock.now()),
    );
    this.#queueAlarm.set(alarms.clock.now() + limit);
  }

  /** Adds to the request what belongs to its trace; whether the call goes on. */
  #propagate(propagate: Propagate): boolean {
    try {
      const sending = { at: this.#settings.alarms.clock.now(), resends: this.#story.resends };
      this.#context(() => {
        this.request = propagated(this.#hooked, sending, propagate);
      });
    } catch (reason) {
      this.fail(reason);
    }
    return !this.isDone && this.#findPlace();
  }

  /** Forgets the attempt that is over, and what it held. */
  #letGo(): void {
    this.#lastConnection = this.#usedConnection();
    this.#exchange = null;
    this.#connection = null;
    this.#head = null;
    this.#body?.end(null);
    this.#body = null;
    this.#pending = null;
  }

  #over(): OverAttempt {
    return {
      request: this.request,
      settings: this.#settings,
      trace: this.#trace,
      story: this.#story,
      place: this.#place,
      retries: this.#retries,
      connection: this.#usedConnection(),
      isBegun: this.#connection !== null,
      head: this.#head,
      isAnswered: this.#pending !== null,
      deadline: this.#deadline?.deadline ?? null,
      context: this.#context,
    };
  }

  #goOn(step: NextStep): void {
    if (this.#state === 'done') return;
    switch (step.do) {
      case 'redirect':
        this.#redirect(step);
        break;
      case 'retry':
        this.#retry(step);
        break;
      case 'fail':
        this.#end(new Rejection(step.error));
        break;
      case 'done':
        break;
    }
  }

  #redirect(step: Extract<NextStep, { do: 'redirect' }>): void {
    const next = followRedirect(step, this.#bare, this.#over());
    if (next instanceof Rejection) {
      this.#end(next);
      return;
    }
    this.#tell(null, 'redirect', step.delay);
    if (step.dropsBody) this.request.body?.release();
    this.#renew(next.request);
    this.#place = next.place;
    next.place.budget.count(this.#settings.alarms.clock.now());
    this.#tryAnew(step.retries, step.delay, null);
  }

  #retry({ retries, delay, fresh }: Extract<NextStep, { do: 'retry' }>): void {
    this.#tell(retries.history.at(-1)?.error ?? null, 'retry', delay);
    // After a 417 the server is not asked again whether it wants the body.
    const expectContinue = this.#head?.status === 417 ? null : this.request.expectContinue;
    this.#renew({ ...this.#bare, expectContinue, attempt: this.request.attempt + 1 });
    this.#tryAnew(retries, delay, fresh ? Number.POSITIVE_INFINITY : null);
  }

  /** Makes the next attempt, after `delay` ms. */
  #tryAnew(retries: Retry, delay: number, notKeptBefore: number | null): void {
    this.#retries = retries;
    this.#replayed = false;
    this.notKeptBefore = notKeptBefore;
    const { group } = this.#settings;
    this.#sleepFor(group.closed ? 0 : delay, 'sleeping', () => this.#begin());
  }

  /** Enters the queue once more, or after others could act. The pool may have been given up meanwhile, when it came to rest. */
  #enterAgain(): void {
    if (this.isDone) return;
    this.#letGo();
    if (this.#settings.group.closed) {
      this.#end(new Rejection(closedError(this.request)));
      return;
    }
    if (!this.#findPlace()) return;
    this.#story.enter(this.#settings.alarms.clock.now());
    this.#enqueue();
  }

  /** Finds its pool anew; whether the call goes on. */
  #findPlace(): boolean {
    const place = placeFor(this.#settings.router, this.#place.origin, this.request.upgrade);
    if (place instanceof Rejection) this.#end(place);
    else this.#place = place ?? this.#place;
    return !this.isDone;
  }

  /** The request of the next attempt. */
  #renew(request: WireRequest): void {
    this.#bare = request;
    this.#hooked = request;
    this.request = request;
  }

  /** Goes on after `delay` ms. */
  #sleepFor(delay: number, state: 'awaiting-turn' | 'sleeping', goOn: () => void): void {
    if (this.isDone) return;
    if (delay <= 0) {
      goOn();
      return;
    }
    const { group, alarms } = this.#settings;
    this.#state = state;
    this.#letGo();
    group.sleep(this);
    // Unlike a deadline, a wait is work to come: the process stays alive for it.
    this.#sleep = alarms.clock.setTimer(
      delay,
      () => {
        group.wake(this);
        goOn();
      },
      true,
    );
  }

  /** The head is here: the caller gets the response, the body comes as it is taken. */
  #deliver(head: Head): void {
    const parts = this.#parts();
    if (parts === null) return;
    const body = new StreamedBody(this, {
      codings: this.codings,
      of: this.#decodedOf(),
      signal: this.#choices.signal,
    });
    this.#body = body;
    const settle = this.#settle;
    // Nothing here may lead to the response: if its user forgets it, it is to be garbage-collected.
    this.#settle = null;
    settle?.(new StreamedResponse({ ...parts, head }, body.queue, body, body.decoded));
  }

  #decodedOf(): DecodedOf {
    const { method, url, attempt } = this.request;
    return { method, url, attempt, connection: this.#usedConnection(), history: this.#retries.history };
  }

  async #decode(body: HeldBody, codings: readonly DecodableCoding[], trailers: Fields): Promise<void> {
    try {
      let data = body.decode(codings, this.#decodedOf());
      if (data instanceof Promise) {
        this.#state = 'decoding';
        this.#exchange = null;
        this.#settings.group.sleep(this);
        data = await data;
        if (this.isDone) return;
      }
      if (data === null) this.#end(new Rejection(this.#tooLong(null)));
      else this.#respond(data, trailers);
    } catch (reason) {
      this.#end(new Rejection(reason));
    }
  }

  #tooLong(length: number | null): HTTPError {
    return bodyLimitError(this.request, { limit: this.maxBodyBytes, length }, this.#usedConnection());
  }

  #respond(data: Buffer, trailers: Fields): void {
    const parts = this.#parts();
    if (parts !== null) this.#end(new HTTPResponse(parts, data, trailers));
  }

  #parts(): ResponseParts | null {
    const head = this.#head;
    const connection = this.#usedConnection();
    if (head === null || connection === null) return null;
    const { method, url } = this.request;
    // A connection that is free again became so just now: that saves a look at the clock.
    const now = this.#connection?.idleSince ?? this.#settings.alarms.clock.now();
    const story = this.#story;
    const elapsed = now - story.startedAt;
    const { attempt } = this.request;
    return { method, url, head, connection, retries: this.#retries, refused: this.#refused, elapsed, attempt, story };
  }

  /** Another attempt follows the one that is over. */
  #tell(error: HTTPError | null, next: AfterAttempt, delay: number): void {
    this.#story.goOn(endedAttempt(this.#over(), error), next, delay, this.#settings.alarms.clock.now());
  }

  #onDeadline(): void {
    const error = totalTimeoutError(this.request, this.#doing(), this.#usedConnection());
    this.#giveUp(new Rejection(error), { is: 'timeout', failure: error });
  }

  #doing(): string {
    const dial = this.#state === 'queued' ? this.#place.pool.doingFor(this) : null;
    return dial ?? doing(this.#state, this.#head !== null);
  }

  #onQueueTimeout(): void {
    if (this.#state !== 'queued') return;
    const error = poolTimeoutError(this.request, this.#place.pool.describe());
    this.#giveUp(new Rejection(error), { is: 'timeout', failure: error });
  }

  #usedConnection(): ErrorConnection | null {
    if (this.#connection === null) return this.#lastConnection;
    const { id, address } = this.#connection;
    return { id, address, reused: this.#reused };
  }

  #giveUp(outcome: Rejection, why: CancelReason): void {
    if (this.#state === 'exchanging' && this.#exchange === null) {
      // What the caller gave runs as an exchange starts, a listener or a body's function: it is not known here yet.
      queueMicrotask(() => this.#giveUp(outcome, why));
      return;
    }
    if (this.#state === 'queued') this.#place.pool.cancel(this);
    else if (this.#state === 'exchanging') this.#exchange?.cancel(why);
    this.#end(outcome);
  }

  /** The call is over; null where its response has been handed over before. */
  #end(outcome: Outcome | null): void {
    if (this.#state === 'done') return;
    if (this.#state !== 'exchanging') this.#settings.group.wake(this);
    if (this.#state === 'awaiting-turn') this.#hops?.giveUp(this.#bare);
    this.#state = 'done';
    this.#deadline?.remove();
    this.#queueAlarm?.remove();
    this.#exchange = null;
    this.#sleep?.cancel();
    const { signal } = this.#choices;
    if (signal !== null) removeAbortable(signal, this);
    this.request.body?.release();
    const reason = outcome instanceof Rejection ? outcome.reason : null;
    if (reason instanceof HTTPError) {
      if (reason.history.length === 0) reason.history = this.#retries.history;
      const { timings, attempts } = endOf(this.#over(), reason);
      reason.timings = timings;
      reason.attempts = attempts;
    }
    this.#body?.end(reason);
    const status = outcome instanceof Rejection ? null : (this.#head?.status ?? null);
    this.#trace?.end(this.request, status, reason, endOf(this.#over(), reason));
    this.#body = null;
    const settle = this.#settle;
    this.#settle = null;
    if (outcome !== null) settle?.(outcome);
    this.#settings.group.end();
  }
}
