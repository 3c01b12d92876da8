// The cookies of one call: those of the session, and those that the call was given. It waits for a store that takes its
// time, so that the next hop has what the last one set.

import { originPart } from '../../message/origin.ts';
import { CookieJar } from './cookie-jar.ts';
import type { CookieStore } from './cookie-store.ts';
import {
  type RequestCookies,
  type RequestCookiesOption,
  requestCookies,
  withRequestCookies,
} from './request-cookies.ts';

/** What the hops of a call see: it takes cookies in at once, or sees to it by itself that they come in. */
export type CallStore = CookieJar | CallCookies;

/**
 * What a call keeps its cookies in; null for nothing.
 *
 * @param option The call's `cookies`.
 * @param originOfCall Where they go, and nowhere else.
 * @throws {RequestError} `ERR_INVALID_COOKIE`, `ERR_INVALID_OPTION`
 */
export function callCookies(
  store: CookieStore | null,
  option: RequestCookiesOption | null | undefined,
  originOfCall: () => string,
): CallStore | null {
  if (option === null) return null;
  const own = requestCookies(option);
  if (own === null && (store === null || store instanceof CookieJar)) return store;
  return new CallCookies(store, own, own === null ? '' : originOfCall());
}

export class CallCookies implements CookieStore {
  readonly #store: CookieStore | null;
  readonly #own: RequestCookies | null;
  readonly #origin: string;
  /** The end of what is being stored; null for nothing. */
  #storing: Promise<void> | null = null;

  constructor(store: CookieStore | null, own: RequestCookies | null, origin: string) {
    this.#store = store;
    this.#own = own;
    this.#origin = origin;
  }

  header(url: string): string | Promise<string> {
    const kept = this.#storing === null ? this.#kept(url) : this.#storing.then(() => this.#kept(url));
    return typeof kept === 'object' ? this.#later(url, kept) : this.#withOwn(url, kept);
  }

  receive(url: string, setCookies: readonly string[]): void {
    const before = this.#storing;
    const stored = before === null ? this.#receive(url, setCookies) : before.then(() => this.#receive(url, setCookies));
    if (stored === undefined) return;
    this.#storing = Promise.resolve(stored);
    // Whoever waits for it is told.
    this.#storing.catch(() => {});
  }

  /** Settles when all that came is stored. Rejects with what the store failed with. */
  async stored(): Promise<void> {
    await this.#storing;
  }

  /** A store of the program's own may give nothing where there is nothing. */
  #kept(url: string): string | Promise<string> {
    return this.#store?.header(url) ?? '';
  }

  async #later(url: string, kept: Promise<string>): Promise<string> {
    return this.#withOwn(url, (await kept) ?? '');
  }

  #receive(url: string, setCookies: readonly string[]): void | Promise<void> {
    return this.#store?.receive(url, setCookies);
  }

  #withOwn(url: string, text: string): string {
    return this.#own === null || originPart(url) !== this.#origin ? text : withRequestCookies(text, this.#own);
  }
}
