// The rows of the table of requests, in the order that was asked for. Where two are equal, the number decides, so that rows
// do not jump about while new ones come.

import type { CallTrace } from '../src/model/call-trace.ts';

export const COLUMNS = ['number', 'status', 'request', 'connection', 'time', 'begin'] as const;
export type Column = (typeof COLUMNS)[number];

export interface Order {
  readonly by: Column;
  readonly isDescending: boolean;
}

/** A row: a call, and what the table says of it. */
export interface Row {
  readonly call: CallTrace;
  /** Of the last exchange that it had; null where it had none. */
  readonly connection: number | null;
  /** The last it was answered with; 0 where there is none. */
  readonly status: number;
}

/** The same rows, sorted. @param now The newest time, for how long those take that are not over. */
export function inOrder(rows: readonly Row[], { by, isDescending }: Order, now: number): Row[] {
  const sign = isDescending ? -1 : 1;
  if (by === 'request') {
    return rows.toSorted((a, b) => sign * compare(a.call.url, b.call.url) || a.call.id - b.call.id);
  }
  const key = (row: Row): number => KEYS[by](row, now) || 0; // NaN where its beginning was not seen
  return rows.toSorted((a, b) => sign * (key(a) - key(b)) || sign * (a.call.id - b.call.id));
}

const KEYS: Readonly<Record<Exclude<Column, 'request'>, (row: Row, now: number) => number>> = {
  number: ({ call }) => call.id,
  // Those that failed stand above all statuses, those under way below.
  status: ({ call, status }) => (call.error !== null ? 1000 : call.isOver ? status : 0),
  connection: ({ connection }) => connection ?? -1,
  time: ({ call }, now) => (call.isOver ? call.to : now) - call.from,
  begin: ({ call }) => call.from,
};

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
