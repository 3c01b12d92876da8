// The challenges of a WWW-Authenticate or Proxy-Authenticate field (RFC 9110 §11.6.1). Commas stand between challenges and
// between the parameters of one alike, so that only what follows a word tells which of the two it begins. No text can make
// the reader fail, and its time grows with the length of the text alone: what cannot be read is passed over.

import { isTokenCode } from './characters.ts';
import { readValue, skipBlanks } from './parameters.ts';

/** What a server asks for, or what answers it: a scheme with one opaque token, or with parameters. */
export interface Challenge {
  /** In lower case: `basic`, `digest`, `bearer`. */
  readonly scheme: string;
  /** What stands behind the scheme in place of parameters (token68), as Negotiate has it; null where there is none. */
  readonly token: string | null;
  /** By name in lower case, without quotes and escapes; the first of a name counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * The challenges of all fields of one name, in order.
 *
 * @example
 * parseChallenges(['Basic realm="a, b", Digest realm="c", nonce=d, qop="auth,auth-int"', 'Negotiate']);
 * // three: basic, digest and negotiate
 */
export function parseChallenges(values: readonly string[]): Challenge[] {
  return values.flatMap(challengesOf);
}

function challengesOf(text: string): Challenge[] {
  const found: Challenge[] = [];
  let parameters = new Map<string, string>();
  let i = 0;
  while (i < text.length) {
    i = skipBlanks(text, i);
    if (text[i] === ',') {
      i++;
      continue;
    }
    const wordEnd = skipWord(text, i);
    const word = text.slice(i, wordEnd).toLowerCase();
    const next = skipBlanks(text, wordEnd);
    if (word === '') {
      i = skipJunk(text, i);
    } else if (text[next] === '=') {
      const { value, end } = readValue(text, skipBlanks(text, next + 1));
      if (!parameters.has(word)) parameters.set(word, value);
      i = end;
    } else {
      const tokenEnd = next > wordEnd ? skipToken68(text, next) : next;
      parameters = new Map();
      found.push({ scheme: word, token: tokenEnd > next ? text.slice(next, tokenEnd) : null, parameters });
      i = Math.max(tokenEnd, wordEnd);
    }
  }
  return found;
}

/** The parameters of a field that has no scheme: Authentication-Info (RFC 9110 §11.6.3). */
export function authParameters(text: string): ReadonlyMap<string, string> {
  return challengesOf(`none ${text}`)[0]?.parameters ?? new Map();
}

/** Text as a quoted string (RFC 9110 §5.6.4). */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function skipWord(text: string, at: number): number {
  let i = at;
  while (i < text.length && isTokenCode(text.charCodeAt(i))) i++;
  return i;
}

/** The end of a token68, which goes up to a comma or the end of the text; `at` where there is none. */
function skipToken68(text: string, at: number): number {
  let i = at;
  while (i < text.length && TOKEN68.has(text.charCodeAt(i))) i++;
  if (i === at) return at;
  while (text[i] === '=') i++;
  const next = skipBlanks(text, i);
  return next === text.length || text[next] === ',' ? i : at;
}

const TOKEN68: ReadonlySet<number> = new Set(
  Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/', (one) => one.charCodeAt(0)),
);

/** The place behind what is no word: a quoted string as a whole, so that commas in it count for nothing. */
function skipJunk(text: string, at: number): number {
  return text[at] === '"' ? readValue(text, at).end : at + 1;
}
