// What the model is fed: the events of urlpool as a trace holds them, a line each, or as they come from a live program.
// Between them stand a header, and notes of what is missing. Errors are what JSON leaves of them.

import type { Attempt, TraceEvent } from 'urlpool';

/** An error as a trace tells it. */
export interface SeenError {
  readonly name: string;
  /** Null for an error that has none. */
  readonly code: string | null;
  readonly message: string;
}

/** The first line of a trace. */
export interface TraceHeader {
  readonly type: 'trace';
  readonly version: number;
  /** Which version of urlpool wrote it. */
  readonly urlpool: string;
  /** The time of day, in ms since the Unix epoch, at the time `at` of the events' own clock. */
  readonly wallTime: number;
  readonly at: number;
}

/** What stands for events that are missing. */
export interface TraceGap {
  readonly type: 'gap';
  readonly at: number;
  /** How many are missing. */
  readonly events: number;
}

/** An attempt of a call, with its error as a trace tells it. */
export type SeenAttempt = Omit<Attempt, 'error'> & { readonly error: SeenError | null };

/** The same event, with what JSON leaves of its errors. */
type Seen<Event> = {
  readonly [Key in keyof Event]: Key extends 'error'
    ? Event extends { type: 'call-end' }
      ? unknown
      : SeenError | null
    : Key extends 'attempts'
      ? readonly SeenAttempt[]
      : Event[Key];
};

/** An event by its type. */
export type SeenOf<Type extends TraceEvent['type']> = Seen<Extract<TraceEvent, { type: Type }>>;

type EachSeen = { readonly [Type in TraceEvent['type']]: SeenOf<Type> }[TraceEvent['type']];

/** One line of a trace. */
export type SeenEvent = EachSeen | TraceHeader | TraceGap;
