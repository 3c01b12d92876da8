import type { Router } from '../call/router.ts';
import type { Origin } from '../message/origin.ts';
import type { OriginPool } from '../pool/origin-pool.ts';
import type { PoolSnapshot } from '../trace/snapshot.ts';
import { OriginClient } from './origin-client.ts';
import type { Kept, PoolDirectory } from './pool-directory.ts';
import { poolFor } from './pool-for.ts';
import type { PoolSettings } from './pool-options.ts';
import type { ProxySettings } from './proxy-options.ts';

/** Origins of one proxy to remember: what there is of each is soon made again. */
const REMEMBERED_ORIGINS = 1_000;

/** One pool of a manager: its directory keeps it, and may give it up. */
export class ManagedPool implements Kept {
  previous: Kept | null = null;
  next: Kept | null = null;
  list: object | null = null;
  readonly key: string;
  readonly pool: OriginPool;
  readonly #settings: PoolSettings;
  readonly #routerFrom: (origin: string) => Router;
  /** Those that it leads to, by origin: one, or those whose requests a proxy forwards. */
  readonly #clients = new Map<string, OriginClient>();
  #last: OriginClient | null = null;

  constructor(
    key: string,
    origin: Origin,
    settings: PoolSettings,
    surroundings: {
      readonly proxy: ProxySettings | null;
      readonly directory: PoolDirectory<ManagedPool>;
      /** Where redirects from an origin lead. */
      readonly routerFrom: (origin: string) => Router;
    },
  ) {
    const { proxy, directory, routerFrom } = surroundings;
    const watch = { onBusy: () => directory.onBusy(this), onQuiet: () => directory.onQuiet(this) };
    this.key = key;
    this.pool = poolFor(origin, settings, { proxy, watch });
    this.#settings = settings;
    this.#routerFrom = routerFrom;
  }

  /** @param text The origin as text. */
  clientOf(origin: Origin, text: string): OriginClient {
    // Nearly every pool leads to one origin: no second look-up for that.
    if (this.#last?.text === text) return this.#last;
    let client = this.#clients.get(text);
    if (client === undefined) {
      if (this.#clients.size >= REMEMBERED_ORIGINS) this.#clients.clear();
      client = new OriginClient(origin, this.#settings, this.pool, this.#routerFrom(text));
      this.#clients.set(text, client);
    }
    this.#last = client;
    return client;
  }

  snapshot(): PoolSnapshot {
    return this.pool.snapshot();
  }

  evict(): void {
    const { tracer, clock } = this.#settings;
    tracer.listener?.({ type: 'pool-evicted', at: clock.now(), origin: this.pool.origin });
    this.pool.clear('evicted');
  }
}
