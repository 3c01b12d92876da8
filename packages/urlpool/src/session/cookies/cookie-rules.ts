// The rules of domains, paths and dates, and the list of public suffixes: tough-cookie's, which is loaded when the first
// cookie comes. Nothing else imports it.

import { codeOf } from '../../response/code-of.ts';

/** What is used of tough-cookie. */
export type CookieRules = Pick<
  typeof import('tough-cookie'),
  'defaultPath' | 'domainMatch' | 'getPublicSuffix' | 'parseDate' | 'pathMatch'
>;

let rules: CookieRules | null = null;

/** The rules, loaded when they are first asked for. */
export function cookieRules(): CookieRules {
  rules ??= load();
  return rules;
}

/** A Set-Cookie must have been stored before the next request goes, so this cannot be an `import()`. */
function load(): CookieRules {
  const { createRequire } = process.getBuiltinModule('node:module');
  try {
    return createRequire(import.meta.url)('tough-cookie') as typeof import('tough-cookie');
  } catch (error) {
    if (codeOf(error) !== 'MODULE_NOT_FOUND') throw error;
    const text =
      'Cannot find tough-cookie, which keeps cookies: install urlpool with its dependencies, and keep both out of';
    throw new Error(`${text} a bundle (external), or give the session cookies: false`, { cause: error });
  }
}
