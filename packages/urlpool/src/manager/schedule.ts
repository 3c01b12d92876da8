// Which of the requests of a many() begins next, where each origin has a bound or a rate of its own. Those of an origin
// that may have no more now are set aside in their order, and others go on: origins take turns. All of it is O(1) for an
// item, O(log n) of the origins that wait for their rate. No I/O, no timers: the time comes in, and what may begin comes out.

import { Heap } from '../util/heap.ts';
import { type Linked, LinkedList } from '../util/linked-list.ts';

/** How often origins may be asked. */
export interface Turns {
  /** How long it is until the next turn of an origin, in ms. */
  wait(origin: string): number;
  /** One of its requests begins. */
  take(origin: string): void;
}

/** What bounds the requests of an origin. */
export interface Bounds {
  /** At once. */
  readonly perOrigin: number;
  /** Null where they may begin as often as they will. */
  readonly turns: Turns | null;
}

interface Waiting<Item> {
  readonly item: Item;
  next: Waiting<Item> | null;
}

/**
 * What is with an origin: nothing of it waits; its first item may begin; it waits for one of its requests to end; it waits
 * for its next turn.
 */
type State = 'quiet' | 'ready' | 'full' | 'resting';

class Origin<Item> implements Linked<Origin<Item>> {
  previous: Origin<Item> | null = null;
  next: Origin<Item> | null = null;
  list: object | null = null;
  readonly key: string;
  state: State = 'quiet';
  running = 0;
  /** When its next turn is, while it rests. */
  restsUntil = 0;
  first: Waiting<Item> | null = null;
  last: Waiting<Item> | null = null;

  constructor(key: string) {
    this.key = key;
  }
}

export class Schedule<Item> {
  readonly #bounds: Bounds;
  readonly #origins = new Map<string, Origin<Item>>();
  readonly #ready = new LinkedList<Origin<Item>>();
  readonly #resting = new Heap<Origin<Item>>(({ restsUntil }) => restsUntil);
  #aside = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** Items that wait. */
  get aside(): number {
    return this.#aside;
  }

  /** Origins of which something waits or runs. */
  get origins(): number {
    return this.#origins.size;
  }

  /** When time alone may let something begin; null where it does not. */
  get wakesAt(): number | null {
    return this.#resting.first?.restsUntil ?? null;
  }

  /** Sets an item aside, behind the others of its origin. */
  add(item: Item, key: string): void {
    let origin = this.#origins.get(key);
    if (origin === undefined) {
      origin = new Origin(key);
      this.#origins.set(key, origin);
    }
    const waiting = { item, next: null };
    if (origin.last === null) origin.first = waiting;
    else origin.last.next = waiting;
    origin.last = waiting;
    this.#aside++;
    if (origin.state === 'quiet') this.#place(origin);
  }

  /**
   * Takes the item that begins now; null where there is none.
   *
   * @param now In ms.
   */
  next(now: number): { readonly item: Item; readonly origin: string } | null {
    this.#wake(now);
    for (let origin = this.#ready.shift(); origin !== null; origin = this.#ready.shift()) {
      const wait = this.#bounds.turns?.wait(origin.key) ?? 0;
      if (wait > 0) this.#rest(origin, now + wait);
      else if (origin.first !== null) return { item: this.#take(origin, origin.first), origin: origin.key };
    }
    return null;
  }

  /** A request of an origin has ended. */
  ended(key: string): void {
    const origin = this.#origins.get(key);
    if (origin === undefined) return;
    origin.running--;
    if (origin.state === 'full' || origin.state === 'quiet') this.#place(origin);
  }

  #take(origin: Origin<Item>, { item, next }: Waiting<Item>): Item {
    this.#bounds.turns?.take(origin.key);
    origin.first = next;
    if (next === null) origin.last = null;
    origin.running++;
    this.#aside--;
    this.#place(origin);
    return item;
  }

  #rest(origin: Origin<Item>, until: number): void {
    origin.state = 'resting';
    origin.restsUntil = until;
    this.#resting.add(origin);
  }

  #wake(now: number): void {
    for (let first = this.#resting.first; first !== undefined && first.restsUntil <= now; first = this.#resting.first) {
      this.#resting.take();
      this.#place(first);
    }
  }

  /** Puts an origin where it belongs, by what waits and what runs of it. */
  #place(origin: Origin<Item>): void {
    if (origin.first === null) {
      origin.state = 'quiet';
      if (origin.running === 0) this.#origins.delete(origin.key);
    } else if (origin.running >= this.#bounds.perOrigin) {
      origin.state = 'full';
    } else {
      origin.state = 'ready';
      this.#ready.push(origin);
    }
  }
}
