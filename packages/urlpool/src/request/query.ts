// The query that `fields` stand for, as urllib3 and HTML forms write one (application/x-www-form-urlencoded, WHATWG URL
// §5.2): names and values in order, repeated names repeated, a space as "+".

import { invalidOption } from '../errors/invalid-option.ts';
import { givenPairs } from './field-pairs.ts';

/** A value; a Date is written as ISO 8601 has it; a list repeats the name, null and undefined leave it out. */
export type QueryValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | null
  | undefined
  | readonly (string | number | bigint | boolean | Date)[];

/** What the `fields` option takes: an object, pairs, a Map, or URLSearchParams. */
export type QueryFields = Readonly<Record<string, QueryValue>> | Iterable<readonly [string, QueryValue]>;

/**
 * The query, without "?".
 *
 * @param option What the fields were given as.
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function queryText(fields: QueryFields, option = 'fields'): string {
  const query = new URLSearchParams();
  for (const [name, value] of queryPairs(option, fields)) if (value !== null) query.append(name, value);
  return query.toString();
}

/** Names and values in order, a list as several; null where a name is given as null or undefined. */
export type QueryPairs = readonly (readonly [name: string, value: string | null])[];

/**
 * @param option What the fields were given as.
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function queryPairs(option: string, fields: QueryFields): QueryPairs {
  const pairs: [string, string | null][] = [];
  for (const [given, value] of givenPairs(option, fields)) {
    const name = String(given);
    if (value === null || value === undefined) pairs.push([name, null]);
    else
      for (const item of Array.isArray(value) ? value : [value]) pairs.push([name, textOf(`${option}.${name}`, item)]);
  }
  return pairs;
}

function textOf(option: string, value: unknown): string {
  if (['string', 'number', 'bigint', 'boolean'].includes(typeof value)) return String(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  throw invalidOption(option, value, 'give a string, a number, a boolean, a Date, or a list of them');
}
