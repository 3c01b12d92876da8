import { invalidOption } from '../../errors/invalid-option.ts';
import { CookieJar } from './cookie-jar.ts';
import type { CookieStore } from './cookie-store.ts';
import { isToughJar, type ToughCookieJar, ToughStore } from './tough-jar.ts';

/** Where a session keeps cookies: true for a jar of its own, false for nowhere. */
export type CookiesOption = CookieJar | CookieStore | ToughCookieJar | boolean;

/**
 * The store that the `cookies` option of a session stands for; null for none.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function cookiesFrom(option: CookiesOption | undefined): CookieStore | null {
  if (option === undefined || option === true) return new CookieJar();
  if (option === false) return null;
  if (typeof option === 'object' && option !== null) {
    if ('header' in option && typeof option.header === 'function' && typeof option.receive === 'function')
      return option;
    if (isToughJar(option)) return new ToughStore(option);
  }
  throw invalidOption('cookies', option, 'give a CookieJar, true or false');
}
