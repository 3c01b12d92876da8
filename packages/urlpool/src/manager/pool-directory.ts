// The pools of a manager, by what makes two of them different: the origin and the route. At most so many are kept; beyond
// that the least recently used pool that rests is given up. One in use never is, so that the number is a soft limit.

import type { CloseReason } from '../trace/close-reason.ts';
import type { ManagerSnapshot, PoolSnapshot } from '../trace/snapshot.ts';
import { type Linked, LinkedList } from '../util/linked-list.ts';

/** A pool's client, as the directory sees it. */
export interface Kept extends Linked<Kept> {
  readonly key: string;
  snapshot(): PoolSnapshot;
  /** It was given up: what it keeps is closed. */
  evict(): void;
}

type Sums = { -readonly [Name in keyof Omit<ManagerSnapshot, 'pools'>]: ManagerSnapshot[Name] };

const COUNTS = [
  'open',
  'idle',
  'active',
  'dialling',
  'queued',
  'numConnections',
  'numRequests',
  'created',
  'reused',
  'resumed',
  'bytesIn',
  'bytesOut',
] as const;

export class PoolDirectory<Client extends Kept> {
  readonly #max: number;
  readonly #clients = new Map<string, Client>();
  /** Those that rest, the least recently used first. */
  readonly #resting = new LinkedList<Kept>();
  /** Those that are being added: they are not given up for themselves, nor by a listener of what is given up for them. */
  readonly #added = new Set<Kept>();
  /** What those have done that were given up. */
  readonly #gone: Sums = zero();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): Client | undefined {
    return this.#clients.get(key);
  }

  /** Adds a client. It rests until it is used, which it may never be: its first call may be refused. */
  add(client: Client): void {
    this.#clients.set(client.key, client);
    this.#resting.push(client);
    this.#added.add(client);
    this.#trim();
    this.#added.delete(client);
  }

  /** It is in use. */
  onBusy(client: Client): void {
    this.#resting.delete(client);
  }

  /** It rests. */
  onQuiet(client: Client): void {
    if (this.#clients.get(client.key) !== client) return;
    this.#resting.push(client);
    this.#trim();
  }

  values(): IterableIterator<Client> {
    return this.#clients.values();
  }

  /** All pools, and their sums. */
  snapshot(): ManagerSnapshot {
    const pools = [...this.#clients.values()].map((client) => client.snapshot());
    const sums: Sums = { ...this.#gone, closed: { ...this.#gone.closed } };
    for (const pool of pools) addTo(sums, pool);
    return { ...sums, pools };
  }

  #leastRecent(): Kept | null {
    for (const client of this.#resting) if (!this.#added.has(client)) return client;
    return null;
  }

  #trim(): void {
    while (this.#clients.size > this.#max) {
      const client = this.#leastRecent();
      if (client === null) return;
      this.#resting.delete(client);
      this.#clients.delete(client.key);
      client.evict();
      const { open: _, idle: __, ...rest } = client.snapshot();
      addTo(this.#gone, { ...rest, open: 0, idle: 0 });
    }
  }
}

function zero(): Sums {
  const counts = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Record<(typeof COUNTS)[number], number>;
  return { ...counts, closed: {} };
}

function addTo(sums: Sums, pool: Omit<PoolSnapshot, 'origin' | 'connections'>): void {
  for (const name of COUNTS) sums[name] += pool[name];
  const closed: Partial<Record<CloseReason, number>> = { ...sums.closed };
  for (const [reason, count] of Object.entries(pool.closed) as [CloseReason, number][]) {
    closed[reason] = (closed[reason] ?? 0) + count;
  }
  sums.closed = closed;
}
