// An event as a line of NDJSON. Errors become what a reader can use of them; the rest stands as it is. Whatever a call was
// aborted with, there is a line for it: the reason is the caller's, and may be anything.

import { codeOf } from '../response/code-of.ts';
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

/** An error in a trace; `name` is `string` or the like where a call was aborted with what is no error. */
export interface TracedError {
  readonly name: string;
  /** Null for an error that has none. */
  readonly code: string | null;
  readonly message: string;
}

/**
 * @example
 * traceLine({ type: 'gap', at: 12.5, events: 3 }); // '{"type":"gap","at":12.5,"events":3}\n'
 */
export function traceLine(line: TraceEvent | TraceHeader | TraceGap): string {
  return `${JSON.stringify('error' in line ? withTracedErrors(line) : line)}\n`;
}

/** By hand: a replacer of JSON.stringify() would be called for every value of every event. */
function withTracedErrors(event: Extract<TraceEvent, { readonly error: unknown }>): object {
  const error = traced(event.error);
  if (event.type !== 'call-end') return { ...event, error };
  return { ...event, error, attempts: event.attempts.map((one) => ({ ...one, error: traced(one.error) })) };
}

/** What a reader can use of an error, or of whatever a call was aborted with; null for none. */
export function traced(error: unknown): TracedError | null {
  if (error === null) return null;
  if (error instanceof Error) return { name: error.name, code: codeOf(error), message: error.message };
  return { name: typeof error, code: null, message: textOf(error) };
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return ''; // an object without a text
  }
}
