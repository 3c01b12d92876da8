// When waiting has become pointless: every place of a pool is held by a response whose consumer takes nothing. A pure
// function of the connections; an exchange that waits for its server is bounded by its own timeouts instead.

/** For how long such a state is borne by a waiter that has no limit of its own, in ms. */
export const STALLED_MS = 60_000;

/** Since when all of them have been held so; null if one of them is not, or there is none. */
export function stalledSince(connections: readonly { readonly pausedSince: number | null }[]): number | null {
  if (connections.length === 0) return null;
  let since = Number.NEGATIVE_INFINITY;
  for (const { pausedSince } of connections) {
    if (pausedSince === null) return null;
    since = Math.max(since, pausedSince);
  }
  return since;
}
