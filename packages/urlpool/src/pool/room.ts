// The connections that a manager's pools may have open together, and who opens the next one where that many are. An idle
// connection of another origin is closed for it, the oldest first; else the pools that want one take places in turn as
// they come free. A pool of its own has room without limit.

import { type Linked, LinkedList } from '../util/linked-list.ts';
import { yieldsTo } from './evict.ts';

/** A pool, as the room sees it. */
export interface Tenant {
  /** Its connections and dials. */
  readonly size: number;
  /** It wanted a place and may take one now. */
  onRoom(): void;
}

/** A pool that would take a place which nobody wants. */
export interface Hopeful {
  /** There is one now. */
  onSpare(): void;
}

/** An idle connection's place among those of all pools. */
export class IdlePlace implements Linked<IdlePlace> {
  previous: IdlePlace | null = null;
  next: IdlePlace | null = null;
  list: object | null = null;
  readonly tenant: Tenant;
  /** Closes the connection. */
  readonly evict: () => void;

  constructor(tenant: Tenant, evict: () => void) {
    this.tenant = tenant;
    this.evict = evict;
  }
}

/** A pool that waits for a place. */
class Claim implements Linked<Claim> {
  previous: Claim | null = null;
  next: Claim | null = null;
  list: object | null = null;
  readonly tenant: Tenant;

  constructor(tenant: Tenant) {
    this.tenant = tenant;
  }
}

/** What a manager's pools share. */
export class Room {
  #max: number;
  #used = 0;
  readonly #idle = new LinkedList<IdlePlace>();
  readonly #claims = new LinkedList<Claim>();
  readonly #claimOf = new Map<Tenant, Claim>();
  /** Who takes what nobody wants. */
  readonly #hopeful = new Set<Hopeful>();
  #feeding = false;

  /** @param max Connections at once, dials under way included. */
  constructor(max: number = Number.POSITIVE_INFINITY) {
    this.#max = max;
  }

  /** Connections and dials of all pools. */
  get used(): number {
    return this.#used;
  }

  /** How many connections the pool may open now, counting one that would be closed for it. */
  for(tenant: Tenant): number {
    const first = this.#claims.first;
    if (first !== null && first.tenant !== tenant) return 0;
    if (this.#used < this.#max) return this.#max - this.#used;
    if (this.#max < 0) return 0;
    const oldest = this.#idle.first;
    return oldest !== null && oldest.tenant !== tenant ? 1 : 0;
  }

  /** How many connections may be opened that nobody waits for: none is closed for them, and nobody who waits comes later. */
  get spare(): number {
    return this.#claims.size > 0 ? 0 : Math.max(0, this.#max - this.#used);
  }

  /** Takes a place, which `for()` or `spare` said there was. */
  take(tenant: Tenant): void {
    this.#leave(tenant);
    const oldest = this.#idle.first;
    this.#used++;
    if (this.#used > this.#max && oldest !== null) oldest.evict();
  }

  /** Gives a place back: a connection has closed, or a dial failed. */
  give(): void {
    this.#used--;
    this.#feed();
  }

  /** The pool would open a connection if there was room: it is told when its turn comes. */
  want(tenant: Tenant): void {
    if (this.#claimOf.has(tenant)) return;
    const claim = new Claim(tenant);
    this.#claimOf.set(tenant, claim);
    this.#claims.push(claim);
  }

  /** It wants none any more. */
  unwant(tenant: Tenant): void {
    if (this.#claims.size === 0 || !this.#leave(tenant)) return;
    this.#feed();
  }

  /** It is told once when there is a place that nobody wants. */
  hope(tenant: Hopeful): void {
    this.#hopeful.add(tenant);
  }

  /** It is not told any more. */
  unhope(tenant: Hopeful): void {
    this.#hopeful.delete(tenant);
  }

  /**
   * Whether a pool whose connection came free must close it for the one whose turn it is. One that has its share already
   * gives its turn to the next, and so does the pool itself, which keeps what it has.
   */
  mustYield(tenant: Tenant, hasWaiters: boolean): boolean {
    if (this.#used < this.#max) return false;
    if (this.#claims.first?.tenant === tenant) this.#toTail(this.#claims.first);
    const { first } = this.#claims;
    if (first === null || first.tenant === tenant) return false;
    if (!hasWaiters || yieldsTo(tenant.size, first.tenant.size)) return true;
    this.#toTail(first);
    return false;
  }

  /** A connection became idle. */
  rest(place: IdlePlace): void {
    if (this.#max !== Number.POSITIVE_INFINITY) this.#idle.push(place);
  }

  /** It is idle no more. */
  wake(place: IdlePlace): void {
    this.#idle.delete(place);
  }

  /** No connection is opened any more. */
  close(): void {
    this.#max = Number.NEGATIVE_INFINITY;
    this.#claims.clear();
    this.#hopeful.clear();
    this.#claimOf.clear();
  }

  #toTail(claim: Claim): void {
    this.#claims.delete(claim);
    this.#claims.push(claim);
  }

  #leave(tenant: Tenant): boolean {
    const claim = this.#claimOf.get(tenant);
    if (claim === undefined) return false;
    this.#claimOf.delete(tenant);
    return this.#claims.delete(claim);
  }

  /** Tells those who wait for a place, in turn. One that still wants another queues up again. */
  #feed(): void {
    if (this.#feeding) return;
    this.#feeding = true;
    while (this.#used < this.#max) {
      const claim = this.#claims.first;
      if (claim === null) break;
      claim.tenant.onRoom();
      // It took a place and left, or it had no use for it.
      if (this.#claims.first === claim) this.#leave(claim.tenant);
    }
    this.#feeding = false;
    if (this.#hopeful.size === 0 || this.spare === 0) return;
    const hopeful = [...this.#hopeful];
    this.#hopeful.clear();
    for (const tenant of hopeful) tenant.onSpare();
  }
}
