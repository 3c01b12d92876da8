// The rest of a body that nobody wants. It is read on for a moment, so that its connection can be kept, and given up where
// too much is still to come.

import type { Exchange } from '../response/response-sink.ts';
import { Alarm, type Alarms } from '../util/alarms.ts';
import type { BodyDestination } from './body-destination.ts';

/** What is read at most, in bytes and ms. */
const DISCARD_BYTES = 256 * 1024;
const DISCARD_MS = 50;

export class Discard implements BodyDestination {
  readonly #exchange: Exchange | null;
  readonly #alarms: Alarms;
  readonly #alarm: Alarm;
  #left = DISCARD_BYTES;

  constructor(exchange: Exchange | null, alarms: Alarms) {
    this.#exchange = exchange;
    this.#alarms = alarms;
    this.#alarm = new Alarm(alarms, () => this.#giveUp());
  }

  /** @param toCome The bytes that are known to come; null if only their end will tell. */
  begin(toCome: number | null): void {
    if (toCome !== null && toCome > DISCARD_BYTES) this.#giveUp();
    else this.#alarm.set(this.#alarms.clock.now() + DISCARD_MS);
  }

  push({ length }: Uint8Array): boolean {
    this.#left -= length;
    if (this.#left < 0) this.#giveUp();
    return true;
  }

  memory(): null {
    return null;
  }

  end(): void {
    this.#alarm.remove();
  }

  #giveUp(): void {
    this.#exchange?.cancel({ is: 'unread' });
  }
}
