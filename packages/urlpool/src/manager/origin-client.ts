// What a pool's face and a manager share: one origin, its pool, its default fields, and the way from a method, a target
// and options to a call.

import { Call, type CallSettings, type Outcome, Rejection } from '../call/call.ts';
import { checkMethod, checkRequestOptions, prepareRequest } from '../call/prepare-request.ts';
import type { RequestOptions } from '../call/request-options.ts';
import { HTTPError } from '../errors/http-error.ts';
import { LineMemo } from '../http1/line-memo.ts';
import { FieldBlock } from '../message/field-block.ts';
import { authority, type Origin, originText } from '../message/origin.ts';
import { limitsFrom } from '../policy/limits.ts';
import { isRepeatable } from '../policy/should-replay.ts';
import { Timeout } from '../policy/timeout.ts';
import { OriginPool } from '../pool/origin-pool.ts';
import { type HeadersInput, mergeFields } from '../request/header-fields.ts';
import type { HTTPResponse } from '../response/http-response.ts';
import { TLSSettings } from '../transport/tls-settings.ts';
import type { PoolSettings } from './pool-options.ts';
import { VERSION } from './version.ts';

const NO_OPTIONS: RequestOptions = {};

let lastCall = 0;

/** One origin as requests see it. */
export class OriginClient {
  readonly pool: OriginPool;
  readonly #origin: string;
  readonly #settings: PoolSettings;
  readonly #fields: FieldBlock;
  readonly #usualCall: CallSettings;

  constructor(origin: Origin, settings: PoolSettings) {
    const { options, limits, idleTimeout, maxRequests, maxSize, clock, alarms, gate, trace } = settings;
    this.#origin = originText(origin);
    this.#settings = settings;
    this.#fields = defaultFields(origin, options.headers);
    this.pool = new OriginPool(
      {
        origin,
        tls: origin.scheme === 'https' ? new TLSSettings(options) : null,
        lookup: options.lookup,
        resolve: options.resolve,
      },
      {
        origin: this.#origin,
        limits,
        idleTimeout,
        maxRequests,
        clock,
        alarms,
        gate,
        trace,
        isSecure: origin.scheme === 'https',
        lines: new LineMemo(),
      },
      { maxSize },
    );
    const { maxBodyBytes } = limits;
    this.#usualCall = { pool: this.pool, alarms, trace, replay: settings.replay, maxBodyBytes };
  }

  /**
   * Starts a call. It never throws later than this returns, and the promise never rejects: the face throws what it
   * settles with, where the caller's stack is.
   *
   * @param authorization A field that the URL's userinfo stands for.
   * @throws {RequestError} for a method, header, body or option that cannot be used.
   */
  send(
    method: string,
    target: string,
    options: RequestOptions = NO_OPTIONS,
    authorization: string | null = null,
  ): Promise<Outcome> {
    checkMethod(method);
    if (options !== NO_OPTIONS) checkRequestOptions(options);
    const settings = this.#settings;
    const shared = authorization === null ? this.#fields : withAuthorization(this.#fields, authorization);
    const { fields, body, trailers } = prepareRequest(options, shared);
    const call = this.#callSettings(options);
    const repeated = {
      method,
      hasIdempotencyKey: fields.hasIdempotencyKey,
      body: body === null ? 'none' : body.state,
    } as const;
    const request = {
      method,
      target,
      url: this.#origin + target,
      fields,
      body,
      trailers,
      repeatable: repeated.body !== 'unread' && isRepeatable(repeated, call.replay),
      upgrade: false,
      timeout: options.timeout === undefined ? settings.timeout : Timeout.from(options.timeout, settings.timeout),
      call: ++lastCall,
      attempt: 1,
    };
    return new Promise((resolve) => {
      new Call(request, call, options.signal ?? null, resolve).start();
    });
  }

  #callSettings(options: RequestOptions): CallSettings {
    if (options.replay === undefined && options.maxBodyBytes === undefined) return this.#usualCall;
    const { maxBodyBytes } = limitsFrom(options, this.#settings.limits);
    return { ...this.#usualCall, replay: options.replay ?? this.#usualCall.replay, maxBodyBytes };
  }
}

/** The response of an outcome, or its error, whose stack is then that of the awaiting caller. */
export function responseOf(outcome: Outcome): HTTPResponse {
  if (!(outcome instanceof Rejection)) return outcome;
  const { reason } = outcome;
  if (reason instanceof HTTPError) Error.captureStackTrace(reason, responseOf);
  throw reason;
}

function defaultFields(origin: Origin, own: HeadersInput | undefined): FieldBlock {
  const fields = ['Host', authority(origin), 'Accept', '*/*', 'User-Agent', `urlpool/${VERSION}`];
  return own === undefined ? new FieldBlock(fields) : mergeFields(fields, own).block;
}

function withAuthorization(shared: FieldBlock, authorization: string): FieldBlock {
  return mergeFields(shared.fields, { Authorization: authorization }).block;
}
