import { invalidOption } from '../../errors/invalid-option.ts';
import { CookieJar } from './cookie-jar.ts';
import type { CookieStore } from './cookie-store.ts';

/**
 * The store that the `cookies` option of a session stands for; null for none.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function cookiesFrom(option: CookieStore | boolean | undefined): CookieStore | null {
  if (option === undefined || option === true) return new CookieJar();
  if (option === false) return null;
  if (typeof option === 'object' && option !== null && typeof option.header === 'function') return option;
  throw invalidOption('cookies', option, 'give a CookieJar, true or false');
}
