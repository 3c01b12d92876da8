// Header fields as fetch() takes them (WHATWG Fetch §5.1): names and values are made text, and a value loses the blanks and
// line breaks at its ends. Order and case stay the caller's; the engine checks what is left.

import type { HTTPHeaders } from '../message/http-headers.ts';

/** One field line. */
export type FieldPair = readonly [name: string, value: string];

/** What `headers` of fetch() may be, of whatever copy of Headers. */
export type FetchHeadersInput = Headers | HTTPHeaders | Iterable<Iterable<string>> | Readonly<Record<string, string>>;

/**
 * The field lines that were given, in order.
 *
 * @throws {TypeError} for what holds no fields.
 */
export function fetchFields(input: unknown): FieldPair[] {
  if (input === undefined) return [];
  if (typeof input !== 'object' || input === null) {
    throw new TypeError(`Cannot use ${kindOf(input)} as headers: give Headers, an object or pairs`);
  }
  if (!(Symbol.iterator in input)) return Object.entries(input).map(([name, value]) => [name, normalized(value)]);
  return Array.from(input as Iterable<unknown>, pairOf);
}

/** The value of the first field of a name, given in lower case; null where there is none. */
export function findPair(pairs: readonly FieldPair[], lowerName: string): string | null {
  return pairs.find(([name]) => name.toLowerCase() === lowerName)?.[1] ?? null;
}

function pairOf(item: unknown): FieldPair {
  const isList = typeof item === 'object' && item !== null && Symbol.iterator in item;
  const pair: readonly unknown[] = isList ? [...(item as Iterable<unknown>)] : [];
  if (pair.length !== 2) throw new TypeError('Cannot use the headers: each item of a list is a pair of name and value');
  return [String(pair[0]), normalized(pair[1])];
}

/** HTTP whitespace (WHATWG Fetch §2.2.2, "normalize a byte sequence"). */
const WHITESPACE = '\t\n\r ';

function normalized(value: unknown): string {
  const text = typeof value === 'string' ? value : String(value);
  let from = 0;
  let to = text.length;
  while (from < to && WHITESPACE.includes(text.charAt(from))) from++;
  while (to > from && WHITESPACE.includes(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : `a ${typeof value}`;
}
