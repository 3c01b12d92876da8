// What the events tell of each connection: since when it is idle, what it has served, and whether it may still be used.

import type { TraceEvent } from 'urlpool';

/** One connection, as it was told of. */
interface Entry {
  /** Since when it is idle, or was when it was taken. */
  idleSince: number;
  /** Exchanges that have begun, and whether one was given it that has not. */
  begun: number;
  isHeld: boolean;
  /** Whether an exchange has begun since it was idle. */
  isUsed: boolean;
  /** Whether it was open at a `clear()`. */
  isCleared: boolean;
}

export class ConnectionBook {
  readonly #open = new Map<number, Entry>();
  #servedByClosed = 0;
  #reusesOfClosed = 0;

  /** Exchanges begun. */
  get served(): number {
    let served = this.#servedByClosed;
    for (const entry of this.#open.values()) served += servedBy(entry);
    return served;
  }

  /** Exchanges begun on connections that had served one before. */
  get reuses(): number {
    let reuses = this.#reusesOfClosed;
    for (const entry of this.#open.values()) reuses += Math.max(0, servedBy(entry) - 1);
    return reuses;
  }

  /** Since when a connection is idle. */
  idleSince(connection: number): number {
    return this.#open.get(connection)?.idleSince ?? Number.NEGATIVE_INFINITY;
  }

  /** What the event tells is noted; what is wrong with it is returned, null if nothing is. */
  take(event: TraceEvent): string | null {
    if (event.type === 'dial-end') {
      if (event.error !== null) return null;
      const entry = { idleSince: event.at, begun: 0, isHeld: false, isUsed: false, isCleared: false };
      this.#open.set(event.connection, entry);
      return null;
    }
    const entry = 'connection' in event ? this.#open.get(event.connection ?? 0) : undefined;
    if (entry === undefined) return `${event.type} of a connection that is not open`;
    switch (event.type) {
      case 'acquired':
        entry.isHeld = true;
        if (entry.isCleared) return `connection ${event.connection} was used again after clear()`;
        return wrongCount(event, entry.begun);
      case 'exchange-start':
        entry.begun++;
        entry.isHeld = false;
        entry.isUsed = true;
        return null;
      case 'connection-idle':
        // One that was taken and given back unused was idle all the time.
        if (entry.isUsed) entry.idleSince = event.at;
        entry.isUsed = false;
        entry.isHeld = false;
        return wrongCount(event, entry.begun);
      case 'connection-closed':
        return this.#close(event, entry);
      default:
        return null;
    }
  }

  /** None that is open may be used again. */
  clear(): void {
    for (const entry of this.#open.values()) entry.isCleared = true;
  }

  #close(event: Extract<TraceEvent, { type: 'connection-closed' }>, entry: Entry): string | null {
    const { connection, served } = event;
    this.#open.delete(connection);
    this.#servedByClosed += served;
    this.#reusesOfClosed += Math.max(0, served - 1);
    // One that it failed under before it was written counts; one that was given up before that does not.
    return served === servedBy(entry) ? null : wrongCount(event, entry.begun);
  }
}

function wrongCount({ connection, served }: { connection: number; served: number }, counted: number): string | null {
  return served === counted ? null : `connection ${connection} has served ${counted}, and says ${served}`;
}

function servedBy({ begun, isHeld }: Entry): number {
  return begun + (isHeld ? 1 : 0);
}
