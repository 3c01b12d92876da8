// A finished run as plain data: the job's own counts beside what the manager says about its connections.

import type { ManagerSnapshot } from 'urlpool';
import { Latencies } from './latencies.ts';
import { percentile } from './percentile.ts';
import type { Tally } from './tally.ts';

/** What is told of one origin, and of all together. */
export interface Figures {
  readonly fetched: number;
  readonly failed: number;
  /** Of bodies. */
  readonly bytes: number;
  /** From the call to the last byte of the body, in ms; null if nothing was fetched. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** Connections opened. */
  readonly connections: number;
  /** Requests sent, replays included. */
  readonly requests: number;
  /** Requests sent on a connection that had served one before. */
  readonly reused: number;
}

export interface OriginFigures extends Figures {
  readonly origin: string;
}

/** One run over a list. */
export interface Summary extends Figures {
  /** From the first call to the last answer, in ms. */
  readonly elapsed: number;
  /** URLs that were under way when the job was stopped. */
  readonly givenUp: number;
  /** Responses per status, in ascending order. */
  readonly statuses: readonly (readonly [number, number])[];
  /** Failures per code, the most frequent first. */
  readonly failures: readonly (readonly [string, number])[];
  /** The most requested first. */
  readonly origins: readonly OriginFigures[];
}

/** Puts a run together. */
export function summarize(tally: Tally, snapshot: ManagerSnapshot, elapsed: number): Summary {
  const pools = new Map(snapshot.pools.map((pool) => [pool.origin, pool]));
  const origins = [...tally.origins].map(([origin, { fetched, failed, bytes, latencies }]) => {
    const pool = pools.get(origin);
    return { origin, fetched, failed, bytes, ...percentiles([latencies]), ...connectionFigures(pool) };
  });
  return {
    elapsed,
    fetched: tally.fetched,
    failed: tally.failed,
    givenUp: tally.givenUp,
    bytes: tally.bytes,
    statuses: [...tally.statuses].sort(([one], [other]) => one - other),
    failures: [...tally.failures].sort(([, one], [, other]) => other - one),
    ...percentiles([...tally.origins.values()].map(({ latencies }) => latencies)),
    ...connectionFigures(snapshot),
    origins: origins.sort((one, other) => other.requests - one.requests),
  };
}

function percentiles(lists: readonly Latencies[]): Pick<Figures, 'p50' | 'p99'> {
  const sorted = Latencies.sorted(lists);
  return { p50: percentile(sorted, 50), p99: percentile(sorted, 99) };
}

function connectionFigures(
  counts: Pick<ManagerSnapshot, 'created' | 'numRequests' | 'reused'> | undefined,
): Pick<Figures, 'connections' | 'requests' | 'reused'> {
  if (counts === undefined) return { connections: 0, requests: 0, reused: 0 };
  return { connections: counts.created, requests: counts.numRequests, reused: counts.reused };
}
