// One call: what the user asked for. The model alone writes it.

import type { Refusal, Timings } from 'urlpool';
import type { Mark } from './bars.ts';
import type { SeenAttempt, SeenError } from './seen-event.ts';

/** A wait for a connection. */
export interface QueueWait {
  readonly attempt: number;
  readonly origin: string;
  readonly from: number;
  /** NaN while it goes on. */
  to: number;
  /** Null while it waits, and where it left without one. */
  connection: number | null;
}

/** What was decided after an attempt. */
export type Decision =
  | {
      readonly is: 'retry';
      readonly at: number;
      readonly attempt: number;
      readonly done: boolean;
      readonly because: string;
      readonly refused: Refusal | null;
      /** In ms. */
      readonly delay: number;
    }
  | {
      readonly is: 'replay';
      readonly at: number;
      readonly attempt: number;
      readonly done: boolean;
      /** The connection that had died. */
      readonly connection: number;
      /** The code of the error. */
      readonly because: string;
      readonly why: string;
    }
  | {
      readonly is: 'redirect';
      readonly at: number;
      readonly status: number;
      readonly done: boolean;
      readonly from: string;
      readonly to: string;
      readonly why: string | null;
      readonly dropped: readonly string[];
    };

/** Times are by the clock of the events, in ms; NaN for what was not seen. */
export class CallTrace {
  readonly id: number;
  method = '';
  url = '';
  from: number = Number.NaN;
  /** NaN while it goes on. */
  to: number = Number.NaN;
  /** Null while it goes on, and where it failed. */
  status: number | null = null;
  error: SeenError | null = null;
  timings: Timings | null = null;
  /** All its attempts, once it is over. */
  attempts: readonly SeenAttempt[] = [];
  /** Its exchanges, by their numbers. The oldest may be forgotten: `Bars.has()` says so. */
  readonly exchanges: number[] = [];
  readonly waits: QueueWait[] = [];
  /** Retries, replays and redirects, those that were refused too. */
  readonly decisions: Decision[] = [];
  /** Why it will have its next exchange. */
  mark: Mark = 'none';
  /** Where it waited last. */
  origin: string | null = null;

  constructor(id: number) {
    this.id = id;
  }

  get isOver(): boolean {
    return !Number.isNaN(this.to);
  }
}
