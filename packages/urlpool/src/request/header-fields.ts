// Puts the header fields of a request together: the pool's defaults, then the manager's, then the call's own. A call
// without fields of its own shares one finished block with all others, which is what makes the common request cheap.

import { invalidOption } from '../errors/invalid-option.ts';
import { RequestError } from '../errors/request-error.ts';
import { isFieldValue, isToken, trimBlanks } from '../message/characters.ts';
import { FieldBlock } from '../message/field-block.ts';
import type { Fields } from '../message/fields.ts';

/** A field's value; a list repeats the field, null removes a default. */
export type HeaderValue = string | number | readonly string[] | null | undefined;

/** What the `headers` option takes: an object, pairs, a Map, or any Headers. Order and case are kept. */
export type HeadersInput = Readonly<Record<string, HeaderValue>> | Iterable<readonly [string, HeaderValue]>;

/** Fields as they are merged: name, value; null removes. */
type Entry = readonly [name: string, value: string | null];

/** What the own fields of a call say, apart from those that are sent as they are. */
export interface HeaderFields {
  readonly block: FieldBlock;
  /** A Content-Length that the caller gave; the body decides whether it holds. */
  readonly contentLength: number | null;
  /** Names, in lower case, that the caller gave as null. */
  readonly removed: ReadonlySet<string>;
}

/**
 * The fields of `base` with those of `own` over them: a name in `own` takes the place of all fields of that name.
 *
 * @throws {RequestError} `ERR_INVALID_HEADER` for a name or value that must not be sent.
 */
export function mergeFields(base: Fields, own: HeadersInput): HeaderFields {
  const entries = entriesOf(own);
  const replaced = new Set(entries.map(([name]) => name.toLowerCase()));
  const fields: string[] = [];
  const hostStaysFirst = replaced.has('host');
  if (hostStaysFirst) pushNamed(fields, entries, 'host');
  for (let i = 0; i < base.length; i += 2) {
    const name = base[i] ?? '';
    if (!replaced.has(name.toLowerCase())) fields.push(name, base[i + 1] ?? '');
  }
  const removed = new Set<string>();
  let contentLength: number | null = null;
  for (const [name, value] of entries) {
    const lower = name.toLowerCase();
    if (value === null) removed.add(lower);
    if (value === null || lower === 'host') continue;
    if (lower === 'content-length') {
      contentLength = parseLength(value, contentLength);
      continue;
    }
    if (lower === 'transfer-encoding') throw refused(name, 'the body decides how it is framed: leave the field out');
    fields.push(name, value);
  }
  return { block: new FieldBlock(fields), contentLength, removed };
}

/**
 * Fields given by themselves, as trailers are: checked, in order.
 *
 * @throws {RequestError} `ERR_INVALID_HEADER`
 */
export function fieldsFrom(input: HeadersInput): Fields {
  return entriesOf(input).flatMap(([name, value]) => (value === null ? [] : [name, value]));
}

/** Host comes first (RFC 9110 §7.2), and exactly once. */
function pushNamed(fields: string[], entries: readonly Entry[], lowerName: string): void {
  const named = entries.filter(([name, value]) => name.toLowerCase() === lowerName && value !== null);
  if (named.length !== 1) {
    throw refused('Host', `a request has exactly one, not ${named.length} (RFC 9112 §3.2)`);
  }
  for (const [name, value] of named) fields.push(name, value ?? '');
}

function entriesOf(input: HeadersInput): Entry[] {
  if (typeof input !== 'object' || input === null) {
    throw invalidOption('headers', input, 'give an object, pairs, a Map or Headers');
  }
  const entries: Entry[] = [];
  const pairs = Symbol.iterator in input ? (input as Iterable<readonly [string, HeaderValue]>) : Object.entries(input);
  for (const pair of pairs) {
    if (!Array.isArray(pair)) throw invalidOption('a header field', pair, 'give a pair of a name and a value');
    const [name, value] = pair;
    if (value === undefined) continue;
    if (typeof name !== 'string' || !isToken(name)) {
      throw refused(JSON.stringify(name) ?? String(name), 'a field name is a token (RFC 9110 §5.1)');
    }
    if (value === null) entries.push([name, null]);
    else if (typeof value === 'object') for (const item of value) entries.push([name, checked(name, item)]);
    else entries.push([name, checked(name, value)]);
  }
  return entries;
}

function checked(name: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw refused(name, `its value is ${value === null ? 'null' : `a ${typeof value}`}: give a string`);
  }
  const text = trimBlanks(String(value));
  if (!isFieldValue(text)) {
    throw refused(name, 'its value holds a control character or one above U+00FF (RFC 9110 §5.5)');
  }
  return text;
}

function parseLength(value: string, before: number | null): number {
  const length = /^\d{1,15}$/.test(value) ? Number(value) : null;
  if (length === null || (before !== null && before !== length)) {
    throw refused('Content-Length', `${JSON.stringify(value)} is not one length in bytes`);
  }
  return length;
}

function refused(name: string, why: string): RequestError {
  return new RequestError(`Cannot send the header field ${name}: ${why}`, {
    code: 'ERR_INVALID_HEADER',
    phase: 'request',
  });
}

/** The Authorization of a URL's userinfo, `user:password` (RFC 7617 §2). */
export function basicAuthorization(userinfo: string): string {
  return `Basic ${Buffer.from(userinfo, 'utf8').toString('base64')}`;
}
