import type { OpeningTimes } from './opening-times.ts';

/** When an exchange had come how far, by the clock's `now()`; -1 for where it has not been. */
export class AttemptTimes {
  /** That of its connection. */
  readonly opening: OpeningTimes;
  /** Exchanges that the connection had served before. */
  readonly served: number;
  /** How long the connection had been idle before, in ms. */
  readonly idleFor: number;
  /** Its first byte was written. */
  beganAt = -1;
  /** All of the request was written, or no more of it is. */
  sentAt = -1;
  headAt = -1;
  /** The last bytes have come, or it has failed. */
  lastAt = -1;

  constructor(opening: OpeningTimes, served: number, idleFor: number) {
    this.opening = opening;
    this.served = served;
    this.idleFor = idleFor;
  }
}
