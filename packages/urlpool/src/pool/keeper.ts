import type { HTTPError } from '../errors/http-error.ts';
import type { DialReason } from '../trace/trace-event.ts';

/** Who wants a dial to go on though no attempt waits for it: somebody who wants connections to be warm. */
export interface Keeper {
  readonly why: Exclude<DialReason, 'request'>;
  /** `Timeout.connect` for a dial that is started for it, in ms; null for none. */
  readonly connectTimeout: number | null;
  /** Whether somebody waits for it: its dials keep the process alive then. */
  readonly isAwaited: boolean;
  /** A dial that it kept is over: with a connection, which the pool has by now, or with an error. */
  onDialOver(error: HTTPError | null): void;
}
