// Cookies as plain JSON, with all that is known of them. What tough-cookie writes is read as well, so that the file of
// another client serves here.

import type { Cookie, SameSite } from './cookie.ts';
import { hostOf } from './cookie-url.ts';
import { pairFault, sameSiteOf, textFault } from './set-cookie.ts';

/** A cookie as JSON: its times are in ISO 8601. */
export interface SavedCookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly hostOnly: boolean;
  readonly path: string;
  readonly expires: string | null;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: SameSite;
  readonly creation: string;
}

/** The cookies of a jar as JSON. */
export interface SavedCookies {
  readonly version: 1;
  readonly cookies: readonly SavedCookie[];
}

export function toSaved(cookies: readonly Cookie[]): SavedCookies {
  return {
    version: 1,
    cookies: cookies.map((cookie) => ({
      ...cookie,
      expires: cookie.expires?.toISOString() ?? null,
      creation: cookie.creation.toISOString(),
    })),
  };
}

/**
 * Reads them back.
 *
 * @param now The creation of those that do not tell theirs, in ms since the epoch.
 * @returns A sentence that says why, for what holds no cookies.
 */
export function fromSaved(saved: unknown, now: number): Cookie[] | string {
  const list: unknown = isRecord(saved) ? saved.cookies : null;
  if (!Array.isArray(list)) return 'it has no list of cookies';
  const cookies: Cookie[] = [];
  for (const [at, one] of list.entries()) {
    const cookie = isRecord(one) ? cookieFrom(one, now) : 'it is no object';
    if (typeof cookie === 'string') return `cookie ${at + 1} cannot be used: ${cookie}`;
    cookies.push(cookie);
  }
  return cookies;
}

/** One of them; an absent flag is what its safest value is: a cookie that is not said to be for hosts below is for one. */
function cookieFrom(saved: Readonly<Record<string, unknown>>, now: number): Cookie | string {
  const { name = saved.key ?? '', value = '', domain, path, sameSite } = saved;
  if (typeof name !== 'string' || typeof value !== 'string') return 'its name and value are no texts';
  if (typeof domain !== 'string' || typeof path !== 'string') return 'its domain or path is missing';
  const flags = flagsOf(saved);
  if (flags === null) return 'one of hostOnly, secure and httpOnly is neither true nor false';
  const creation = timeOf(saved.creation) ?? new Date(now);
  const expires = expiryOf(saved, creation);
  if (creation === 'none' || expires === 'none') return 'one of its times is none';
  const site = typeof sameSite === 'string' ? sameSiteOf(sameSite) : null;
  const host = hostOf(domain);
  if (host === null) return 'its domain is the name of no host';
  return (
    cookieFault({ name, value, path }) ?? {
      name,
      value,
      domain: host,
      hostOnly: flags.hostOnly,
      path,
      expires,
      secure: flags.secure,
      httpOnly: flags.httpOnly,
      sameSite: site,
      creation,
    }
  );
}

/** Why what was saved cannot be a cookie; null where it can. */
export function cookieFault({ name, value, path }: Pick<Cookie, 'name' | 'value' | 'path'>): string | null {
  const fault = textFault(name + value) ?? pairFault(name, value);
  if (fault !== null) return fault;
  if (/[;=]/.test(name) || value.includes(';')) return 'its name holds "=" or ";", or its value ";"';
  return path.startsWith('/') && !path.includes(';') && textFault(path) === null ? null : 'its path is none';
}

function flagsOf(saved: Readonly<Record<string, unknown>>): Pick<Cookie, 'hostOnly' | 'secure' | 'httpOnly'> | null {
  const { hostOnly, secure, httpOnly } = saved;
  const flags = { hostOnly: hostOnly ?? true, secure: secure ?? false, httpOnly: httpOnly ?? false };
  const { hostOnly: a, secure: b, httpOnly: c } = flags;
  return typeof a === 'boolean' && typeof b === 'boolean' && typeof c === 'boolean'
    ? { hostOnly: a, secure: b, httpOnly: c }
    : null;
}

/** tough-cookie writes no `expires` for a session, and a `maxAge` in seconds. */
function expiryOf(
  { expires, maxAge }: Readonly<Record<string, unknown>>,
  creation: Date | 'none',
): Date | null | 'none' {
  if (typeof maxAge === 'number' && creation !== 'none') return timeOf(creation.getTime() + maxAge * 1_000);
  return expires === 'Infinity' ? null : timeOf(expires);
}

/** A moment; null where there is none, and `none` for what can be no moment. */
function timeOf(given: unknown): Date | null | 'none' {
  if (given === undefined || given === null) return null;
  const date = typeof given === 'string' || typeof given === 'number' ? new Date(given) : null;
  return date === null || Number.isNaN(date.getTime()) ? 'none' : date;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
