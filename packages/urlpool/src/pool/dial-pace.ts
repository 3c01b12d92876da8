import type { Clock } from '../util/clock.ts';

/**
 * Connections opened in one turn of the event loop. Opening one costs a tenth of a millisecond, in which nothing is read or
 * written: of 100 requests at once on 10 warm connections, most have been served by those before the last dial is due.
 */
const DIALS_PER_TURN = 4;

/** How many connections a pool may still open in this turn of the event loop. */
export class DialPace {
  readonly #clock: Clock;
  readonly #onNextTurn: () => void;
  #left = DIALS_PER_TURN;

  /** @param onNextTurn Told in the turn after one in which there were none left. */
  constructor(clock: Clock, onNextTurn: () => void) {
    this.#clock = clock;
    this.#onNextTurn = onNextTurn;
  }

  get left(): number {
    return this.#left;
  }

  /** One is opened. */
  count(): void {
    if (this.#left-- === DIALS_PER_TURN) this.#clock.atNextCheck(this.#onCheck, true);
  }

  readonly #onCheck = (): void => {
    const wasUsedUp = this.#left <= 0;
    this.#left = DIALS_PER_TURN;
    if (wasUsedUp) this.#onNextTurn();
  };
}
