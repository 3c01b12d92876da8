import type { Connection } from '../connection/connection.ts';
import type { HTTPError } from '../errors/http-error.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import type { Linked } from '../util/linked-list.ts';

/** An attempt that wants a connection. It stands in a pool's queue until one of its callbacks is called. */
export interface Waiter extends Linked<Waiter> {
  readonly call: number;
  readonly attempt: number;
  /** Told of its waiting; null for nobody. */
  readonly trace: TraceListener | null;
  /** `Timeout.connect` for a dial that is started for it, in ms. */
  readonly connectTimeout: number | null;
  /** Whether it wants to begin an exchange; if not, it only wants a connection to be open. */
  readonly wantsExchange: boolean;
  /** Whether it wants nothing any more: a listener of the event that it leaves the queue may have ended it. */
  readonly isDone: boolean;
  /** Whether it gives up by itself after a while (`Timeout.pool`). */
  readonly hasPoolTimeout: boolean;
  /** A replay takes no connection that was kept since before this time: Infinity for only new ones. Null for any other attempt. */
  readonly notKeptBefore: number | null;
  /** Since when it has stood in the queue. For the pool. */
  queuedAt: number;
  /** A place is reserved on the connection: start the exchange at once, or say that it is not wanted any more. */
  onConnection(connection: Connection): boolean;
  /** There will be none. `refused` where the pool turned it away, else its dial failed. */
  onRefused(error: HTTPError): void;
}
