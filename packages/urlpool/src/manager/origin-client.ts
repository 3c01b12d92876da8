// What a pool's face and a manager share: one origin, its pool, its default fields, and the way from a method, a target
// and options to a call.

import { Call } from '../call/call.ts';
import { closedError } from '../call/call-error.ts';
import type { CallChoices, CallSettings } from '../call/call-settings.ts';
import type { HopHooks } from '../call/hop-hooks.ts';
import { type Outcome, Rejection } from '../call/outcome.ts';
import { checkedMethod, checkedRequestOptions, prepareRequest, type SharedFields } from '../call/prepare-request.ts';
import type { RequestOptions } from '../call/request-options.ts';
import { type Place, placeFor, type Router } from '../call/router.ts';
import { HTTPError } from '../errors/http-error.ts';
import { FieldBlock } from '../message/field-block.ts';
import { authority, type Origin, originText } from '../message/origin.ts';
import { limitsFrom } from '../policy/limits.ts';
import { redirectRules } from '../policy/redirect.ts';
import { Retry } from '../policy/retry.ts';
import { RetryBudget } from '../policy/retry-budget.ts';
import { isReplayable } from '../policy/should-replay.ts';
import { Timeout } from '../policy/timeout.ts';
import type { OriginPool } from '../pool/origin-pool.ts';
import { type HeadersInput, mergeFields } from '../request/header-fields.ts';
import { rangeFields } from '../request/range-fields.ts';
import { releaseInput } from '../request/release-input.ts';
import { ACCEPT_ENCODING } from '../response/decoding/content-codings.ts';
import type { HTTPResponse } from '../response/http-response.ts';
import type { StreamedResponse } from '../response/streamed-response.ts';
import type { UpgradedResponse } from '../response/upgraded-response.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import { both, safely } from '../trace/tracer.ts';
import { ownOptions } from '../util/own-options.ts';
import { VERSION } from '../util/version.ts';
import { type PoolSettings, withPoolTimeout } from './pool-options.ts';
import type { PreconnectOptions } from './preconnect-options.ts';

const NO_OPTIONS: RequestOptions = ownOptions({});

let lastCall = 0;

/** What a face asks for beyond the caller's options. */
export interface SendChoices {
  readonly wants: CallChoices['wants'];
  /** Header fields over the pool's defaults, under the caller's own. They are never changed. */
  readonly fields: HeadersInput | null;
  readonly hops?: HopHooks | undefined;
}

/** One origin as requests see it. */
export class OriginClient implements Place {
  readonly pool: OriginPool;
  readonly origin: Origin;
  readonly budget: RetryBudget;
  /** The origin as text. */
  readonly text: string;
  readonly #settings: PoolSettings;
  readonly #fields: SharedFields;
  readonly #usualCall: CallSettings;
  /** Another pool of the same origin, for what this one cannot carry; null where there is none. */
  closesToo: OriginPool | null = null;
  #lastFields: { readonly input: HeadersInput; readonly shared: SharedFields } | null = null;

  /** @param pool Its connections: those of the origin alone, or of a proxy that forwards requests to it. */
  constructor(origin: Origin, settings: PoolSettings, pool: OriginPool, router?: Router) {
    const { options, limits, clock, alarms, gate, random } = settings;
    this.origin = origin;
    this.pool = pool;
    this.budget = new RetryBudget(settings.budget, clock.now());
    this.text = originText(origin);
    this.#settings = settings;
    this.#fields = defaultFields(origin, options.headers);
    this.#usualCall = {
      router: router ?? { to: (other) => (originText(other) === this.text ? this : null) },
      group: settings.calls,
      alarms,
      gate,
      random,
      propagate: settings.options.propagate ?? null,
      replay: settings.replay,
      retries: settings.retries,
      redirects: settings.redirects,
      hasBudget: settings.hasBudget(settings.retries),
      maxBodyBytes: limits.maxBodyBytes,
      decodeContent: settings.decodeContent,
    };
  }

  /**
   * Starts a call. It never throws later than this returns, and the promise never rejects: the face throws what it
   * settles with, where the caller's stack is.
   *
   * @throws {RequestError} for a method, header, body or option that cannot be used.
   */
  send(method: string, target: string, options: RequestOptions = NO_OPTIONS, choices: SendChoices): Promise<Outcome> {
    try {
      const own = options === NO_OPTIONS ? NO_OPTIONS : checkedRequestOptions(options);
      return this.#start(method, target, own, choices);
    } catch (error) {
      releaseInput(options);
      // How deep here the fault was found is of no use to the caller, whose own frames would not fit below.
      if (error instanceof HTTPError) Error.captureStackTrace(error, this.send);
      throw error;
    }
  }

  #start(given: string, target: string, options: RequestOptions, choices: SendChoices): Promise<Outcome> {
    if (this.#settings.calls.closing) throw closedError({ method: given, url: this.text + target });
    const method = checkedMethod(given, target);
    const { wants, hops = null } = choices;
    const shared = choices.fields === null ? this.#fields : this.#fieldsWith(choices.fields);
    const prepared = prepareRequest(method, options, shared);
    const { fields, body, trailers, query, expectContinue, onUploadProgress } = prepared;
    const settings = options === NO_OPTIONS ? this.#usualCall : this.#callSettings(options);
    const repeated = {
      method,
      hasIdempotencyKey: fields.hasIdempotencyKey,
      body: body === null ? 'none' : body.state,
    } as const;
    const fullTarget = query === '' ? target : withQuery(target, query);
    const request = {
      method,
      target: fullTarget,
      url: method === 'CONNECT' || fullTarget === '*' ? this.text : this.text + fullTarget,
      fields,
      body,
      trailers,
      expectContinue,
      onUploadProgress,
      repeatable: isReplayable(repeated, settings.replay),
      upgrade: wants === 'upgrade',
      timeout: options.timeout === undefined ? this.#settings.timeout : this.#timeout(options.timeout),
      trace: this.#listener(options),
      call: ++lastCall,
      attempt: 1,
    };
    const place = wants === 'upgrade' ? placeFor(settings.router, this.origin, true) : this;
    if (place instanceof Rejection) throw place.reason;
    return new Promise((resolve) => {
      new Call(request, place ?? this, settings, { wants, signal: options.signal ?? null, hops }, resolve).start();
    });
  }

  /** Refuses new calls, waits for those it has accepted, at most `timeout` ms, then closes every connection. */
  async close(timeout: number): Promise<void> {
    this.pool.stopWarming();
    await this.#settings.calls.close(timeout);
    this.pool.close();
    this.closesToo?.close();
  }

  /** Opens a connection, if none is open. */
  connect(): Promise<void> {
    return this.pool.open(this.#settings.timeout.connect);
  }

  /**
   * Opens connections until `count` are warm, as far as may be; gives how many are.
   *
   * @throws {HTTPError} where none is and a dial has failed; the signal's reason, where it aborts.
   */
  async preconnect(count: number, { timeout, signal }: PreconnectOptions): Promise<number> {
    try {
      if (this.#settings.calls.closing) throw this.pool.closedToConnections();
      const { connect, total } = timeout === undefined ? this.#settings.timeout : this.#timeout(timeout);
      const limit = connect === null || total === null ? (connect ?? total) : Math.min(connect, total);
      return await this.pool.preconnect(count, limit, signal ?? null);
    } catch (error) {
      if (error instanceof HTTPError) Error.captureStackTrace(error, this.preconnect);
      throw error;
    }
  }

  /** A session gives the same ones with every request. */
  #fieldsWith(input: HeadersInput): SharedFields {
    if (this.#lastFields?.input === input) return this.#lastFields.shared;
    const shared = withFields(this.#fields, input);
    this.#lastFields = { input, shared };
    return shared;
  }

  /** Told of the events of a call that begins now. */
  #listener({ onEvent }: RequestOptions): TraceListener | null {
    const { tracer } = this.#settings;
    tracer.look();
    if (onEvent === undefined) return tracer.listener;
    return tracer.listener === null ? safely(onEvent) : both(tracer.listener, safely(onEvent));
  }

  #timeout(value: RequestOptions['timeout']): Timeout {
    const { timeout, poolTimeout } = this.#settings;
    return value instanceof Timeout ? withPoolTimeout(value, poolTimeout) : Timeout.from(value, timeout);
  }

  #callSettings(options: RequestOptions): CallSettings {
    const { replay, maxBodyBytes, decodeContent } = options;
    const usual = this.#usualCall;
    const retries = Retry.from(options.retries, usual.retries);
    return {
      ...usual,
      replay: replay ?? usual.replay,
      decodeContent: decodeContent ?? usual.decodeContent,
      maxBodyBytes: maxBodyBytes === undefined ? usual.maxBodyBytes : limitsFrom({ maxBodyBytes }).maxBodyBytes,
      retries,
      redirects: redirectRules(options, usual.redirects),
      hasBudget: options.retries === undefined ? usual.hasBudget : this.#settings.hasBudget(retries),
    };
  }
}

/** The response of an outcome, or its error, whose stack is then that of the awaiting caller. */
export function responseOf<Response extends HTTPResponse | StreamedResponse | UpgradedResponse>(
  outcome: Outcome,
): Response {
  if (!(outcome instanceof Rejection)) return outcome as Response;
  const { reason } = outcome;
  if (reason instanceof HTTPError) Error.captureStackTrace(reason, responseOf);
  throw reason;
}

function defaultFields(origin: Origin, own: HeadersInput | undefined): SharedFields {
  const accepted = ['Accept', '*/*', 'Accept-Encoding', ACCEPT_ENCODING];
  const fields = ['Host', authority(origin), ...accepted, 'User-Agent', `urlpool/${VERSION}`];
  const shared = { block: new FieldBlock(fields), hasCodings: true };
  return own === undefined ? shared : withFields(shared, own);
}

/** The shared fields with others over them. */
function withFields({ block, hasCodings }: SharedFields, own: HeadersInput): SharedFields {
  const merged = rangeFields(mergeFields(block.fields, own), hasCodings);
  return { block: merged.block, hasCodings: hasCodings && !merged.given.has('accept-encoding') };
}

/** A target with one query more; its own comes first. */
function withQuery(target: string, query: string): string {
  if (!target.includes('?')) return `${target}?${query}`;
  return target.endsWith('?') ? target + query : `${target}&${query}`;
}
