// Who may see what: a pure function of a request. A page of another site, or another user of this machine, must learn
// nothing, so a request needs the token; a name that leads to this machine for a moment (DNS rebinding) is no way in, so
// its Host must be ours; and no page but our own may ask, so an Origin must be ours as well.

import { createHash, timingSafeEqual } from 'node:crypto';
import { EVENTS_PATH, SAVED_PATH, TRACE_PATH } from './model/page-contract.ts';

/** What is served. */
export type Resource = 'page' | 'events' | 'trace' | 'saved';

export type Access =
  | { readonly is: 'granted'; readonly resource: Resource }
  /** To the page, which has a slash at its end, so that its relative paths hold the token. */
  | { readonly is: 'moved'; readonly to: string }
  | { readonly is: 'denied'; readonly status: 403 | 404 | 405 };

/** What of a request is looked at. */
export interface AccessRequest {
  readonly method: string | undefined;
  /** The request target, as it came. */
  readonly target: string | undefined;
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

const RESOURCES: ReadonlyMap<string, Resource> = new Map([
  ['', 'page'],
  [EVENTS_PATH, 'events'],
  [TRACE_PATH, 'trace'],
  [SAVED_PATH, 'saved'],
]);

export function accessOf(request: AccessRequest, token: string, port: number): Access {
  const { method, target = '', host = '', origin } = request;
  if (!['127.0.0.1', 'localhost'].some((name) => isAt(host, name, port))) return { is: 'denied', status: 403 };
  if (origin !== undefined && origin !== `http://${host}`) return { is: 'denied', status: 403 };
  const [path = ''] = target.split('?', 1);
  const slash = path.indexOf('/', 1);
  const given = path.slice(1, slash < 0 ? undefined : slash);
  if (!path.startsWith('/') || !isSame(given, token)) return { is: 'denied', status: 404 };
  if (method !== 'GET') return { is: 'denied', status: 405 };
  if (slash < 0) return { is: 'moved', to: `/${token}/` };
  // The rest is compared as it came: nothing is decoded, and no path of a file is ever made of it.
  const resource = RESOURCES.get(path.slice(slash + 1));
  return resource === undefined ? { is: 'denied', status: 404 } : { is: 'granted', resource };
}

/** Whether a Host is that name and port. Browsers leave the default port of http out (RFC 9110 §4.2.1), also of an Origin. */
function isAt(host: string, name: string, port: number): boolean {
  return host === `${name}:${port}` || (port === 80 && host === name);
}

/** Takes as long whether they begin alike or not. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
