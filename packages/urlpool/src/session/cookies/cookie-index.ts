// The cookies of a jar, by domain, and by what tells them apart within it (RFC 6265bis §5.7, §5.8.3). Time comes in as a
// value.

import type { Cookie } from './cookie.ts';
import type { CookieRules } from './cookie-rules.ts';
import { type CookieUrl, domainsOf } from './cookie-url.ts';
import { type CookieLimits, type Evictable, overflowOfAll, overflowOfDomain } from './eviction.ts';

interface Entry extends Evictable {
  readonly cookie: Cookie;
  /** Where it stands among all, by the time of its creation. */
  readonly order: number;
  used: number;
}

export class CookieIndex {
  readonly #rules: CookieRules;
  readonly #limits: CookieLimits;
  readonly #domains = new Map<string, Map<string, Entry>>();
  /** Those with Secure, by name. */
  readonly #secure = new Map<string, Set<Cookie>>();
  #size = 0;
  #version = 0;
  /** How many have a path of their own. */
  #withPath = 0;
  #lastOrder = 0;
  #lastUse = 0;

  constructor(rules: CookieRules, limits: CookieLimits) {
    this.#rules = rules;
    this.#limits = limits;
  }

  /** Cookies, those that have expired since they were last looked at included. */
  get size(): number {
    return this.#size;
  }

  /** Another number whenever what is sent may have changed, but for cookies that expire. */
  get version(): number {
    return this.#version;
  }

  /** Whether what is sent depends on the path of a URL. */
  get hasPaths(): boolean {
    return this.#withPath > 0;
  }

  /** Stores a cookie in place of the one that it replaces, whose time of creation it keeps; one that has expired removes it. */
  put(cookie: Cookie, now: number): void {
    const key = keyOf(cookie);
    const old = this.#domains.get(cookie.domain)?.get(key);
    if (isExpired(cookie, now)) {
      if (old !== undefined) this.remove(cookie);
      return;
    }
    const entries = this.#domains.get(cookie.domain) ?? new Map<string, Entry>();
    if (entries.size === 0) this.#domains.set(cookie.domain, entries);
    const kept = Object.freeze(old === undefined ? cookie : { ...cookie, creation: old.cookie.creation });
    const order = old?.order ?? ++this.#lastOrder;
    this.#version++;
    entries.set(key, { cookie: kept, secure: kept.secure, order, used: ++this.#lastUse });
    if (kept.secure) this.#noteSecure(kept);
    if (old !== undefined) {
      this.#forgetSecure(old.cookie);
      return;
    }
    this.#size++;
    if (kept.path !== '/') this.#withPath++;
    if (entries.size > this.#limits.perDomain || this.#size > this.#limits.total) this.#shrink(entries, now);
  }

  remove(cookie: Cookie): void {
    const entries = this.#domains.get(cookie.domain);
    const key = keyOf(cookie);
    const entry = entries?.get(key);
    if (entries === undefined || entry === undefined) return;
    entries.delete(key);
    this.#forgetSecure(entry.cookie);
    this.#size--;
    this.#version++;
    if (entry.cookie.path !== '/') this.#withPath--;
    if (entries.size === 0) this.#domains.delete(cookie.domain);
  }

  /** Those that are for a URL, in the order in which they are sent: longer paths first, then older ones (§5.8.3). */
  matching(url: CookieUrl, now: number): Cookie[] {
    const found: Entry[] = [];
    for (const domain of domainsOf(url.host)) {
      for (const entry of this.#domains.get(domain)?.values() ?? []) {
        const { cookie } = entry;
        if (cookie.hostOnly && domain !== url.host) continue;
        if (!this.#rules.pathMatch(url.path, cookie.path)) continue;
        if (cookie.secure && !url.isTrusted) continue;
        if (isExpired(cookie, now)) this.remove(cookie);
        else found.push(entry);
      }
    }
    found.sort((a, b) => b.cookie.path.length - a.cookie.path.length || olderFirst(a, b));
    for (const entry of found) entry.used = ++this.#lastUse;
    return found.map(({ cookie }) => cookie);
  }

  /** All that have not expired, the oldest first. */
  all(now: number): Cookie[] {
    this.#removeExpired(now);
    return this.#entries()
      .sort(olderFirst)
      .map(({ cookie }) => cookie);
  }

  /**
   * Whether a cookie without Secure would hide or replace one that has it: what came without encryption must not (§5.7, "leave
   * Secure cookies alone").
   */
  hidesSecure({ name, domain, path }: Cookie): boolean {
    for (const other of this.#secure.get(name) ?? []) {
      const isRelated =
        other.domain === domain || other.domain.endsWith(`.${domain}`) || domain.endsWith(`.${other.domain}`);
      if (isRelated && this.#rules.pathMatch(path, other.path)) return true;
    }
    return false;
  }

  #noteSecure(cookie: Cookie): void {
    const same = this.#secure.get(cookie.name);
    if (same === undefined) this.#secure.set(cookie.name, new Set([cookie]));
    else same.add(cookie);
  }

  #forgetSecure(cookie: Cookie): void {
    const same = this.#secure.get(cookie.name);
    if (same?.delete(cookie) === true && same.size === 0) this.#secure.delete(cookie.name);
  }

  #shrink(entries: ReadonlyMap<string, Entry>, now: number): void {
    this.#removeExpired(now);
    for (const { cookie } of overflowOfDomain(entries.values(), this.#limits.perDomain)) this.remove(cookie);
    for (const { cookie } of overflowOfAll(this.#entries(), this.#limits.total)) this.remove(cookie);
  }

  #removeExpired(now: number): void {
    for (const { cookie } of this.#entries()) if (isExpired(cookie, now)) this.remove(cookie);
  }

  #entries(): Entry[] {
    return [...this.#domains.values()].flatMap((entries) => [...entries.values()]);
  }
}

/** What tells cookies of one domain apart (§5.7). None of it can hold a line feed. */
function keyOf({ name, path, hostOnly }: Cookie): string {
  return `${hostOnly ? '' : '.'}${path}\n${name}`;
}

function isExpired({ expires }: Cookie, now: number): boolean {
  return expires !== null && expires.getTime() <= now;
}

function olderFirst(a: Entry, b: Entry): number {
  return a.cookie.creation.getTime() - b.cookie.creation.getTime() || a.order - b.order;
}
