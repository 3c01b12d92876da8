// The cookies of a session (RFC 6265bis), kept by tough-cookie, which is loaded when the first cookie comes.

import { createRequire } from 'node:module';
import type { CookieJar as ToughJar } from 'tough-cookie';
import type { CookieStore } from './cookie-store.ts';

export class CookieJar implements CookieStore {
  #jar: ToughJar | null = null;

  header(url: string): string {
    return this.#jar?.getCookieStringSync(url) ?? '';
  }

  receive(url: string, setCookies: readonly string[]): void {
    this.#jar ??= new (createRequire(import.meta.url)('tough-cookie') as typeof import('tough-cookie')).CookieJar();
    for (const text of setCookies) this.#jar.setCookieSync(text, url, { ignoreError: true });
  }
}
