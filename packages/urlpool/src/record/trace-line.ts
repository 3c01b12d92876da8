// An event as a line of NDJSON. Errors become what a reader can use of them; the rest stands as it is.

import type { TraceEvent } from '../trace/trace-event.ts';

/** What the first line of a trace says. */
export interface TraceHeader {
  readonly type: 'trace';
  readonly version: 1;
  /** Which version of urlpool wrote it. */
  readonly urlpool: string;
  /** The time of day, in ms since the Unix epoch, at the time `at` of the events' own clock. */
  readonly wallTime: number;
  readonly at: number;
}

/** What stands in a trace for events that could not be written in time. */
export interface TraceGap {
  readonly type: 'gap';
  readonly at: number;
  /** How many are missing. */
  readonly events: number;
}

/** An error in a trace. */
export interface TracedError {
  readonly name: string;
  /** Null for an error that has none. */
  readonly code: string | null;
  readonly message: string;
}

export function traceLine(event: TraceEvent | TraceHeader | TraceGap): string {
  return `${JSON.stringify(event, (_name, value: unknown) => (value instanceof Error ? traced(value) : value))}\n`;
}

function traced(error: Error): TracedError {
  const { name, message } = error;
  return { name, code: 'code' in error && typeof error.code === 'string' ? error.code : null, message };
}
