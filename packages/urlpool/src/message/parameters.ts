// Parameters after a value in a header field: `; name=value; name="quoted value"` (RFC 9110 §5.6.6). One reader for all
// fields that have them. It is as lenient as browsers are: bad parameters are passed over, the first of a name counts.

import { isTokenCode } from './characters.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Parameters by name in lower case, and where the text behind them begins. */
export interface ParameterSection {
  readonly parameters: ReadonlyMap<string, string>;
  readonly end: number;
}

/**
 * Reads parameters from a place in a field on, until a comma that is not quoted, or the end.
 *
 * @param at Where they begin: at a semicolon, or blanks before one.
 */
export function readParameters(text: string, at: number): ParameterSection {
  const parameters = new Map<string, string>();
  let i = skipBlanks(text, at);
  while (i < text.length && text[i] !== ',') {
    if (text[i] !== ';') {
      i = skipJunk(text, i);
      continue;
    }
    i = skipBlanks(text, i + 1);
    const nameEnd = skipToken(text, i);
    const name = text.slice(i, nameEnd).toLowerCase();
    i = skipBlanks(text, nameEnd);
    let value = '';
    if (text[i] === '=') {
      i = skipBlanks(text, i + 1);
      const read = readValue(text, i);
      value = read.value;
      i = read.end;
    }
    if (name !== '' && !parameters.has(name)) parameters.set(name, value);
    i = skipBlanks(text, i);
  }
  return { parameters, end: i };
}

/** A quoted string without its quotes, or what stands there up to the next separator. */
export function readValue(text: string, at: number): { readonly value: string; readonly end: number } {
  if (text.charCodeAt(at) !== QUOTE) {
    let end = at;
    while (end < text.length && text[end] !== ';' && text[end] !== ',') end++;
    return { value: text.slice(at, end).trimEnd(), end };
  }
  const parts: string[] = [];
  let from = at + 1;
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) break;
    if (code !== BACKSLASH) continue;
    parts.push(text.slice(from, i));
    from = ++i;
  }
  parts.push(text.slice(from, i));
  return { value: parts.join(''), end: Math.min(i + 1, text.length) };
}

function skipJunk(text: string, at: number): number {
  let i = at;
  while (i < text.length && text[i] !== ';' && text[i] !== ',') {
    i = text.charCodeAt(i) === QUOTE ? readValue(text, i).end : i + 1;
  }
  return i;
}

function skipToken(text: string, at: number): number {
  let i = at;
  while (i < text.length && isTokenCode(text.charCodeAt(i))) i++;
  return i;
}

/** The place of the next character that is neither a space nor a tab. */
export function skipBlanks(text: string, at: number): number {
  let i = at;
  while (text[i] === ' ' || text[i] === '\t') i++;
  return i;
}
