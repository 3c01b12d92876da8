// Names that promise how a cookie was set (RFC 6265bis §5.4, §5.7). Case does not matter: a server that ignores it must not
// be deceived.

import type { Cookie } from './cookie.ts';

/**
 * Why a cookie may not have its name; null where it may.
 *
 * @param hasPath Whether the path was given, and is not that of the request.
 */
export function prefixFault(
  { name, value, secure, hostOnly, path }: Pick<Cookie, 'name' | 'value' | 'secure' | 'hostOnly' | 'path'>,
  hasPath: boolean,
): string | null {
  // Without a name it would be sent as what it pretends to be.
  if (name === '')
    return /^__(?:secure|host)-/i.test(value) ? 'it has no name, and its value begins as a prefix' : null;
  if (/^__secure-/i.test(name) && !secure) return 'a name with __Secure- is for a cookie with Secure';
  if (/^__host-/i.test(name) && !(secure && hostOnly && hasPath && path === '/')) {
    return 'a name with __Host- is for a cookie with Secure and Path=/, without Domain';
  }
  return null;
}
