// What a pool of one origin takes for a request target, and what it sends of it (RFC 9112 §3.2): a path with an optional
// query, "*" for OPTIONS, or an absolute URL at its own origin, of which the path and query are sent. What begins with "//"
// is a path, never an authority. The userinfo of a URL never becomes part of a target.

import { invalidTarget, type Origin, originText, parseUrl, requestTarget } from './origin.ts';

/** A target, and the credentials that were given with it. */
export interface PoolTarget {
  readonly target: string;
  /** `user:password`, decoded; null if there is none. */
  readonly userinfo: string | null;
}

/**
 * What to send of a target that was given to a pool.
 *
 * @throws {RequestError} `ERR_INVALID_TARGET`, or `ERR_INVALID_URL` for a URL that is none.
 */
export function poolTarget(origin: Origin, method: string, target: string): PoolTarget {
  if (target === '*' && method !== 'OPTIONS') throw invalidTarget(target, 'it goes with OPTIONS alone');
  if (typeof target !== 'string' || !/^https?:/i.test(target)) return { target: requestTarget(target), userinfo: null };
  const parsed = parseUrl(target);
  if (originText(parsed.origin) !== originText(origin)) {
    throw invalidTarget(target, `it is not at ${originText(origin)}; give a path, or use a PoolManager`);
  }
  return parsed;
}
