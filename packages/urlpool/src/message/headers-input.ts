// What may be given as header fields, wherever they are given, and the one check of their names and values: what passes
// here can stand on the wire (RFC 9110 §5.1, §5.5).

import { invalidSecret } from '../errors/invalid-option.ts';
import { RequestError } from '../errors/request-error.ts';
import { isFieldValue, isToken, trimBlanks } from './characters.ts';

/** A field's value; a list repeats the field, null removes a default. */
export type HeaderValue = string | number | readonly string[] | null | undefined;

/** What the `headers` option takes: an object, pairs, a Map, HTTPHeaders or any Headers. Order and case are kept. */
export type HeadersInput = Readonly<Record<string, HeaderValue>> | Iterable<readonly [string, HeaderValue]>;

/** One field line; null where a default is to be removed. */
export type HeaderEntry = readonly [name: string, value: string | null];

/**
 * The field lines that were given, checked, in order; what is undefined is left out.
 *
 * @param verb What cannot be done with a bad one, for the sentence that says so.
 * @throws {RequestError} `ERR_INVALID_HEADER` for a name or value that must not be sent, `ERR_INVALID_OPTION` for what holds
 * no fields.
 */
export function headerEntries(input: HeadersInput, verb = 'send'): HeaderEntry[] {
  if (typeof input !== 'object' || input === null) {
    throw invalidSecret('headers', input, 'give an object, pairs, a Map or Headers');
  }
  const entries: HeaderEntry[] = [];
  const pairs = Symbol.iterator in input ? (input as Iterable<readonly [string, HeaderValue]>) : Object.entries(input);
  for (const pair of pairs) {
    if (!Array.isArray(pair)) throw invalidSecret('a header field', pair, 'give a pair of a name and a value');
    const [name, value] = pair;
    if (value === undefined) continue;
    checkFieldName(name, verb);
    if (value === null) entries.push([name, null]);
    else for (const text of fieldValues(name, value, verb)) entries.push([name, text]);
  }
  return entries;
}

/** @throws {RequestError} `ERR_INVALID_HEADER` for what is no token (RFC 9110 §5.1). */
export function checkFieldName(name: unknown, verb: string): asserts name is string {
  if (typeof name === 'string' && isToken(name)) return;
  throw refusedField(shownName(name), 'a field name is a token (RFC 9110 §5.1)', verb);
}

/** What stands behind a colon was meant as a value. */
function shownName(name: unknown): string {
  if (typeof name !== 'string') return typeof name === 'object' && name !== null ? 'of an object' : String(name);
  const shown = /^[^:]{0,60}:?/.exec(name)?.[0] ?? '';
  return JSON.stringify(shown === name ? name : `${shown}…`);
}

/**
 * The values of a field, without blanks at their ends: one for each line of it.
 *
 * @throws {RequestError} `ERR_INVALID_HEADER`
 */
export function fieldValues(name: string, value: unknown, verb: string): string[] {
  if (typeof value !== 'object' || value === null) return [checkedValue(name, value, verb)];
  const isList = Symbol.iterator in value && !ArrayBuffer.isView(value); // bytes would be a line each
  if (!isList) throw refusedField(name, 'its value is an object: give a string', verb);
  return Array.from(value as Iterable<unknown>, (item) => checkedValue(name, item, verb));
}

function checkedValue(name: string, value: unknown, verb: string): string {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw refusedField(name, `its value is ${value === null ? 'null' : `a ${typeof value}`}: give a string`, verb);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw refusedField(name, `its value is ${value}: give a string or a number`, verb);
  }
  const text = trimBlanks(String(value));
  if (!isFieldValue(text)) {
    throw refusedField(name, 'its value holds a control character or one above U+00FF (RFC 9110 §5.5)', verb);
  }
  return text;
}

/** The error of a field that cannot be used. */
export function refusedField(name: string, why: string, verb = 'send'): RequestError {
  return new RequestError(`Cannot ${verb} the header field ${name}: ${why}`, {
    code: 'ERR_INVALID_HEADER',
    phase: 'request',
  });
}
