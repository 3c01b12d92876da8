import { isToken, trimBlanks } from './characters.ts';
import { readParameters } from './parameters.ts';

/** A media type with its parameters (RFC 9110 §8.3.1). */
export interface MediaType {
  /** Type and subtype, in lower case: `text/html`. */
  readonly type: string;
  /** By name in lower case; the values as they came, without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * A Content-Type, taken apart; null for what names no media type.
 *
 * @example
 * parseMediaType('Text/HTML; Charset="UTF-8"'); // { type: 'text/html', parameters: Map { 'charset' => 'UTF-8' } }
 */
export function parseMediaType(text: string): MediaType | null {
  const semicolon = text.indexOf(';');
  const type = trimBlanks(semicolon === -1 ? text : text.slice(0, semicolon)).toLowerCase();
  const slash = type.indexOf('/');
  if (!isToken(type.slice(0, Math.max(0, slash))) || !isToken(type.slice(slash + 1))) return null;
  return { type, parameters: readParameters(text, semicolon === -1 ? text.length : semicolon).parameters };
}
