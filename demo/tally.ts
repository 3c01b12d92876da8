// What a job has done so far, counted: per origin what the table shows, and nothing of the responses themselves.

import { HTTPError } from 'urlpool';
import type { FetchResult } from './fetch-all.ts';
import { Latencies } from './latencies.ts';

/** The counts of one origin. */
export class OriginTally {
  fetched = 0;
  failed = 0;
  /** Of bodies. */
  bytes = 0;
  readonly latencies: Latencies = new Latencies();
}

/** The counts of a job. */
export class Tally {
  fetched = 0;
  failed = 0;
  givenUp = 0;
  /** Of bodies. */
  bytes = 0;
  /** Responses per status. */
  readonly statuses: Map<number, number> = new Map();
  /** Failures per code of the error. */
  readonly failures: Map<string, number> = new Map();
  /** A URL that cannot be read has no origin, and is in none of these. */
  readonly origins: Map<string, OriginTally> = new Map();

  /** URLs that were begun and are over. */
  get done(): number {
    return this.fetched + this.failed + this.givenUp;
  }

  add(result: FetchResult): void {
    const origin = this.#originOf(result.url);
    switch (result.is) {
      case 'fetched':
        this.fetched++;
        this.bytes += result.bytes;
        increment(this.statuses, result.status);
        if (origin === null) return;
        origin.fetched++;
        origin.bytes += result.bytes;
        origin.latencies.add(result.ms);
        return;
      case 'failed':
        this.failed++;
        increment(this.failures, result.error instanceof HTTPError ? result.error.code : 'unknown');
        if (origin !== null) origin.failed++;
        return;
      case 'given-up':
        this.givenUp++;
    }
  }

  #originOf(url: string): OriginTally | null {
    if (!URL.canParse(url)) return null;
    const { origin, protocol } = new URL(url);
    if (protocol !== 'http:' && protocol !== 'https:') return null;
    const known = this.origins.get(origin);
    if (known !== undefined) return known;
    const tally = new OriginTally();
    this.origins.set(origin, tally);
    return tally;
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
