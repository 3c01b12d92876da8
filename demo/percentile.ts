/**
 * The smallest of the values that at least `percent` of them do not exceed (the nearest rank): always one that was
 * measured, never an average of two.
 *
 * @param sorted In ascending order.
 * @param percent Above 0, up to 100.
 * @returns null of no values.
 */
export function percentile(sorted: Float64Array, percent: number): number | null {
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(rank, 1) - 1] ?? null;
}
