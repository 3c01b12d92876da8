/**
 * Resolves when `resourceCounts()` no longer has what was closed just now: a handle goes in the event loop's closing
 * phase, after the next check phase, and a TLS socket asks for one more turn to free its session.
 */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
