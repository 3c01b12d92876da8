// The attempts that wait for a connection, first come first served. Replays have a queue of their own, before the other:
// they take no connection that was kept since before their failure, and must not keep others from taking it.

import type { ConnectionSettings } from '../connection/http1-connection.ts';
import { LinkedList } from '../util/linked-list.ts';
import type { Member } from './member.ts';
import type { Waiter } from './waiter.ts';

export class Queue {
  readonly #settings: Pick<ConnectionSettings, 'clock' | 'origin'>;
  readonly #waiters = new LinkedList<Waiter>();
  readonly #replays = new LinkedList<Waiter>();

  constructor(settings: Pick<ConnectionSettings, 'clock' | 'origin'>) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#waiters.size + this.#replays.size;
  }

  get hasReplays(): boolean {
    return this.#replays.size > 0;
  }

  /** Those that wait now, in their order. */
  get all(): readonly Waiter[] {
    return [...this.#replays, ...this.#waiters];
  }

  join(waiter: Waiter): void {
    waiter.queuedAt = this.#settings.clock.now();
    (waiter.notKeptBefore === null ? this.#waiters : this.#replays).push(waiter);
  }

  /** False if it was not here. */
  leave(waiter: Waiter): boolean {
    return this.#waiters.delete(waiter) || this.#replays.delete(waiter);
  }

  /** The first that may take a connection: a replay, unless that was kept since before its failure. */
  firstFor({ idleSince, connection }: Member): Waiter | null {
    const replay = this.#replays.first;
    const since = replay?.notKeptBefore ?? 0;
    const isNewEnough = since === Number.POSITIVE_INFINITY ? connection.served === 0 : since <= idleSince;
    return replay !== null && isNewEnough ? replay : this.#waiters.first;
  }

  /** Tells that an attempt has joined, or left with a connection or without. */
  tell(waiter: Waiter, change: { joins: true } | { joins: false; connection: number | null }): void {
    const { call, attempt, trace } = waiter;
    if (trace === null) return;
    const { clock, origin } = this.#settings;
    const ids = { at: clock.now(), call, attempt, origin };
    if (change.joins) trace({ type: 'queue-start', ...ids, queued: this.size });
    else trace({ type: 'queue-end', ...ids, connection: change.connection, queued: this.size });
  }
}
