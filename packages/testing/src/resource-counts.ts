/**
 * Counts what keeps the process alive, by kind: `TCPSocketWrap`, `TCPServerWrap`, `Timeout`, `Immediate` and so on, as
 * `process.getActiveResourcesInfo()` names them. A kind with none is absent. What is unref'd is not counted.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { resourceCounts } from 'urlpool-testing';
 *
 * const before = resourceCounts().Timeout ?? 0;
 * const timer = setTimeout(() => {}, 1000);
 * assert.equal(resourceCounts().Timeout, before + 1);
 * clearTimeout(timer);
 * ```
 */
export function resourceCounts(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
