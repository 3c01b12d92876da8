// The Cookie field: a pure function of the cookies that are for a URL, in their order (RFC 6265bis §5.8.3).

import { type Cookie, cookiePair } from './cookie.ts';

/**
 * The longest value, in octets: Apache and nginx refuse a request with a longer line, so that a server could lock its
 * visitors out of all servers of its domain (CVE-2022-32205). curl has the same limit.
 */
export const MAX_COOKIE_FIELD = 8_190;

/** What the field says; empty for no cookies. One that does not fit beside those before it is left out. */
export function cookieField(cookies: readonly Pick<Cookie, 'name' | 'value'>[]): string {
  let text = '';
  for (const cookie of cookies) {
    const pair = cookiePair(cookie);
    const longer = text === '' ? pair : `${text}; ${pair}`;
    if (longer.length <= MAX_COOKIE_FIELD) text = longer;
  }
  return text;
}
