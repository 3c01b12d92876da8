import type { TextMapPropagator, Tracer } from '@opentelemetry/api';
import type { OutgoingRequest } from 'urlpool';
import type { InstrumentSource } from './instruments.ts';

/** The options with their defaults. */
export interface Settings {
  readonly tracer: Tracer;
  readonly instruments: InstrumentSource;
  readonly propagator: Pick<TextMapPropagator, 'inject'>;
  readonly urlTemplate: ((request: OutgoingRequest) => string | null | undefined) | null;
  /** In lower case. */
  readonly requestHeaders: ReadonlySet<string>;
  /** In lower case. */
  readonly responseHeaders: ReadonlySet<string>;
  readonly knownMethods: ReadonlySet<string>;
  readonly connectionSpans: boolean;
}
