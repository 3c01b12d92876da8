// Who waits for a connection to which origin. A dial belongs to a pool, not to a request, so nothing of a caller's context
// is known of it: but where all that wait are requests of an exporter's own, it is made for those.

interface Counts {
  traced: number;
  suppressed: number;
}

export class WaitingCalls {
  readonly #origins = new Map<string, Counts>();

  /** Origins that somebody waits for. */
  get size(): number {
    return this.#origins.size;
  }

  join(origin: string, isSuppressed: boolean): void {
    const counts = this.#origins.get(origin) ?? { traced: 0, suppressed: 0 };
    this.#origins.set(origin, counts);
    counts[isSuppressed ? 'suppressed' : 'traced']++;
  }

  leave(origin: string, isSuppressed: boolean): void {
    const counts = this.#origins.get(origin);
    if (counts === undefined) return;
    counts[isSuppressed ? 'suppressed' : 'traced']--;
    if (counts.traced === 0 && counts.suppressed === 0) this.#origins.delete(origin);
  }

  /** Whether those that wait want no spans. */
  areSuppressed(origin: string): boolean {
    const counts = this.#origins.get(origin);
    return counts !== undefined && counts.traced === 0 && counts.suppressed > 0;
  }
}
