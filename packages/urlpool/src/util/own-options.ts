/**
 * Options with nothing but what was given: what another part of the program added to the prototype of all objects is no
 * option (prototype pollution). It is a copy, for options that are kept.
 */
export function ownOptions<Options extends object>(given: Options): Options {
  return { __proto__: null, ...given };
}

/**
 * The same for options that are read at once and not kept: they themselves where no prototype adds anything. A copy would
 * cost a request half a microsecond in twelve.
 */
export function cleanOptions<Options extends object>(given: Options): Options {
  if (Object.getPrototypeOf(given) !== Object.prototype) return ownOptions(given);
  for (const _added in Object.prototype) return ownOptions(given);
  return given;
}
