import { invalidOption } from '../errors/invalid-option.ts';
import { isToken } from './characters.ts';

/**
 * Names of header fields that an option lists, in lower case. A string is no list, though it iterates over its letters.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function fieldNames(option: string, names: Iterable<string>): readonly string[] {
  const isList = typeof names === 'object' && names !== null && Symbol.iterator in names;
  const list: readonly unknown[] = isList ? [...names] : [];
  if (!isList || !list.every((name) => typeof name === 'string' && isToken(name))) {
    throw invalidOption(option, names, 'give a list of names of header fields');
  }
  return Object.freeze(list.map((name) => String(name).toLowerCase()));
}
