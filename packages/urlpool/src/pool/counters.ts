// What a pool has done so far, in numbers.

import type { Connection } from '../connection/connection.ts';
import type { CloseReason } from '../trace/close-reason.ts';
import type { ConnectionSnapshot, PoolCounters } from '../trace/snapshot.ts';

export class Counters {
  #numConnections = 0;
  #servedByGone = 0;
  #reusedOfGone = 0;
  #created = 0;
  #resumed = 0;
  #bytesInOfGone = 0;
  #bytesOutOfGone = 0;
  readonly #closed: Partial<Record<CloseReason, number>> = {};

  get numConnections(): number {
    return this.#numConnections;
  }

  /** Exchanges begun, given the connections that are open. */
  numRequests(open: readonly Connection[]): number {
    return open.reduce((total, { served }) => total + served, this.#servedByGone);
  }

  /** A dial was started. */
  onDial(): void {
    this.#numConnections++;
  }

  /** A dial became a connection. */
  onCreated(resumed: boolean): void {
    this.#created++;
    if (resumed) this.#resumed++;
  }

  /** A dial came to nothing. */
  onClosed(reason: CloseReason): void {
    this.#closed[reason] = (this.#closed[reason] ?? 0) + 1;
  }

  /** A connection has closed. */
  onGone(connection: Connection, reason: CloseReason): void {
    this.onClosed(reason);
    this.#servedByGone += connection.served;
    this.#reusedOfGone += reuses(connection);
    this.#bytesInOfGone += connection.bytesIn;
    this.#bytesOutOfGone += connection.bytesOut;
  }

  /** All of it, with the connections that are open. */
  snapshot(open: readonly Connection[], now: number): PoolCounters & { connections: ConnectionSnapshot[] } {
    const sum = (count: (connection: Connection) => number): number =>
      open.reduce((total, connection) => total + count(connection), 0);
    return {
      numConnections: this.#numConnections,
      numRequests: this.numRequests(open),
      created: this.#created,
      reused: this.#reusedOfGone + sum(reuses),
      resumed: this.#resumed,
      closed: { ...this.#closed },
      bytesIn: this.#bytesInOfGone + sum((connection) => connection.bytesIn),
      bytesOut: this.#bytesOutOfGone + sum((connection) => connection.bytesOut),
      connections: open.map((connection) => connectionSnapshot(connection, now)),
    };
  }
}

/** Exchanges after its first. */
function reuses({ served }: Connection): number {
  return Math.max(0, served - 1);
}

function connectionSnapshot(connection: Connection, now: number): ConnectionSnapshot {
  const { id, protocol, address, served, idleSince, pausedSince, openedAt, state, bytesIn, bytesOut } = connection;
  const activity = idleSince === null ? 'active' : 'idle';
  return {
    id,
    protocol,
    address,
    state: state.is === 'draining' ? 'draining' : activity,
    served,
    age: now - openedAt,
    idleFor: idleSince === null ? null : now - idleSince,
    pausedFor: pausedSince === null ? null : now - pausedSince,
    bytesIn,
    bytesOut,
  };
}
