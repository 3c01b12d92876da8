// A cookie that a program sets by itself, checked as what a server sets is, and as the program's own mistake where it cannot
// be used.

import { checkNames, invalidOption } from '../../errors/invalid-option.ts';
import { checkFlag } from '../../errors/option-values.ts';
import { trimBlanks } from '../../message/characters.ts';
import { isPublicSuffix } from './admission.ts';
import type { Cookie, SameSite } from './cookie.ts';
import { prefixFault } from './cookie-prefix.ts';
import type { CookieRules } from './cookie-rules.ts';
import { type CookieUrl, hostOf, isAddress } from './cookie-url.ts';
import { cookieFault } from './saved-cookies.ts';

/** What a cookie has beside its name and value. It needs a URL or a domain. */
export interface CookieAttributes {
  /** A URL that it is for: its host, and no other, where `domain` says nothing else. */
  readonly url?: string | URL | undefined;
  /** The domain that it is for, with the hosts below it. */
  readonly domain?: string | undefined;
  /** Whether it is for that host alone. @default whether no domain is given, or an address */
  readonly hostOnly?: boolean | undefined;
  /** The path that it is for, with those below it. @default '/' */
  readonly path?: string | undefined;
  /** When it ends; null for the end of the session. @default null */
  readonly expires?: Date | null | undefined;
  /** Whether it is only for https, and for this machine itself. @default false */
  readonly secure?: boolean | undefined;
  /** @default false */
  readonly httpOnly?: boolean | undefined;
  /** @default null */
  readonly sameSite?: SameSite | undefined;
}

const NAMES = ['domain', 'expires', 'hostOnly', 'httpOnly', 'path', 'sameSite', 'secure', 'url'];

/**
 * Checks the kinds of what was given.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function checkAttributes(given: CookieAttributes): void {
  checkNames('the cookie', given, NAMES);
  const { url, domain, path, expires, sameSite } = given;
  if (url === undefined && domain === undefined) throw invalidOption('the cookie', given, 'give its url or its domain');
  if (domain !== undefined && (typeof domain !== 'string' || domain === '')) {
    throw invalidOption('domain', domain, 'give the name of a host');
  }
  if (path !== undefined && !(typeof path === 'string' && path.startsWith('/'))) {
    throw invalidOption('path', path, 'give a path that begins with "/"');
  }
  for (const flag of ['hostOnly', 'httpOnly', 'secure'] as const) checkFlag(flag, given[flag]);
  if (expires !== undefined && expires !== null && !(expires instanceof Date && !Number.isNaN(expires.getTime()))) {
    throw invalidOption('expires', expires, 'give a Date, or null for the end of the session');
  }
  if (sameSite !== undefined && sameSite !== null && !['strict', 'lax', 'none'].includes(sameSite)) {
    throw invalidOption('sameSite', sameSite, "give 'strict', 'lax', 'none' or null");
  }
}

/**
 * The cookie to store.
 *
 * @param url That of `given`, taken apart.
 * @param now Time of day, in ms since the epoch.
 * @returns A sentence that says why, for one that cannot be.
 */
export function cookieOf(
  name: string,
  value: string,
  given: CookieAttributes,
  url: CookieUrl | null,
  rules: CookieRules,
  now: number,
): Cookie | string {
  const domain = given.domain === undefined ? (url?.host ?? null) : hostOf(given.domain);
  if (domain === null) return `its domain, ${given.domain}, is the name of no host`;
  const hostOnly = given.hostOnly ?? (given.domain === undefined || isAddress(domain));
  const { path = '/', secure = false, httpOnly = false, sameSite = null } = given;
  const creation = new Date(now);
  const expires = given.expires === undefined || given.expires === null ? null : new Date(given.expires);
  const cookie = { name, value, domain, hostOnly, path, expires, secure, httpOnly, sameSite, creation };
  if (trimBlanks(name) !== name || trimBlanks(value) !== value) return 'its name or value begins or ends with a blank';
  const fault = cookieFault(cookie) ?? prefixFault(cookie, true);
  if (fault !== null) return fault;
  if (url !== null && !(hostOnly ? url.host === domain : rules.domainMatch(url.host, domain, false) === true)) {
    return `its domain, ${domain}, is not that of the URL`;
  }
  if (!hostOnly && isPublicSuffix(domain, rules))
    return `its domain, ${domain}, is a public suffix: give hostOnly: true`;
  if (secure && url?.isTrusted === false) return 'it is secure, and its URL is not https';
  return cookie;
}
