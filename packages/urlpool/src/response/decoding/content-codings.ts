// Which codings a body came in: what its Content-Encoding says (RFC 9110 §8.4), read as a list of what is to be undone.
// This file knows names, and nothing of how a coding is undone.

import { type Fields, findField } from '../../message/fields.ts';
import { tokenList } from '../../message/token-list.ts';
import { type ContentCoding, hasZstd } from '../../request/content-coding.ts';

/** A coding that can be undone: the same as those in which a body can be sent. */
export type DecodableCoding = ContentCoding;

/**
 * How many codings are undone of one body: each can make the body a thousand times larger, and servers that do use two use
 * them by mistake. curl and urllib3 take as many; undici, fetch included, does too.
 */
export const MAX_CODINGS = 5;

/** No codings. */
export const NO_CODINGS: readonly DecodableCoding[] = [];

/** By their names in lower case; `x-gzip` is gzip (RFC 9110 §8.4.1.3). */
const DECODABLE: Readonly<Record<string, DecodableCoding>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  br: 'br',
  zstd: 'zstd',
};

/** What a request says it takes by default: every coding that can be undone. */
export const ACCEPT_ENCODING: string = hasZstd() ? 'gzip, deflate, br, zstd' : 'gzip, deflate, br';

/**
 * The codings to undo, the last applied first. None where one of them is unknown, since the body then cannot be told in full:
 * it is given as it came, as browsers and urllib3 do.
 */
export function codingsToUndo(fields: Fields, withZstd: boolean = hasZstd()): readonly DecodableCoding[] {
  if (findField(fields, 'content-encoding') === null) return NO_CODINGS;
  const codings: DecodableCoding[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i]?.toLowerCase() !== 'content-encoding') continue;
    for (const name of tokenList(fields[i + 1] ?? '')) {
      if (name === 'identity') continue;
      const coding = Object.hasOwn(DECODABLE, name) ? DECODABLE[name] : undefined;
      if (coding === undefined || (coding === 'zstd' && !withZstd)) return NO_CODINGS;
      codings.push(coding);
    }
  }
  return codings.reverse();
}
