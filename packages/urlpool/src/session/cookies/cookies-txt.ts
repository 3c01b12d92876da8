// cookies.txt, the file of Netscape, curl, wget and yt-dlp: a cookie a line, seven fields with tabs between them. It has
// no place for SameSite and for the time of creation; `#HttpOnly_` in front of the domain is curl's.

import type { Cookie } from './cookie.ts';
import { hostOf } from './cookie-url.ts';
import { cookieFault } from './saved-cookies.ts';

const HEAD = '# Netscape HTTP Cookie File\n# Written by urlpool. Each line is a cookie: they are secrets.\n\n';
const HTTP_ONLY = '#HttpOnly_';

/**
 * Writes cookies.
 *
 * @returns A sentence that says why, for a cookie that the file has no way to write: one with a tab in it.
 */
export function toCookiesTxt(cookies: readonly Cookie[]): { readonly text: string } | string {
  let text = HEAD;
  for (const cookie of cookies) {
    const { name, value, domain, hostOnly, path, expires, secure, httpOnly } = cookie;
    if ([name, value, path].some((part) => part.includes('\t'))) {
      return `the cookie ${JSON.stringify(name)} of ${domain} holds a tab, which cookies.txt cannot: save it as JSON`;
    }
    const seconds = expires === null ? 0 : Math.ceil(expires.getTime() / 1_000);
    const scope = `${httpOnly ? HTTP_ONLY : ''}${hostOnly ? '' : '.'}${domain}\t${flag(!hostOnly)}\t${path}`;
    text += `${scope}\t${flag(secure)}\t${seconds}\t${name}\t${value}\n`;
  }
  return { text };
}

/**
 * Reads cookies. A time of 0 is a session's; comments and empty lines are passed over.
 *
 * @param now Their creation, in ms since the epoch.
 * @returns A sentence that says which line is none, and why.
 */
export function fromCookiesTxt(text: string, now: number): Cookie[] | string {
  const cookies: Cookie[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || (line.startsWith('#') && !line.startsWith(HTTP_ONLY))) continue;
    const cookie = cookieOf(line, now);
    if (typeof cookie === 'string') return `line ${at + 1} is no cookie: ${cookie}`;
    cookies.push(cookie);
  }
  return cookies;
}

function cookieOf(line: string, now: number): Cookie | string {
  const httpOnly = line.startsWith(HTTP_ONLY);
  const fields = (httpOnly ? line.slice(HTTP_ONLY.length) : line).split('\t');
  // An editor that cuts blanks off the ends of lines takes the tab before an empty value with it.
  if (fields.length === 6) fields.push('');
  const [host = '', below = '', path = '', secure = '', seconds = '', name = '', value = ''] = fields;
  if (fields.length !== 7) return `it has ${fields.length} field${fields.length === 1 ? '' : 's'}, not 7`;
  const isBelow = /^true$/i.test(below);
  if (!(isBelow || /^false$/i.test(below)) || !/^(?:true|false)$/i.test(secure)) {
    return 'its second or fourth field is neither TRUE nor FALSE';
  }
  // Whole seconds; some programs write fractions, and -1 or nothing for a session.
  const time = seconds === '' ? 0 : Number(seconds);
  if (!(Math.abs(time) <= 8.64e12)) return 'its fifth field is no time in seconds';
  const domain = hostOf(host);
  if (domain === null) return 'its first field is the name of no host';
  return (
    cookieFault({ name, value, path }) ?? {
      name,
      value,
      domain,
      hostOnly: !isBelow,
      path,
      expires: time <= 0 ? null : new Date(time * 1_000),
      secure: /^true$/i.test(secure),
      httpOnly,
      sameSite: null,
      creation: new Date(now),
    }
  );
}

function flag(value: boolean): string {
  return value ? 'TRUE' : 'FALSE';
}
