// One attempt of a call: its CLIENT span and its metrics, by the semantic conventions for HTTP clients. It begins when the
// attempt begins to want a connection, so the wait for one is in it. It ends with the last byte of the body; where
// nobody wants the body to its end, with the head, since what is left is only cleaned up.

import {
  type Attributes,
  type Context,
  diag,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { OutgoingRequest, TraceEvent } from 'urlpool';
import { type AfterAttempt, errorType, isGivenUp } from './error-type.ts';
import { headerAttributes } from './header-attributes.ts';
import type { Instruments } from './instruments.ts';
import { peerAttributes, peerOf } from './peer.ts';
import { methodNames } from './request-method.ts';
import { NAME } from './scope.ts';
import { addressAttributes, serverAttributes, serverOf } from './server.ts';
import type { Settings } from './settings.ts';
import { isTracingSuppressed } from './suppression.ts';
import { urlFull } from './url-full.ts';

type EventOf<Type extends TraceEvent['type']> = Extract<TraceEvent, { type: Type }>;

export class AttemptSpan {
  /** The caller's context, with the span in it. */
  readonly context: Context;
  readonly isSuppressed: boolean;
  readonly #settings: Settings;
  readonly #instruments: Instruments;
  readonly #span: Span;
  readonly #startedAt: number;
  /** The time of day less the events' own time, in ms. */
  readonly #wallOffset: number;
  /** What the metrics of active and of finished requests have in common. */
  readonly #shared: Attributes;
  #version: string | null = null;
  #isExchanging = false;
  #headAt: number | null = null;
  #exchangeEndedAt: number | null = null;
  #status: number | null = null;
  #exchangeError: string | null = null;
  #requestBytes: number | null = null;
  #responseBytes: number | null = null;
  /** Another attempt follows once the exchange has come to its end. */
  #another: AfterAttempt | null = null;

  constructor(request: OutgoingRequest, parent: Context, settings: Settings) {
    this.#settings = settings;
    this.#instruments = settings.instruments.get();
    this.#startedAt = request.at;
    this.#wallOffset = Date.now() - request.at;
    this.isSuppressed = isTracingSuppressed(parent);
    const { method, original, name } = methodNames(request.method, settings.knownMethods);
    const template = templateOf(request, settings);
    const server = serverOf(request.url);
    this.#shared = {
      'http.request.method': method,
      ...serverAttributes(server),
      ...(template === null ? {} : { 'url.template': template }),
    };
    if (this.isSuppressed) {
      this.#span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
      this.context = parent;
    } else {
      const attributes: Attributes = {
        'http.request.method': method,
        ...addressAttributes(server),
        'url.full': urlFull(request.url),
        ...(original === null ? {} : { 'http.request.method_original': original }),
        ...(template === null ? {} : { 'url.template': template }),
        ...(request.resends === 0 ? {} : { 'http.request.resend_count': request.resends }),
      };
      this.#span = settings.tracer.startSpan(
        template === null ? name : `${name} ${template}`,
        { kind: SpanKind.CLIENT, attributes, startTime: this.#wall(request.at) },
        parent,
      );
      this.context = trace.setSpan(parent, this.#span);
    }
    this.#instruments.activeRequests.add(1, this.#shared, this.context);
  }

  /** @param setup The span that tells how the connection was opened; null where nobody saw it. */
  onExchangeStart(event: EventOf<'exchange-start'>, setup: SpanContext | null): void {
    this.#isExchanging = true;
    this.#span.setAttributes(peerAttributes(peerOf(event.peer)));
    if (this.#span.isRecording()) {
      this.#span.setAttributes(headerAttributes('request', event.fields, this.#settings.requestHeaders));
    }
    if (setup !== null) this.#span.addLink({ context: setup });
  }

  onSendEnd({ bodyBytes }: EventOf<'send-end'>): void {
    this.#requestBytes = bodyBytes;
  }

  onReceiveStart({ at, status, version, fields }: EventOf<'receive-start'>): void {
    this.#headAt = at;
    this.#version = version;
    this.#span.setAttribute('network.protocol.version', version);
    this.onStatus(status);
    if (this.#span.isRecording()) {
      this.#span.setAttributes(headerAttributes('response', fields, this.#settings.responseHeaders));
    }
  }

  onStatus(status: number): void {
    if (this.#status === status) return;
    this.#status = status;
    this.#span.setAttribute('http.response.status_code', status);
  }

  onReceiveEnd({ bytes }: EventOf<'receive-end'>): void {
    this.#responseBytes = bytes;
  }

  /** Whether this was the end of the attempt too. */
  onExchangeEnd({ at, error }: EventOf<'exchange-end'>): boolean {
    this.#isExchanging = false;
    this.#exchangeEndedAt = at;
    this.#exchangeError = error === null ? null : error.code;
    if (this.#another === null) return false;
    this.end(this.#another, at);
    return true;
  }

  /** Another attempt follows. Whether this one is over: the end of its exchange may still be to come. */
  onAnother(because: string | null, at: number): boolean {
    this.#another = { is: 'another', because };
    if (this.#isExchanging) return false;
    this.end(this.#another, at);
    return true;
  }

  /** It is over; called once. */
  end(after: AfterAttempt, at: number): void {
    const end = { status: this.#status, exchangeError: this.#exchangeError, after };
    const error = errorType(end);
    const endedAt = (isGivenUp(end) ? this.#headAt : this.#exchangeEndedAt) ?? at;
    this.#measure(error, endedAt);
    if (error !== null) {
      this.#span.setAttribute('error.type', error);
      // Without a description: of a status it would say no more, and an error's message may quote the URL.
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end(this.#wall(endedAt));
  }

  #measure(error: string | null, endedAt: number): void {
    const { requestDuration, activeRequests, requestBodySize, responseBodySize } = this.#instruments;
    const { context } = this;
    activeRequests.add(-1, this.#shared, context);
    const attributes: Attributes = {
      ...this.#shared,
      ...(this.#version === null ? {} : { 'network.protocol.version': this.#version }),
      ...(this.#status === null ? {} : { 'http.response.status_code': this.#status }),
      ...(error === null ? {} : { 'error.type': error }),
    };
    requestDuration.record(Math.max(0, endedAt - this.#startedAt) / 1000, attributes, context);
    if (this.#requestBytes !== null) requestBodySize.record(this.#requestBytes, attributes, context);
    if (this.#responseBytes !== null) responseBodySize.record(this.#responseBytes, attributes, context);
  }

  #wall(at: number): number {
    return this.#wallOffset + at;
  }
}

/** Null for none. A function that throws, or gives no text, is logged: a request without a template is traced too. */
function templateOf(request: OutgoingRequest, { urlTemplate }: Settings): string | null {
  if (urlTemplate === null) return null;
  try {
    const template: unknown = urlTemplate(request) ?? null;
    if (template === null || typeof template === 'string') return template;
    diag.error(`${NAME}: urlTemplate gave a value of type ${typeof template}, no text`);
  } catch (error) {
    diag.error(`${NAME}: urlTemplate has thrown for ${request.method} ${urlFull(request.url)}`, error);
  }
  return null;
}
