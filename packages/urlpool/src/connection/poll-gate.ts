// Keeps a response that nobody asked for from answering the next request. Bytes that a server sent while a kept
// connection was idle may still lie in the kernel, unread, because the event loop was busy: written to now, the
// connection would take them for its answer. So a connection is written to only after the loop has looked at its
// sockets since it became idle, unless it became idle so recently that nothing can have come unseen.
//
// One setImmediate is not enough in general: asked for inside an I/O callback, it runs after the same poll phase, before
// the sockets are looked at again. Two, one inside the other, always have a whole poll phase between them. Where a check
// phase was seen a moment ago, one is: what it leaves open is no longer than what the fast path leaves open as well.

import type { Clock } from '../util/clock.ts';

/** How recently a connection must have become idle, or a check phase been seen, in ms (monotonic). */
const RECENT_MS = 5;

/** By how much an alarm may ring late before the event loop must have been busy, in ms. */
const LATE_MS = 10;

type Callback = () => void;

/** One per thread, since an event loop has one check phase. */
export class PollGate {
  readonly #clock: Clock;
  /** Check phases seen; counts only while somebody watches. */
  checks = 0;
  #lastCheckAt = Number.NEGATIVE_INFINITY;
  #watching = false;
  /** Waiting for the second of two check phases, the first of which has not come. */
  #beforeFirst: Callback[] = [];
  /** Waiting for one check phase. */
  #beforeOnly: Callback[] = [];
  /** When the first of those was asked for. */
  #onlySince = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A connection becomes idle: the mark by which `isRecent()` knows whether a check phase has passed since. */
  mark(): number {
    if (!this.#watching) {
      this.#watching = true;
      this.#clock.atNextCheck(this.#onWatchedCheck, false);
    }
    return this.checks;
  }

  /** Whether no check phase has passed since that mark was given: nothing has been idle in between. */
  isSameTurn(mark: number): boolean {
    return mark === this.checks;
  }

  /** Whether a connection that became idle at `since` with that mark may be written to at once. */
  isRecent(mark: number, since: number, now: number): boolean {
    return this.isSameTurn(mark) && now - since < RECENT_MS;
  }

  /** Runs `callback` once the loop has polled; `thorough` asks for a whole poll phase however recent the last was. */
  afterPoll(callback: Callback, now: number, thorough = false): void {
    if (!thorough && now - this.#lastCheckAt < RECENT_MS) {
      this.#beforeOnly.push(callback);
      if (this.#beforeOnly.length === 1) {
        this.#onlySince = now;
        this.#clock.atNextCheck(this.#onOnlyCheck, true);
      }
      return;
    }
    this.#beforeFirst.push(callback);
    if (this.#beforeFirst.length === 1) this.#clock.atNextCheck(this.#onFirstCheck, true);
  }

  /**
   * Runs `blame` for a peer that has let its time pass. Where the loop was busy the silence may be ours: what has come by
   * now is read before the peer is blamed, and `blame` has to look whether it still has to.
   *
   * @param late By how many ms the alarm rang late.
   */
  afterSilence(blame: Callback, late: number, now: number): void {
    if (late > LATE_MS) this.afterPoll(blame, now, true);
    else blame();
  }

  readonly #onWatchedCheck = (): void => {
    this.#watching = false;
    this.#seen();
  };

  readonly #onOnlyCheck = (): void => {
    this.#seen();
    const ready = this.#beforeOnly;
    this.#beforeOnly = [];
    // If the loop was blocked since, one check phase says nothing any more.
    if (this.#lastCheckAt - this.#onlySince < RECENT_MS) for (const callback of ready) callback();
    else this.#atNextCheck(ready);
  };

  readonly #onFirstCheck = (): void => {
    this.#seen();
    const halfway = this.#beforeFirst;
    this.#beforeFirst = [];
    this.#atNextCheck(halfway);
  };

  #atNextCheck(callbacks: readonly Callback[]): void {
    this.#clock.atNextCheck(() => {
      this.#seen();
      for (const callback of callbacks) callback();
    }, true);
  }

  #seen(): void {
    this.checks++;
    this.#lastCheckAt = this.#clock.now();
  }
}
