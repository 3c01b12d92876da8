import { type Origin, originText } from '../message/origin.ts';
import type { PoolSnapshot } from '../trace/snapshot.ts';
import { OriginClient } from './origin-client.ts';
import type { Kept, PoolDirectory } from './pool-directory.ts';
import type { PoolSettings } from './pool-options.ts';

/** One pool of a manager: a client that its directory keeps, and may give up. */
export class ManagedClient extends OriginClient implements Kept {
  declare previous: ManagedClient | null;
  declare next: ManagedClient | null;
  readonly key: string;
  readonly #settings: PoolSettings;

  constructor(
    key: string,
    origin: Origin,
    settings: PoolSettings,
    surroundings: { readonly directory: PoolDirectory<ManagedClient>; to(origin: Origin): ManagedClient },
  ) {
    const { directory } = surroundings;
    super(origin, settings, {
      router: surroundings,
      watch: { onBusy: () => directory.onBusy(this), onQuiet: () => directory.onQuiet(this) },
    });
    this.key = key;
    this.#settings = settings;
  }

  snapshot(): PoolSnapshot {
    return this.pool.snapshot();
  }

  evict(): void {
    const { trace, clock } = this.#settings;
    trace?.({ type: 'pool-evicted', at: clock.now(), origin: originText(this.origin) });
    this.pool.clear('evicted');
  }
}
