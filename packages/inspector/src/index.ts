// The public names, nothing else.

export { inspect } from './inspect.ts';
export type { InspectOptions, ServeOptions } from './inspect-options.ts';
export { inspectTrace } from './inspect-trace.ts';
export { Inspector } from './inspector.ts';
export { InspectorError, type InspectorErrorCode } from './inspector-error.ts';
export type { Bar, Bars, Mark } from './model/bars.ts';
export type { CallTrace, Decision, QueueWait } from './model/call-trace.ts';
export type { Lane, OpeningStep, StepKind } from './model/lane.ts';
export type { OriginTrace } from './model/origin-trace.ts';
export type { QueueDepth } from './model/queue-depth.ts';
export { readTrace, readTraceLine, TraceFormatError } from './model/read-trace.ts';
export type { SeenAttempt, SeenError, SeenEvent, SeenOf, TraceGap, TraceHeader } from './model/seen-event.ts';
export type { Totals } from './model/totals.ts';
export { TraceModel, type TraceModelOptions } from './model/trace-model.ts';
