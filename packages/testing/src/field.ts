import { MalformedRequestError } from './malformed-request-error.ts';

/** One header or trailer line, as Latin-1: the name as it was written, the value without white space around it. */
export type Field = readonly [name: string, value: string];

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 §5.5: visible characters, obs-text, and white space within. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether `text` is a token (RFC 9110 §5.6.2), as a method and a field name must be. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether `text` may stand as a field's value: no control characters, so no line break. */
export function isFieldValue(text: string): boolean {
  return VALUE.test(text);
}

/**
 * Parses one field line without its CRLF (RFC 9112 §5).
 *
 * @throws {MalformedRequestError} on a name that is no token (so also on white space before the colon, and on a folded
 * line), and on control characters in the value.
 */
export function parseField(line: string): Field {
  const colon = line.indexOf(':');
  if (colon < 0) throw new MalformedRequestError('a field line has no colon', line);
  const name = line.slice(0, colon);
  if (!isToken(name)) throw new MalformedRequestError('a field name is not a token', line);
  const value = line.slice(colon + 1).replace(/^[\t ]+|[\t ]+$/g, '');
  if (!isFieldValue(value)) throw new MalformedRequestError('a field value has control characters', line);
  return [name, value];
}

/**
 * The values of every field called `name`, in order; the name's case does not matter.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { fieldValues } from 'urlpool-testing';
 *
 * assert.deepEqual(fieldValues([['Accept', 'a'], ['accept', 'b'], ['Host', 'h']], 'Accept'), ['a', 'b']);
 * ```
 */
export function fieldValues(fields: readonly Field[], name: string): string[] {
  const wanted = name.toLowerCase();
  return fields.filter(([other]) => other.toLowerCase() === wanted).map(([, value]) => value);
}
