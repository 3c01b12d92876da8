// The calls of a manager, or of a pool of its own, that have begun and not ended. Closing waits for them: a call that was
// accepted may still be redirected to another pool, or sleep before it tries again, so that no pool can tell.

import { Alarm, type Alarms } from '../util/alarms.ts';

/** A call that waits before its next attempt. */
export interface Sleeper {
  /** No attempt will follow. */
  onClosed(): void;
}

export class CallGroup {
  readonly #alarms: Alarms;
  readonly #sleepers = new Set<Sleeper>();
  #size = 0;
  #closing = false;
  #closed = false;
  #onEmpty: (() => void)[] = [];

  constructor(alarms: Alarms) {
    this.#alarms = alarms;
  }

  /** Whether no call is accepted any more. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Whether no attempt may begin any more: closing has waited long enough. */
  get closed(): boolean {
    return this.#closed;
  }

  begin(): void {
    this.#size++;
  }

  end(): void {
    this.#size--;
    if (this.#size > 0) return;
    const waiting = this.#onEmpty;
    this.#onEmpty = [];
    for (const resolve of waiting) resolve();
  }

  sleep(call: Sleeper): void {
    this.#sleepers.add(call);
  }

  wake(call: Sleeper): void {
    this.#sleepers.delete(call);
  }

  /** Accepts no more, and waits for those that it has, at most `timeout` ms. */
  async close(timeout: number): Promise<void> {
    this.#closing = true;
    if (this.#size > 0 && timeout > 0) {
      await new Promise<void>((resolve) => {
        const alarm = new Alarm(this.#alarms, () => resolve());
        alarm.set(this.#alarms.clock.now() + timeout);
        this.#onEmpty.push(() => {
          alarm.remove();
          resolve();
        });
      });
    }
    this.#closed = true;
    for (const call of [...this.#sleepers]) call.onClosed();
  }
}
