// The cookies of a session (RFC 6265bis). This file is what programs see of them; the rules stand in the files beside it,
// and those of domains and dates in tough-cookie, which is loaded when the first cookie comes.

import { CookieFileError } from '../../errors/cookie-file-error.ts';
import { checkNames, invalidOption, invalidSecret } from '../../errors/invalid-option.ts';
import { checkFlag, checkWhole } from '../../errors/option-values.ts';
import { RequestError } from '../../errors/request-error.ts';
import { originPart, parseUrl } from '../../message/origin.ts';
import { redactUrl } from '../../message/redact-url.ts';
import { type Clock, systemClock } from '../../util/clock.ts';
import { admit } from './admission.ts';
import type { Cookie } from './cookie.ts';
import { type CookieAttributes, checkAttributes, cookieOf } from './cookie-attributes.ts';
import { readCookieFile, writeCookieFile } from './cookie-file.ts';
import { CookieIndex } from './cookie-index.ts';
import { cookieRules } from './cookie-rules.ts';
import type { CookieStore } from './cookie-store.ts';
import { type CookieUrl, cookieUrl, hostOf } from './cookie-url.ts';
import { fromCookiesTxt, toCookiesTxt } from './cookies-txt.ts';
import { COOKIE_LIMITS, type CookieLimits } from './eviction.ts';
import { fromSaved, type SavedCookies, toSaved } from './saved-cookies.ts';
import { SentCookies } from './sent-cookies.ts';
import { parseSetCookie } from './set-cookie.ts';

/** Options of a jar. */
export interface CookieJarOptions {
  /** How many cookies of one domain are kept: beyond it, those that were not used for longest go. @default 180 */
  readonly maxPerDomain?: number | undefined;
  /** How many cookies are kept in all. @default 3000 */
  readonly maxCookies?: number | undefined;
  /** Where the time of day comes from. @default the system's clock */
  readonly clock?: Clock | undefined;
}

/** Which cookies are meant: all to which everything given applies. */
export interface CookieFilter {
  /** Those that would be sent to this URL. */
  readonly url?: string | URL | undefined;
  /** Those of this domain, and of no other. */
  readonly domain?: string | undefined;
  /** Those of this path, and of no other. */
  readonly path?: string | undefined;
  /** Whether they end with the session. */
  readonly session?: boolean | undefined;
}

/** What of a jar is written. */
export interface CookieOutput {
  /** Whether cookies that end with the session are among it. @default true */
  readonly sessionCookies?: boolean | undefined;
}

/** How the file of a jar is written. */
export interface SaveCookiesOptions extends CookieOutput {
  /** `json` keeps all that is known; `netscape` is the cookies.txt of curl and wget. @default 'json' */
  readonly format?: 'json' | 'netscape' | undefined;
}

/** How the file of a jar is read. */
export interface LoadCookiesOptions extends CookieJarOptions {
  /** Whether no file is an empty jar, and no error. @default false */
  readonly optional?: boolean | undefined;
}

const JAR_NAMES = ['clock', 'maxCookies', 'maxPerDomain'];

/**
 * Keeps cookies, and gives them to the URLs that they are for.
 *
 * @example
 * const jar = await CookieJar.load('cookies.json', { optional: true });
 * const session = new Session({ cookies: jar });
 * await session.post('https://shop.example/login', { fields: { user: 'me', password: 'secret' } });
 * for (const { name, domain, expires } of jar) console.log(name, domain, expires);
 * await jar.save('cookies.json');
 */
export class CookieJar implements CookieStore, Iterable<Cookie> {
  readonly #limits: CookieLimits;
  readonly #clock: Clock;
  readonly #sent = new SentCookies();
  #index: CookieIndex | null = null;

  /** @throws {RequestError} `ERR_INVALID_OPTION` */
  constructor(options: CookieJarOptions = {}) {
    checkNames('the cookie jar', options, JAR_NAMES);
    const { maxPerDomain = COOKIE_LIMITS.perDomain, maxCookies = COOKIE_LIMITS.total, clock = systemClock } = options;
    checkWhole('maxPerDomain', maxPerDomain, 1);
    checkWhole('maxCookies', maxCookies, 1);
    this.#limits = { perDomain: maxPerDomain, total: maxCookies };
    this.#clock = clock;
  }

  /**
   * A jar of what `toJSON()` gave, as a value or as text; of tough-cookie's JSON; or of the text of a cookies.txt.
   *
   * @throws {RequestError} `ERR_INVALID_COOKIE` for what holds no cookies.
   */
  static from(saved: SavedCookies | object | string, options: CookieJarOptions = {}): CookieJar {
    const jar = new CookieJar(options);
    const found = jar.#read(saved);
    if (typeof found === 'string') throw invalidCookie(`Cannot read the cookies: ${found}`);
    jar.#putAll(found);
    return jar;
  }

  /**
   * A jar of a file that `save()` wrote, or of a cookies.txt.
   *
   * @throws {CookieFileError} `ERR_COOKIE_FILE` for a file that cannot be read, or holds no cookies.
   */
  static async load(path: string, { optional, ...options }: LoadCookiesOptions = {}): Promise<CookieJar> {
    checkFlag('optional', optional);
    const jar = new CookieJar(options);
    const bytes = await readCookieFile(path);
    if (bytes === null) {
      if (optional === true) return jar;
      throw new CookieFileError('load cookies from', path, 'there is no such file; option: optional');
    }
    // A value is octets (RFC 6265bis §5.6), and JSON is text.
    const isText = !/^[\s\xef\xbb\xbf]*\{/.test(bytes.toString('latin1', 0, 64));
    const found = jar.#read(bytes.toString(isText ? 'latin1' : 'utf8').replace(/^(?:\ufeff|\xef\xbb\xbf)/, ''));
    if (typeof found === 'string') throw new CookieFileError('load cookies from', path, found);
    jar.#putAll(found);
    return jar;
  }

  /** How many cookies it has. */
  get size(): number {
    return this.#all().length;
  }

  /** All of them, the oldest first, as they are at this moment. */
  [Symbol.iterator](): ArrayIterator<Cookie> {
    return this.#all().values();
  }

  /**
   * Sets a cookie of the program's own.
   *
   * @example
   * jar.set('theme', 'dark', { url: 'https://shop.example/' });
   * jar.set('id', '1', { domain: 'shop.example', path: '/cart', secure: true, expires: new Date('2030-01-01') });
   *
   * @throws {RequestError} `ERR_INVALID_COOKIE` for one that cannot be stored, `ERR_INVALID_OPTION`
   */
  set(name: string, value: string, attributes: CookieAttributes): void {
    if (typeof name !== 'string') throw invalidOption('the name of a cookie', name, 'give a text');
    if (typeof value !== 'string') throw invalidSecret('the value of a cookie', value, 'give a text');
    checkAttributes(attributes);
    const url = attributes.url === undefined ? null : partsOf(attributes.url);
    const now = this.#clock.wallNow();
    const cookie = cookieOf(name, value, attributes, url, cookieRules(), now);
    if (typeof cookie === 'string') throw invalidCookie(`Cannot set the cookie ${JSON.stringify(name)}: ${cookie}`);
    this.#open().put(cookie, now);
  }

  /**
   * Takes in the text of a Set-Cookie field, as if this URL had answered with it.
   *
   * @throws {RequestError} `ERR_INVALID_COOKIE` for one that a server could not set either, and says why.
   */
  setCookie(text: string, url: string | URL): void {
    if (typeof text !== 'string') throw invalidOption('a Set-Cookie field', text, 'give a text');
    const fault = this.#take(text, partsOf(url));
    if (fault === null) return;
    const name = /^[^=;]{0,60}(?==)/.exec(text)?.[0].trim() ?? '';
    throw invalidCookie(`Cannot set the cookie ${JSON.stringify(name)} for ${redactUrl(String(url))}: ${fault}`);
  }

  /** The cookie of this name, the youngest where there are several; null where there is none. */
  get(name: string, where: CookieFilter | string | URL = {}): Cookie | null {
    const found = this.#found(where).filter((cookie) => cookie.name === name);
    return found.reduce<Cookie | null>((a, b) => (a === null || b.creation >= a.creation ? b : a), null);
  }

  /** The cookies that are for a URL, in the order in which they are sent. */
  getCookies(url: string | URL): Cookie[] {
    const place = partsOf(url);
    return this.#index?.matching(place, this.#clock.wallNow()) ?? [];
  }

  /** Removes the cookies of this name, and tells how many there were. */
  delete(name: string, where: CookieFilter | string | URL = {}): number {
    return this.#remove(this.#found(where).filter((cookie) => cookie.name === name));
  }

  /**
   * Removes all cookies, or those that are meant (a text is a URL), and tells how many there were.
   *
   * @example
   * jar.clear({ session: true });
   */
  clear(where: CookieFilter | string | URL = {}): number {
    return this.#remove(this.#found(where));
  }

  /** All cookies as plain JSON, which `CookieJar.from()` reads. They are secrets. */
  toJSON(options?: CookieOutput | string): SavedCookies {
    // JSON.stringify() gives the name of the property.
    return toSaved(this.#output(typeof options === 'object' ? options : {}));
  }

  /**
   * All cookies as the text of a cookies.txt, which has no place for SameSite and for the time of creation.
   *
   * @throws {RequestError} `ERR_INVALID_COOKIE` for a cookie with a tab in it.
   */
  toCookiesTxt(options: CookieOutput = {}): string {
    const written = toCookiesTxt(this.#output(options));
    if (typeof written === 'string') throw invalidCookie(`Cannot write the cookies: ${written}`);
    return written.text;
  }

  /**
   * Writes all cookies to a file that only its owner can read, in place of what was there: whoever reads it meanwhile sees
   * the old file or the new one.
   *
   * @throws {CookieFileError} `ERR_COOKIE_FILE`
   */
  async save(path: string, { format = 'json', ...output }: SaveCookiesOptions = {}): Promise<void> {
    if (format === 'json') {
      await writeCookieFile(path, Buffer.from(`${JSON.stringify(this.toJSON(output), null, 1)}\n`, 'utf8'));
    } else if (format === 'netscape') {
      await writeCookieFile(path, Buffer.from(this.toCookiesTxt(output), 'latin1'));
    } else {
      throw invalidOption('format', format, "give 'json' or 'netscape'");
    }
  }

  /** What is sent to a URL, as the Cookie field has it; empty for none. */
  header(url: string): string {
    const index = this.#index;
    if (index === null || index.size === 0) return '';
    const now = this.#clock.wallNow();
    const place = index.hasPaths ? url : originPart(url);
    const known = this.#sent.find(place, index.version, now);
    if (known !== null) return known;
    const cookies = index.matching(cookieUrl(url), now);
    // The URL itself where its beginning is not its origin, as in "http:///host/path".
    return this.#sent.note(new URL(url).origin === place ? place : url, index.version, cookies);
  }

  /** Takes in Set-Cookie fields; those that cannot be used are passed over. */
  receive(url: string, setCookies: readonly string[]): void {
    const place = cookieUrl(url);
    for (const text of setCookies) this.#take(text, place);
  }

  /** Stores what a field says; if that cannot be, tells why. */
  #take(text: string, url: CookieUrl): string | null {
    const rules = cookieRules();
    const parsed = parseSetCookie(text, rules.parseDate);
    if (typeof parsed === 'string') return parsed;
    const now = this.#clock.wallNow();
    const cookie = admit(parsed, url, rules, now);
    if (typeof cookie === 'string') return cookie;
    const index = this.#open();
    if (!url.isTrusted && index.hidesSecure(cookie)) return 'it would hide a Secure one, and the URL is not https';
    index.put(cookie, now);
    return null;
  }

  #open(): CookieIndex {
    this.#index ??= new CookieIndex(cookieRules(), this.#limits);
    return this.#index;
  }

  #all(): Cookie[] {
    return this.#index?.all(this.#clock.wallNow()) ?? [];
  }

  #found(filter: CookieFilter | string | URL): Cookie[] {
    const where = typeof filter === 'string' || filter instanceof URL ? { url: filter } : filter;
    checkNames('a search for cookies', where, ['domain', 'path', 'session', 'url']);
    const { url, domain, path, session }: CookieFilter = where;
    if (domain !== undefined && typeof domain !== 'string') throw invalidOption('domain', domain, 'give a text');
    checkFlag('session', session);
    const host = domain === undefined ? null : hostOf(domain);
    const isMeant = (cookie: Cookie): boolean =>
      (domain === undefined || cookie.domain === host) &&
      (path === undefined || cookie.path === path) &&
      (session === undefined || (cookie.expires === null) === session);
    return (url === undefined ? this.#all() : this.getCookies(url)).filter(isMeant);
  }

  #remove(cookies: readonly Cookie[]): number {
    for (const cookie of cookies) this.#index?.remove(cookie);
    return cookies.length;
  }

  #output(options: CookieOutput): Cookie[] {
    checkNames('the output of cookies', options, ['sessionCookies']);
    checkFlag('sessionCookies', options.sessionCookies);
    const { sessionCookies = true } = options;
    return this.#all().filter(({ expires }) => sessionCookies || expires !== null);
  }

  #read(saved: unknown): Cookie[] | string {
    const now = this.#clock.wallNow();
    if (typeof saved !== 'string') return fromSaved(saved, now);
    if (!/^\s*\{/.test(saved)) return fromCookiesTxt(saved, now);
    try {
      return fromSaved(JSON.parse(saved), now);
    } catch {
      return 'it is no JSON';
    }
  }

  #putAll(cookies: readonly Cookie[]): void {
    const now = this.#clock.wallNow();
    for (const cookie of cookies) this.#open().put(cookie, now);
  }
}

/** A URL of the program's, checked as that of a request is. */
function partsOf(url: string | URL): CookieUrl {
  parseUrl(url);
  return cookieUrl(url);
}

function invalidCookie(text: string): RequestError {
  return new RequestError(text, { code: 'ERR_INVALID_COOKIE', phase: 'request' });
}
