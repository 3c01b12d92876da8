// The public names, nothing else.

export { type OpenTelemetryHooks, type OpenTelemetryOptions, openTelemetry } from './open-telemetry.ts';
