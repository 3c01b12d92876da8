// What a PoolManager, a pool or a Session is given to tell OpenTelemetry of its work. It stands on two options of theirs:
// `onEvent` tells what happens, and `propagate` is asked for header fields at the start of each attempt, in the context of
// its caller. Only the latter knows that context, and it is an option of construction: so there is no way to instrument a
// manager that exists already.

import {
  type MeterProvider,
  propagation,
  type TextMapPropagator,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { OutgoingRequest, Propagate, TraceListener } from 'urlpool';
import { checkFlag, checkFunction, checkMember, checkNames, checkTokens } from './check-options.ts';
import { InstrumentSource } from './instruments.ts';
import { knownMethods } from './request-method.ts';
import { NAME, VERSION } from './scope.ts';
import { Telemetry } from './telemetry.ts';

export interface OpenTelemetryOptions {
  /** Where spans go. @default the global one, also if it is registered later */
  readonly tracerProvider?: TracerProvider | undefined;
  /** Where metrics go. @default the global one, also if it is registered later */
  readonly meterProvider?: MeterProvider | undefined;
  /** What writes the header fields of the trace. @default the global one, also if it is registered later */
  readonly propagator?: TextMapPropagator | undefined;
  /**
   * The pattern of a request's path, of few different values: `/users/{id}`. It becomes the attribute url.template and part of
   * the span's name. @default none
   */
  readonly urlTemplate?: ((request: OutgoingRequest) => string | null | undefined) | undefined;
  /** Header fields of requests to record, without regard to case; credentials are `REDACTED`. @default [] */
  readonly requestHeaders?: readonly string[] | undefined;
  /** Header fields of responses to record, without regard to case; cookies are `REDACTED`. @default [] */
  readonly responseHeaders?: readonly string[] | undefined;
  /**
   * Methods that are told by their names, with regard to case; others are `_OTHER`.
   *
   * @default OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS, else those of RFC 9110, PATCH and QUERY
   */
  readonly knownMethods?: readonly string[] | undefined;
  /** Whether the opening of a connection is a span of its own, to which its requests are linked. @default true */
  readonly connectionSpans?: boolean | undefined;
}

/** Options of a PoolManager, a pool or a Session. */
export interface OpenTelemetryHooks {
  readonly onEvent: TraceListener;
  readonly propagate: Propagate;
}

const OPTION_NAMES: readonly (keyof OpenTelemetryOptions)[] = [
  'connectionSpans',
  'knownMethods',
  'meterProvider',
  'propagator',
  'requestHeaders',
  'responseHeaders',
  'tracerProvider',
  'urlTemplate',
];

/**
 * Spans, metrics and trace context, by the semantic conventions for HTTP clients, as two options of a PoolManager, a pool or a
 * Session. Several may share them.
 *
 * @example
 * import { PoolManager } from 'urlpool';
 * import { openTelemetry } from 'urlpool-opentelemetry';
 *
 * const http = new PoolManager({ ...openTelemetry() });
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): OpenTelemetryHooks {
  checkNames(options, OPTION_NAMES);
  const { tracerProvider, meterProvider, propagator, urlTemplate, connectionSpans = true } = options;
  const { requestHeaders = [], responseHeaders = [] } = options;
  checkMember('tracerProvider', tracerProvider, 'getTracer');
  checkMember('meterProvider', meterProvider, 'getMeter');
  checkMember('propagator', propagator, 'inject');
  checkFunction('urlTemplate', urlTemplate);
  checkTokens('requestHeaders', requestHeaders);
  checkTokens('responseHeaders', responseHeaders);
  if (options.knownMethods !== undefined) checkTokens('knownMethods', options.knownMethods);
  checkFlag('connectionSpans', connectionSpans);
  const telemetry = new Telemetry({
    tracer: (tracerProvider ?? trace).getTracer(NAME, VERSION),
    instruments: new InstrumentSource(meterProvider),
    propagator: propagator ?? propagation,
    urlTemplate: urlTemplate ?? null,
    requestHeaders: lowerCase(requestHeaders),
    responseHeaders: lowerCase(responseHeaders),
    knownMethods: knownMethods(options.knownMethods, process.env.OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS),
    connectionSpans,
  });
  return {
    onEvent: (event) => telemetry.see(event),
    propagate: (request) => telemetry.propagate(request),
  };
}

function lowerCase(names: readonly string[]): Set<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}
