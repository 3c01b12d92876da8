// One origin of a run, as a PoolManager has it, and the few lines of a manager that lead to it. The manager itself takes
// no transport from outside; all that it does beyond this is parsing URLs and options.

import { OriginClient } from '../../../src/manager/origin-client.ts';
import { type Kept, PoolDirectory } from '../../../src/manager/pool-directory.ts';
import { poolFor } from '../../../src/manager/pool-for.ts';
import type { PoolSettings } from '../../../src/manager/pool-options.ts';
import { type Origin, originText } from '../../../src/message/origin.ts';
import type { ManagerSnapshot, PoolSnapshot } from '../../../src/trace/snapshot.ts';

class Site extends OriginClient implements Kept {
  previous: Kept | null = null;
  next: Kept | null = null;
  list: object | null = null;
  readonly key: string;

  constructor(origin: Origin, settings: PoolSettings, sites: Sites) {
    // The pool is told of the site when it is used, which is later.
    const watch = { onBusy: () => sites.directory.onBusy(this), onQuiet: () => sites.directory.onQuiet(this) };
    super(origin, settings, poolFor(origin, settings, { proxy: null, watch }), sites);
    this.key = originText(origin);
  }

  snapshot(): PoolSnapshot {
    return this.pool.snapshot();
  }

  evict(): void {
    this.pool.clear('evicted');
  }
}

/** All origins of a run. */
export class Sites {
  readonly directory: PoolDirectory<Site>;
  readonly #settings: PoolSettings;
  constructor(settings: PoolSettings, numPools: number) {
    this.#settings = settings;
    this.directory = new PoolDirectory(numPools);
  }

  /** Whether `close()` was called: no new calls are taken. */
  get closed(): boolean {
    return this.#settings.calls.closing;
  }

  to(origin: Origin): Site {
    const known = this.directory.get(originText(origin));
    if (known !== undefined) return known;
    const site = new Site(origin, this.#settings, this);
    this.directory.add(site);
    return site;
  }

  snapshot(): ManagerSnapshot {
    return this.directory.snapshot();
  }

  clear(): void {
    for (const { pool } of [...this.directory.values()]) pool.clear();
  }

  async close(timeout: number): Promise<void> {
    await this.#settings.calls.close(timeout);
    this.#settings.room.close();
    for (const { pool } of this.directory.values()) pool.close();
  }
}
