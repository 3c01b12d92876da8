import type { HTTPError } from '../errors/http-error.ts';
import type { Keeper } from './keeper.ts';

/**
 * One `preconnect()`: it counts on some dials, waits until all of them are over, and tells how many connections are warm. What
 * it found free or brought about counts, though a request may have taken it since.
 */
export class Preconnect implements Keeper {
  readonly why = 'preconnect';
  readonly isAwaited = true;
  readonly connectTimeout: number | null;
  /** Connections to have warm. */
  readonly count: number;
  /** Dials that it may still count on. */
  lacking: number;
  readonly #settle: (result: number | { readonly reason: unknown }) => void;
  #underWay = 0;
  #warm: number;
  #error: HTTPError | null = null;

  /**
   * @param counts How many connections are to be warm, and how many are.
   * @param settle Told once, of the number of warm connections, or why there are none.
   */
  constructor(
    counts: { readonly count: number; readonly idle: number },
    connectTimeout: number | null,
    settle: (result: number | { readonly reason: unknown }) => void,
  ) {
    this.count = counts.count;
    this.connectTimeout = connectTimeout;
    this.#warm = Math.min(counts.count, counts.idle);
    this.lacking = counts.count - this.#warm;
    this.#settle = settle;
  }

  /** It counts on so many dials more. */
  onKept(dials: number): void {
    this.lacking -= dials;
    this.#underWay += dials;
  }

  onDialOver(error: HTTPError | null): void {
    this.#underWay--;
    if (error === null) this.#warm++;
    else this.#error ??= error;
    this.settleIfOver();
  }

  /** No more dials can be started for it. */
  onNoMore(): void {
    this.lacking = 0;
    this.settleIfOver();
  }

  /** It is given up, or its pool is closed. */
  end(reason: unknown): void {
    this.lacking = 0;
    this.#settle({ reason });
  }

  settleIfOver(): void {
    if (this.lacking > 0 || this.#underWay > 0) return;
    this.#settle(this.#warm === 0 && this.#error !== null ? { reason: this.#error } : this.#warm);
  }
}
