// Which cookies go where there are too many: a pure function (RFC 6265bis §5.7).

/** How many cookies a jar keeps. RFC 6265bis §6.1 asks for 50 of a domain and 3,000 in all, at least. */
export interface CookieLimits {
  /** Cookies of one domain: as in Chrome and Firefox. */
  readonly perDomain: number;
  /** Cookies in all: as in Firefox; Chrome has 3,300. */
  readonly total: number;
}

export const COOKIE_LIMITS: CookieLimits = { perDomain: 180, total: 3_000 };

/** What is looked at. */
export interface Evictable {
  readonly secure: boolean;
  /** A number that grows with each use. */
  readonly used: number;
}

/** Those of one domain that go, so that `keep` stay: first those without Secure, and first what was not used for longest. */
export function overflowOfDomain<Entry extends Evictable>(entries: Iterable<Entry>, keep: number): Entry[] {
  const sorted = [...entries].sort((a, b) => Number(a.secure) - Number(b.secure) || a.used - b.used);
  return sorted.slice(0, Math.max(0, sorted.length - keep));
}

/** Those that go of all: what was not used for longest. A tenth goes at once, so that they are not sorted for each new one. */
export function overflowOfAll<Entry extends Evictable>(entries: Iterable<Entry>, limit: number): Entry[] {
  const sorted = [...entries].sort((a, b) => a.used - b.used);
  return sorted.length <= limit ? [] : sorted.slice(0, sorted.length - Math.ceil(limit * 0.9));
}
