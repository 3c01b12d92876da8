import type { Connection } from '../connection/connection.ts';
import type { HTTPError } from '../errors/http-error.ts';
import type { Linked } from '../util/linked-list.ts';

/** An attempt that wants a connection. It stands in a pool's queue until one of its callbacks is called. */
export interface Waiter extends Linked<Waiter> {
  readonly call: number;
  readonly attempt: number;
  /** `Timeout.connect` for a dial that is started for it, in ms. */
  readonly connectTimeout: number | null;
  /** A replay takes no connection that was kept since before this time; null for any other attempt. */
  readonly notKeptBefore: number | null;
  /** A place is reserved on the connection: start the exchange at once. */
  onConnection(connection: Connection): void;
  /** There will be none. */
  onRefused(error: HTTPError): void;
}
