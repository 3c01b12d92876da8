// The events of one call. It is made only where somebody listens.

import type { HTTPError } from '../errors/http-error.ts';
import { redactReference } from '../message/redact-url.ts';
import type { ReplayDecision } from '../policy/should-replay.ts';
import type { WireRequest } from '../request/wire-request.ts';
import type { CallEnd, ReplayEvent, TraceListener } from '../trace/trace-event.ts';
import type { Clock } from '../util/clock.ts';
import type { NextStep } from './next-step.ts';

export class CallTrace {
  readonly #listener: TraceListener;
  readonly #clock: Clock;

  constructor(listener: TraceListener, clock: Clock) {
    this.#listener = listener;
    this.#clock = clock;
  }

  start({ call, method, url }: WireRequest): void {
    this.#listener({ type: 'call-start', at: this.#clock.now(), call, method, url });
  }

  /** @param told Its timings and attempts, made where somebody listens only. */
  end({ call }: WireRequest, status: number | null, error: unknown, told: Pick<CallEnd, 'timings' | 'attempts'>): void {
    this.#listener({ type: 'call-end', at: this.#clock.now(), call, status, error, ...told });
  }

  /** Another attempt was thought of, for an error's code or a status. */
  retry({ call, attempt }: WireRequest, because: string, step: NextStep): void {
    const willRetry = step.do === 'retry';
    const refused = step.do === 'done' || step.do === 'fail' ? step.refused : null;
    if (!willRetry && refused === null) return;
    const delay = willRetry ? step.delay : 0;
    this.#listener({ type: 'retry', at: this.#clock.now(), call, attempt, willRetry, because, refused, delay });
  }

  /** A kept connection may have died under an attempt. */
  replay(
    { call, attempt }: WireRequest,
    { connection, because }: Pick<ReplayEvent, 'connection' | 'because'>,
    decision: ReplayDecision,
    willReplay: boolean,
  ): void {
    if (!decision.replay && decision.why === 'not-a-death') return;
    const why = decision.replay && !willReplay ? 'once-per-attempt' : decision.why;
    this.#listener({ type: 'replay', at: this.#clock.now(), call, attempt, connection, because, willReplay, why });
  }

  /** A redirect is followed, or is not for the reason that is given. A Location may hold credentials. */
  redirect(
    { call, url: from }: WireRequest,
    status: number,
    to: string,
    rest: { why?: string; dropped?: readonly string[] },
  ): void {
    const { why = null, dropped = [] } = rest;
    const at = this.#clock.now();
    const shown = redactReference(to, from);
    this.#listener({ type: 'redirect', at, call, status, from, to: shown, followed: why === null, why, dropped });
  }

  /** A Retry-After counts as absent. */
  invalidRetryAfter({ method, url }: WireRequest, error: HTTPError): void {
    const message = `The Retry-After of ${method} ${url} does not count: ${error.message}`;
    this.#listener({ type: 'warning', at: this.#clock.now(), code: 'invalid-retry-after', message });
  }

  /** A streamed response was garbage-collected before its body was read. */
  forgotten({ method, url }: WireRequest): void {
    const message = `The streamed response of ${method} ${url} was forgotten: read its body to the end, or dispose() of it`;
    this.#listener({ type: 'warning', at: this.#clock.now(), code: 'unread-body', message });
  }
}
