import type { HTTPError } from '../errors/http-error.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import type { Waiter } from './waiter.ts';

let lastOpening = 0;

/** Waits for a connection to be open, and leaves it to whoever comes next. */
export class Opening implements Waiter {
  previous: Waiter | null = null;
  next: Waiter | null = null;
  list: object | null = null;
  queuedAt = 0;
  readonly call = 0;
  /** Tells those of one process apart. */
  readonly attempt: number = ++lastOpening;
  readonly trace: TraceListener | null;
  readonly isDone = false;
  readonly hasPoolTimeout = false;
  readonly notKeptBefore = null;
  readonly wantsExchange = false;
  readonly connectTimeout: number | null;
  readonly onConnection: () => boolean;
  readonly onRefused: (error: HTTPError) => void;

  constructor(
    connectTimeout: number | null,
    trace: TraceListener | null,
    events: { readonly onOpen: () => void; readonly onFailure: (error: HTTPError) => void },
  ) {
    this.connectTimeout = connectTimeout;
    this.trace = trace;
    this.onConnection = () => {
      events.onOpen();
      return true;
    };
    this.onRefused = events.onFailure;
  }
}
