import type { HTTPError } from '../errors/http-error.ts';
import type { Waiter } from './waiter.ts';

/** Waits for a connection to be open, and leaves it to whoever comes next. */
export class Opening implements Waiter {
  previous: Waiter | null = null;
  next: Waiter | null = null;
  list: object | null = null;
  queuedAt = 0;
  readonly call = 0;
  readonly attempt = 0;
  readonly hasPoolTimeout = false;
  readonly notKeptBefore = null;
  readonly wantsExchange = false;
  readonly connectTimeout: number | null;
  readonly onConnection: () => boolean;
  readonly onRefused: (error: HTTPError) => void;

  constructor(
    connectTimeout: number | null,
    events: { readonly onOpen: () => void; readonly onFailure: (error: HTTPError) => void },
  ) {
    this.connectTimeout = connectTimeout;
    this.onConnection = () => {
      events.onOpen();
      return true;
    };
    this.onRefused = events.onFailure;
  }
}
