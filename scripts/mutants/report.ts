// What a run has found, in words: pure functions of its results.

import type { Mutant } from './mutant.ts';

/** What became of a mutant; `hung`: a test runs in circles; `refused`: no test notices it, but the compiler does. */
export type Fate = 'killed' | 'hung' | 'refused' | 'survived';

export interface Result {
  readonly mutant: Mutant;
  readonly fate: Fate;
}

/** A mutant of which it is known that no test can notice it, or that none needs to. */
export interface Harmless {
  readonly file: string;
  readonly symbol: string;
  readonly before: string;
  readonly after: string;
  readonly why: string;
}

export interface Survivor {
  readonly mutant: Mutant;
  readonly why: string;
}

/** The part of the mutants that tests noticed; those that do not compile are no mutants. */
export function score(results: readonly Result[]): number {
  const killed = count(results, 'killed', 'hung');
  const all = killed + count(results, 'survived');
  return all === 0 ? 1 : killed / all;
}

/** One line for a file or a folder. */
export function summary(name: string, results: readonly Result[]): string {
  const killed = count(results, 'killed', 'hung');
  const all = killed + count(results, 'survived');
  const apart = `${count(results, 'hung')} by hanging; ${count(results, 'refused')} more do not compile`;
  return `${name}: ${(100 * score(results)).toFixed(1)} % killed (${killed} of ${all}, ${apart})`;
}

/** The survivors, each with why it is harmless where that is known; '' where it is not. */
export function survivors(results: readonly Result[], known: readonly Harmless[]): Survivor[] {
  return results
    .filter(({ fate }) => fate === 'survived')
    .map(({ mutant }) => ({ mutant, why: known.find((entry) => isOf(entry, mutant))?.why ?? '' }));
}

/** What is said to be harmless of files that were run, and did not survive. */
export function outdated(results: readonly Result[], known: readonly Harmless[]): Harmless[] {
  const files = new Set(results.map(({ mutant }) => mutant.file));
  const alive = survivors(results, known);
  return known.filter((entry) => files.has(entry.file) && !alive.some(({ mutant }) => isOf(entry, mutant)));
}

/** A survivor as survivors.json has it. */
export function entryOf({ mutant: { file, symbol, before, after }, why }: Survivor): Harmless {
  return { file, symbol, before, after, why };
}

/** A survivor as text. */
export function shown({ mutant: { file, line, symbol, before, after }, why }: Survivor): string {
  const place = `${file}:${line}${symbol === '' ? '' : ` in ${symbol}`}`;
  return [place, `  - ${before}`, `  + ${after}`, ...(why === '' ? [] : [`  harmless: ${why}`])].join('\n');
}

function isOf(entry: Harmless, { file, symbol, before, after }: Mutant): boolean {
  return entry.file === file && entry.symbol === symbol && entry.before === before && entry.after === after;
}

function count(results: readonly Result[], ...fates: readonly Fate[]): number {
  return results.filter(({ fate }) => fates.includes(fate)).length;
}
