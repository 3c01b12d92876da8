// A jar of the program's own, by tough-cookie: of any version, of another copy of it, over any store.

import type { CookieStore } from './cookie-store.ts';

/** What is used of a CookieJar of tough-cookie. */
export interface ToughCookieJar {
  getCookieString(url: string): Promise<string>;
  setCookie(text: string, url: string, options: { readonly ignoreError: boolean }): Promise<unknown>;
}

export function isToughJar(value: object): value is ToughCookieJar {
  return (
    'getCookieString' in value &&
    typeof value.getCookieString === 'function' &&
    'setCookie' in value &&
    typeof value.setCookie === 'function'
  );
}

/** The store of a session over such a jar. What its own store fails with, calls fail with. */
export class ToughStore implements CookieStore {
  readonly #jar: ToughCookieJar;

  constructor(jar: ToughCookieJar) {
    this.#jar = jar;
  }

  async header(url: string): Promise<string> {
    return (await this.#jar.getCookieString(url)) ?? '';
  }

  /** In order: of two cookies of one name the second stays. */
  async receive(url: string, setCookies: readonly string[]): Promise<void> {
    for (const text of setCookies) await this.#jar.setCookie(text, url, { ignoreError: true });
  }
}
