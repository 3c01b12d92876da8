// Keeps a minimum of connections of one pool warm (`minIdle`): from the first use of the pool on, until clear(). What
// fails is not tried again at once: warmDials() and warmPause() say how many dials may be under way, and when. A server
// that accepts connections only to close them is one that fails.

import type { HTTPError } from '../errors/http-error.ts';
import { Alarm, type Alarms } from '../util/alarms.ts';
import type { Random } from '../util/random.ts';
import type { Keeper } from './keeper.ts';
import { FIRST_PAUSE_MS, WARM_AT_ONCE, type WarmState, warmPause } from './warm.ts';

export class Warmth implements Keeper {
  readonly why = 'minIdle';
  readonly isAwaited = false;
  readonly minIdle: number;
  readonly connectTimeout: number | null;
  readonly #alarms: Alarms;
  readonly #random: Random;
  readonly #alarm: Alarm;
  readonly #open: () => void;
  #active = false;
  #stopped = false;
  #state: WarmState = 'calm';
  /** Failures in a row. */
  #failures = 0;
  /** When a connection was opened since the last of them; null if none was. */
  #openedAt: number | null = null;
  /** Whether a look is due in the next check phase. */
  #due = false;

  /** @param open Opens what is missing. It is called in the event loop's check phase, never from within a call of the pool's. */
  constructor(
    minIdle: number,
    connectTimeout: number | null,
    surroundings: { readonly alarms: Alarms; readonly random: Random; readonly open: () => void },
  ) {
    const { alarms, random, open } = surroundings;
    this.minIdle = minIdle;
    this.connectTimeout = connectTimeout;
    this.#alarms = alarms;
    this.#random = random;
    this.#open = open;
    this.#alarm = new Alarm(alarms, () => {
      this.#state = 'trying';
      this.look();
    });
  }

  /** Connections to have warm now. */
  get wanted(): number {
    return this.#active ? this.minIdle : 0;
  }

  /** Dials that it may have under way at once. */
  get atOnce(): number {
    return WARM_AT_ONCE[this.#state];
  }

  /** The pool is used: from now on it is kept warm. */
  onUse(): void {
    if (this.#stopped) return;
    this.#active = true;
    this.look();
  }

  /** Something may be missing. */
  look(): void {
    if (this.#due || !this.#active || this.#state === 'pausing') return;
    this.#due = true;
    this.#alarms.clock.atNextCheck(this.#onCheck, true);
  }

  /** A connection of the pool was opened, for whomever. */
  onOpened(): void {
    this.#openedAt = this.#alarms.clock.now();
    if (this.#state !== 'trying') return;
    this.#state = 'calm';
    this.look();
  }

  onDialOver(error: HTTPError | null): void {
    if (error === null) this.look();
    else this.#onFailure();
  }

  /** The peer closed a connection that has served nobody, so many ms after it was opened. */
  onUnusedGone(age: number): void {
    if (age < FIRST_PAUSE_MS) this.#onFailure();
  }

  /** Rests until the pool is used again. */
  rest(): void {
    this.#active = false;
    this.#alarm.remove();
    if (this.#state === 'pausing') this.#state = 'trying';
  }

  /** Rests for good. */
  stop(): void {
    this.#stopped = true;
    this.rest();
  }

  readonly #onCheck = (): void => {
    this.#due = false;
    if (this.#active && this.#state !== 'pausing') this.#open();
  };

  #onFailure(): void {
    if (!this.#active || this.#state === 'pausing') return;
    const now = this.#alarms.clock.now();
    const hasLasted = this.#openedAt !== null && now - this.#openedAt >= FIRST_PAUSE_MS;
    this.#failures = hasLasted ? 1 : this.#failures + 1;
    this.#openedAt = null;
    this.#state = 'pausing';
    this.#alarm.set(now + warmPause(this.#failures, this.#random()));
  }
}
