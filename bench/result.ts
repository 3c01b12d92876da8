// What a run found: its published shape (results/latest.json), and how the rounds become one figure. Pure.
//
// A ratio is formed within each round, between turns a few seconds apart, and then the median of those is taken: what
// slows the machine for a minute slows both sides of a ratio. The ratio of the two medians would not have that.

import type { ClientName } from './client-name.ts';
import { FIGURE_NAMES, FIGURES, type Figure, type Sample } from './figure.ts';
import type { Machine } from './machine.ts';
import { describeRow, type Row, type Target } from './row.ts';

/** A figure over the rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface ClientResult {
  readonly client: ClientName;
  /** What was measured, in the units of {@link FIGURES}. */
  readonly figures: { readonly [Name in Figure]?: Spread };
  /** The row's metric, as a multiple of the floor's. */
  readonly ofFloor: Spread | null;
  readonly rounds: readonly Sample[];
}

/** A target with what was found of it. */
export interface TargetResult {
  readonly target: Target;
  /** What is compared: a ratio, or the figure itself; null where it was not measured. */
  readonly found: Spread | null;
  /** What it may be at most; null where the row that it is compared with was not measured. */
  readonly limit: number | null;
  readonly reached: boolean | null;
}

export interface RowResult {
  readonly id: string;
  readonly title: string;
  readonly kind: Row['is'];
  readonly metric: Figure;
  /** The metric's. */
  readonly unit: string;
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

/** The samples of one row, of each client in the order of the rounds. */
export type RowSamples = ReadonlyMap<ClientName, readonly Sample[]>;

/** The results of all rows from their samples. */
export function summarise(samples: ReadonlyMap<Row, RowSamples>): RowResult[] {
  return [...samples].map(([row, taken]) => ({
    id: row.id,
    title: describeRow(row),
    kind: row.is,
    metric: row.metric,
    unit: FIGURES[row.metric].unit,
    clients: [...taken].map(([client, rounds]) => ({
      client,
      figures: figuresOf(rounds),
      ofFloor: ratioByRound(rounds, taken.get('floor') ?? [], row.metric),
      rounds,
    })),
    targets: row.targets.map((target) => judge(target, row, samples)),
  }));
}

function figuresOf(rounds: readonly Sample[]): ClientResult['figures'] {
  const found = FIGURE_NAMES.flatMap((name) => {
    const values = rounds.flatMap((sample) => sample[name] ?? []);
    return values.length === 0 ? [] : [[name, spread(values)] as const];
  });
  return Object.fromEntries(found);
}

function judge(target: Target, row: Row, samples: ReadonlyMap<Row, RowSamples>): TargetResult {
  const own = samples.get(row)?.get('urlpool') ?? [];
  if (target.is === 'figure') {
    const found = figuresOf(own)[row.metric] ?? null;
    return verdict(target, found, target.atMost, found === null ? null : found[target.of]);
  }
  const found = ratioByRound(own, samples.get(row)?.get(target.against) ?? [], row.metric);
  const limit = target.is === 'ratio' ? target.atMost : limitFromRow(target, samples);
  return verdict(target, found, limit, found?.median ?? null);
}

function verdict(target: Target, found: Spread | null, limit: number | null, value: number | null): TargetResult {
  return { target, found, limit, reached: limit === null || value === null ? null : value <= limit };
}

/** The ratio in another row of the same run, times what it may be exceeded by. */
function limitFromRow(
  { row: id, against, atMost }: Target & { is: 'ratio as in' },
  samples: ReadonlyMap<Row, RowSamples>,
): number | null {
  for (const [row, taken] of samples) {
    if (row.id !== id) continue;
    const ratio = ratioByRound(taken.get('urlpool') ?? [], taken.get(against) ?? [], row.metric);
    return ratio === null ? null : ratio.median * atMost;
  }
  return null;
}

/** The metric of `samples` over that of `others`, round by round; null where a side has no rounds. */
export function ratioByRound(samples: readonly Sample[], others: readonly Sample[], metric: Figure): Spread | null {
  const ratios = samples.flatMap((sample, round) => {
    const [value, other] = [sample[metric], others[round]?.[metric]];
    return value === undefined || other === undefined ? [] : [value / other];
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
