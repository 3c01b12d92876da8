// What a Set-Cookie field says (RFC 6265bis §5.6), as a function of its text: tolerant, since servers write anything, and
// the same as what browsers make of it. Whether the cookie may be stored is decided elsewhere.

import { trimBlanks } from '../../message/characters.ts';
import type { SameSite } from './cookie.ts';

/** The longest name and value together, in octets (§5.6). Firefox and Chrome have the same, curl 4,096 for each. */
export const MAX_PAIR = 4_096;
/** The longest value of an attribute, in octets: a longer one is passed over (§5.6). */
const MAX_ATTRIBUTE = 1_024;

/** What a field says of its cookie; an attribute that says nothing useful is as if it were not there. */
export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** The Domain attribute, in lower case, without a dot in front; empty for the host itself. */
  readonly domain: string;
  /** The Path attribute; null for that of the request. */
  readonly path: string | null;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: SameSite;
  /** The Max-Age attribute, in seconds; it goes before Expires. */
  readonly maxAge: number | null;
  /** The Expires attribute, in ms since the epoch. */
  readonly expires: number | null;
}

/**
 * Reads one field.
 *
 * @param dateOf What a cookie-date stands for (§5.1.1).
 * @returns A sentence that says why, for a field that is to be passed over.
 */
export function parseSetCookie(text: string, dateOf: (text: string) => Date | undefined): SetCookie | string {
  const [pair = '', ...attributes] = text.split(';');
  const equals = pair.indexOf('=');
  const name = trimBlanks(equals === -1 ? '' : pair.slice(0, equals));
  const value = trimBlanks(pair.slice(equals + 1));
  const fault = textFault(text) ?? pairFault(name, value);
  if (fault !== null) return fault;
  const found = {
    name,
    value,
    domain: '',
    path: null as string | null,
    secure: false,
    httpOnly: false,
    sameSite: null as SameSite,
    maxAge: null as number | null,
    expires: null as number | null,
  };
  for (const attribute of attributes) {
    const at = attribute.indexOf('=');
    const given = at === -1 ? '' : trimBlanks(attribute.slice(at + 1));
    if (given.length > MAX_ATTRIBUTE) continue;
    switch (trimBlanks(at === -1 ? attribute : attribute.slice(0, at)).toLowerCase()) {
      case 'expires':
        found.expires = dateOf(given)?.getTime() ?? found.expires;
        break;
      case 'max-age':
        if (/^-?\d+$/.test(given)) found.maxAge = Number(given);
        break;
      case 'domain':
        // A dot alone stays: no host has it.
        found.domain = given.replace(/^\.(?=.)/, '').toLowerCase();
        break;
      case 'path':
        found.path = given.startsWith('/') ? given : null;
        break;
      case 'secure':
        found.secure = true;
        break;
      case 'httponly':
        found.httpOnly = true;
        break;
      case 'samesite':
        found.sameSite = sameSiteOf(given);
        break;
    }
  }
  return found;
}

/** Why nothing can be made of a text; null where something can. A tab is no control character here (§5.6). */
export function textFault(text: string): string | null {
  return /[^\t\x20-\x7e\x80-\xff]/.test(text) ? 'it holds a control character or one above U+00FF' : null;
}

/** Why a name and a value are no cookie; null where they are (§5.6, §5.7). */
export function pairFault(name: string, value: string): string | null {
  if (name === '' && value === '') return 'it has neither a name nor a value';
  return name.length + value.length > MAX_PAIR ? `its name and value are longer than ${MAX_PAIR} octets` : null;
}

/** What a SameSite attribute stands for (§5.6.7). */
export function sameSiteOf(text: string): SameSite {
  const lower = text.toLowerCase();
  return lower === 'strict' || lower === 'lax' || lower === 'none' ? lower : null;
}
