/**
 * Options with nothing but what was given: what another part of the program added to the prototype of all objects is no
 * option (prototype pollution).
 */
export function ownOptions<Options extends object>(given: Options): Options {
  return { __proto__: null, ...given };
}
