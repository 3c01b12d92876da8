/** Makes objects that inherit nothing. Unlike those of `{ __proto__: null }` they have a shape: V8 reads them in half the time. */
class Bare {}
Reflect.deleteProperty(Bare.prototype, 'constructor');
Object.freeze(Object.setPrototypeOf(Bare.prototype, null));

/**
 * Options with nothing but what was given: what another part of the program added to the prototype of all objects is no
 * option (prototype pollution).
 */
export function ownOptions<Options extends object>(given: Options): Options {
  return Object.assign(new Bare(), given) as Options;
}
