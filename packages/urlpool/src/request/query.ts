// The query that `fields` stand for, as urllib3 and HTML forms write one (application/x-www-form-urlencoded, WHATWG URL
// §5.2): names and values in order, repeated names repeated, a space as "+".

import { invalidOption } from '../errors/invalid-option.ts';
import { fieldPairs } from './field-pairs.ts';

/** A value; a list repeats the name, null and undefined leave it out. */
export type QueryValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly (string | number | bigint | boolean)[];

/** What the `fields` option takes: an object, pairs, a Map, or URLSearchParams. */
export type QueryFields = Readonly<Record<string, QueryValue>> | Iterable<readonly [string, QueryValue]>;

/**
 * The query, without "?".
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function queryText(fields: QueryFields): string {
  const query = new URLSearchParams();
  for (const [name, value] of fieldPairs(fields)) {
    for (const item of Array.isArray(value) ? value : [value]) query.append(String(name), textOf(String(name), item));
  }
  return query.toString();
}

function textOf(name: string, value: unknown): string {
  if (['string', 'number', 'bigint', 'boolean'].includes(typeof value)) return String(value);
  throw invalidOption(`fields.${name}`, value, 'give a string, a number, a boolean, or a list of them');
}
