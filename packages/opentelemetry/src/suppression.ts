import { type Context, createContextKey } from '@opentelemetry/api';

/** The key of the SDK's package `@opentelemetry/core`: of the same description, so the same key. */
const KEY: symbol = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Whether no spans are wanted: an exporter that sends spans makes none itself. */
export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(KEY) === true;
}
