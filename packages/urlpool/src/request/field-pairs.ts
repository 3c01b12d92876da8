import { invalidSecret } from '../errors/invalid-option.ts';

/**
 * The names and values of a `fields` option in their order, be they for a query or a form; those left out that are null or
 * undefined.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`; it does not quote what was given, which may be a form with a password.
 */
export function fieldPairs(fields: unknown): (readonly [name: unknown, value: unknown])[] {
  return givenPairs('fields', fields).filter(([, value]) => value !== null && value !== undefined);
}

/**
 * As above, with those that are null or undefined.
 *
 * @param option What they were given as.
 */
export function givenPairs(option: string, fields: unknown): (readonly [name: unknown, value: unknown])[] {
  if (typeof fields !== 'object' || fields === null) throw invalidSecret(option, fields, 'give an object or pairs');
  const given: Iterable<unknown> = Symbol.iterator in fields ? (fields as Iterable<unknown>) : Object.entries(fields);
  const pairs: (readonly [unknown, unknown])[] = [];
  for (const pair of given) {
    if (!Array.isArray(pair)) throw invalidSecret('a field', pair, 'give a pair of a name and a value');
    const [name, value]: readonly unknown[] = pair;
    pairs.push([name, value]);
  }
  return pairs;
}
