/** One client's turn at one row. */
export interface Turn<R, C> {
  /** 0 is the warm-up round, whose figures are discarded. */
  readonly round: number;
  readonly row: R;
  readonly client: C;
}

/**
 * Every client at every row once per round, `rounds` times and once before. The first client moves on by one each
 * round, so that none always runs after the same one, and what changes on the machine meanwhile meets all of them.
 */
export function schedule<R, C>(rounds: number, rows: readonly R[], clients: readonly C[]): Turn<R, C>[] {
  return Array.from({ length: rounds + 1 }, (_, round) => {
    const first = round % Math.max(1, clients.length);
    const order = [...clients.slice(first), ...clients.slice(0, first)];
    return rows.flatMap((row) => order.map((client) => ({ round, row, client })));
  }).flat();
}
