// Whether a cookie may be stored, and as what (RFC 6265bis §5.7): a function of what the field says and the URL it came
// from. What is stored already plays no part here.

import type { Cookie } from './cookie.ts';
import { prefixFault } from './cookie-prefix.ts';
import type { CookieRules } from './cookie-rules.ts';
import type { CookieUrl } from './cookie-url.ts';
import type { SetCookie } from './set-cookie.ts';

/** How long a cookie lasts at most, in ms: 400 days (§5.5), as in Chrome, Firefox and curl. */
export const MAX_AGE: number = 400 * 86_400_000;

/** The last moment that a Date can hold. */
const LAST_MOMENT = 8.64e15;

/**
 * The cookie to store.
 *
 * @param now Time of day, in ms since the epoch.
 * @returns A sentence that says why, for one that is to be passed over.
 */
export function admit(set: SetCookie, url: CookieUrl, rules: CookieRules, now: number): Cookie | string {
  const domain = domainOf(set.domain, url.host, rules);
  if ('fault' in domain) return domain.fault;
  if (set.secure && !url.isTrusted) return 'it is Secure, and the URL is not https';
  const path = set.path ?? rules.defaultPath(url.path);
  const { name, value, secure, httpOnly, sameSite } = set;
  const expires = expiryOf(set, now);
  const cookie = { name, value, ...domain, path, expires, secure, httpOnly, sameSite, creation: new Date(now) };
  return prefixFault(cookie, set.path !== null) ?? cookie;
}

/** For whom a cookie is. A public suffix that is the host itself is for that host alone. */
function domainOf(
  domain: string,
  host: string,
  rules: CookieRules,
): Pick<Cookie, 'domain' | 'hostOnly'> | { readonly fault: string } {
  if (domain === '') return { domain: host, hostOnly: true };
  if (/[^\0-\x7f]/.test(domain)) return { fault: `its Domain, ${domain}, is not ASCII: write it in punycode` };
  if (isPublicSuffix(domain, rules)) {
    return domain === host ? { domain, hostOnly: true } : { fault: `its Domain, ${domain}, is a public suffix` };
  }
  if (rules.domainMatch(host, domain, false) === true) return { domain, hostOnly: false };
  return { fault: `its Domain, ${domain}, is neither ${host} nor above it` };
}

/** Whether anybody may have a name below it (§5.7); an address counts as one too. */
export function isPublicSuffix(domain: string, rules: CookieRules): boolean {
  return rules.getPublicSuffix(domain, { allowSpecialUseDomain: true, ignoreError: true }) === undefined;
}

/** Max-Age goes before Expires (§5.7), and neither lasts for longer than MAX_AGE. */
function expiryOf({ maxAge, expires }: SetCookie, now: number): Date | null {
  const end = maxAge === null ? expires : maxAge <= 0 ? -LAST_MOMENT : now + maxAge * 1_000;
  return end === null ? null : new Date(Math.min(end, now + MAX_AGE));
}
