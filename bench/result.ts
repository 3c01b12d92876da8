// What a run found: its published shape (results/latest.json), and how the rounds become one figure. Pure.
//
// A ratio is formed within each round, between turns a few seconds apart, and then the median of those is taken: what
// slows the machine for a minute slows both sides of a ratio. The ratio of the two medians would not have that.

import type { Machine } from './machine.ts';
import type { Measurement } from './measurement.ts';
import type { ClientName, Metric, Row, Target } from './rows.ts';

/** A figure over the rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One client's figures in one round. */
export interface Sample extends Measurement {
  /** Connections the server accepted meanwhile; more than the row has, and the client did not keep its own. */
  readonly opened: number;
}

export interface ClientResult {
  readonly client: ClientName;
  /** µs of user and system time per request. */
  readonly cpu: Spread;
  readonly requestsPerSecond: Spread;
  /** µs */
  readonly p50: Spread;
  /** µs */
  readonly p99: Spread;
  /** The row's metric, as a multiple of the floor's. */
  readonly ofFloor: Spread | null;
  readonly rounds: readonly Sample[];
}

export interface TargetResult extends Target {
  /** urlpool's metric as a multiple of the other's; null where one of them was not run. */
  readonly ratio: Spread | null;
  readonly reached: boolean | null;
}

export interface RowResult {
  readonly id: string;
  readonly scheme: Row['scheme'];
  readonly body: Row['body'];
  readonly connections: number;
  readonly metric: Metric;
  readonly clients: readonly ClientResult[];
  readonly targets: readonly TargetResult[];
}

export interface Result {
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  /** "server on core 0, client on core 1", or why not. */
  readonly cores: string;
  readonly node: string;
  readonly server: string;
  /** Of the packages that were measured. */
  readonly versions: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly warmUpSeconds: number;
  readonly windowSeconds: number;
  /** What was left out, and why, and what else to know of this run. */
  readonly notes: readonly string[];
  readonly rows: readonly RowResult[];
}

/** A row's result from each client's samples, in the order of the rounds. */
export function summarise(row: Row, samples: ReadonlyMap<ClientName, readonly Sample[]>): RowResult {
  const { id, scheme, body, connections, metric, targets } = row;
  const ratio = (client: ClientName, other: ClientName): Spread | null =>
    ratioByRound(samples.get(client) ?? [], samples.get(other) ?? [], metric);
  return {
    id,
    scheme,
    body,
    connections,
    metric,
    clients: [...samples].map(([client, rounds]) => ({
      client,
      cpu: spread(rounds.map((sample) => sample.cpu)),
      requestsPerSecond: spread(rounds.map((sample) => sample.requestsPerSecond)),
      p50: spread(rounds.map((sample) => sample.p50)),
      p99: spread(rounds.map((sample) => sample.p99)),
      ofFloor: ratio(client, 'floor'),
      rounds,
    })),
    targets: targets.map((target) => {
      const found = ratio('urlpool', target.against);
      return { ...target, ratio: found, reached: found === null ? null : found.median <= target.atMost };
    }),
  };
}

/** The metric of `samples` over that of `others`, round by round; null where a side has no rounds. */
export function ratioByRound(samples: readonly Sample[], others: readonly Sample[], metric: Metric): Spread | null {
  const ratios = samples.flatMap((sample, round) => {
    const other = others[round];
    return other === undefined ? [] : [sample[metric] / other[metric]];
  });
  return ratios.length === 0 ? null : spread(ratios);
}

/** Median, least and greatest of at least one value. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) };
}
