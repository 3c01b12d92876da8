/** One client's turn at one row. */
export interface Turn<R, C> {
  /** 0 is the warm-up round, whose figures are discarded. */
  readonly round: number;
  readonly row: R;
  readonly client: C;
}

/**
 * Every client of a row at that row once per round, `rounds` times and once before. The first client moves on by one
 * each round, so that none always runs after the same one, and what changes on the machine meanwhile meets all of them.
 */
export function schedule<R, C>(rounds: number, rows: readonly R[], clientsOf: (row: R) => readonly C[]): Turn<R, C>[] {
  return Array.from({ length: rounds + 1 }, (_, round) =>
    rows.flatMap((row) => {
      const clients = clientsOf(row);
      const first = round % Math.max(1, clients.length);
      return [...clients.slice(first), ...clients.slice(0, first)].map((client) => ({ round, row, client }));
    }),
  ).flat();
}
