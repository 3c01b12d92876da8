// Header fields as events, records and commands show them: without credentials. Which fields hold some is a matter of names,
// since values have no mark; a name that is not known here shows its value.

import { absoluteUrl } from './absolute-url.ts';
import type { Fields } from './fields.ts';
import { redactUrl } from './redact-url.ts';

/** What stands for a credential. */
export const REDACTED = 'REDACTED';

/** Credentials by RFC 9110 §11 and RFC 6265, and by the names that APIs give to keys and tokens of their own. */
const SECRET =
  /^(?:set-)?cookie2?$|^dpop$|(?:^|[-_])(?:auth(?:orization)?|token|jwt|secret|passw(?:or)?d|passphrase|signature(?:[-_]\w*\d)?|credential|session(?:[-_]?id)?|(?:api|access|auth|subscription|private|secret)key)s?$/i;

/** Whatever is called a key of something, but for those that lock nothing. */
const KEY = /(?<!(?:^|[-_])(?:cache|idempotency|partition|public|surrogate|websocket))[-_]keys?$/i;

/** Fields whose value is a URL or a reference to one (RFC 9110 §10.1.3, §10.2.2, §8.7). */
const REFERENCE = /^(?:content-location|location|referer)$/i;

/** Userinfo within a text that holds URLs, as those of Link and Refresh. */
const USERINFO = /\/\/[^/?#\s"'<>]*@/g;

/** Any places: `http:user@host` holds a user only where it was not found at an http URL (WHATWG URL §4.4). */
const SOMEWHERE: readonly string[] = ['http://somewhere.invalid/', 'https://somewhere.invalid/'];

/** Whether the values of a field are credentials, or may hold some: Authorization, cookies, keys and tokens. */
export function isSecretField(name: string): boolean {
  return SECRET.test(name) || KEY.test(name);
}

/**
 * Header fields as they may be shown: what may be a credential is `REDACTED`, and of a URL in a value the part before "@" is
 * left out.
 *
 * @example
 * shownFields(['Accept', '*\/*', 'Cookie', 'id=7']); // ['Accept', '*\/*', 'Cookie', 'REDACTED']
 */
export function shownFields(fields: Fields): Fields {
  let shown: string[] | null = null;
  for (let i = 0; i < fields.length; i += 2) {
    const value = fields[i + 1] ?? '';
    const safe = shownValue(fields[i] ?? '', value);
    if (safe === value) continue;
    shown ??= [...fields];
    shown[i + 1] = safe;
  }
  return shown ?? fields;
}

function shownValue(name: string, value: string): string {
  if (isSecretField(name)) return REDACTED;
  if (REFERENCE.test(name)) return holdsCredentials(value) ? redactUrl(value) : value;
  return value.includes('@') ? value.replace(USERINFO, '//…@') : value;
}

function holdsCredentials(reference: string): boolean {
  if (!/@|%40/.test(reference)) return false;
  return SOMEWHERE.some((base) => {
    const url = absoluteUrl(reference, base);
    return url === null || url.username !== '' || url.password !== '';
  });
}
