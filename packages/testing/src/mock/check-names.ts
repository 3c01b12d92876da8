/**
 * Refuses options by names that nobody reads: a misspelt one must not be ignored.
 *
 * @throws {TypeError}
 */
export function checkNames(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const given = Array.isArray(options) ? 'a list' : options == null ? String(options) : `a ${typeof options}`;
    throw new TypeError(`Cannot use ${given} as ${what}: give an object`);
  }
  for (const name in options) {
    if (known.includes(name)) continue;
    throw new TypeError(`Cannot use "${name}" in ${what}: known are ${[...known].sort().join(', ')}`);
  }
}

/** A number of ms, or of something else, from `least` on. @throws {TypeError} */
export function checkNumber(name: string, value: unknown, least: number): asserts value is number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= least) return;
  throw new TypeError(`Cannot use ${String(value)} as ${name}: give a number, ${least} or more`);
}
