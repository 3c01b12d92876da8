// Which folders of packages/urlpool/src are mutated, and which folders of its tests are asked about each.

/** A folder of `src`, and folders of `test` in the order in which they are likely to notice. */
export interface Folder {
  readonly name: string;
  readonly tests: readonly string[];
}

/** Folders that decide: their rules are tables of cases, so a change that no case notices is a case that is missing. */
export const FOLDERS: readonly Folder[] = [
  { name: 'http1', tests: ['http1'] },
  { name: 'policy', tests: ['policy'] },
  { name: 'pool', tests: ['pool', 'call', 'trace'] },
];

/** In the text of tests that compare times: what they notice in one run they may not notice in the next. */
export const MEASURES: RegExp = /\bcpuUsage\b/;

/** The least part of a folder's mutants that its tests must notice. */
export const LEAST_SCORE = 0.85;
