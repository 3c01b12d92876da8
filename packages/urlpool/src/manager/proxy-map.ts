// Proxies by what they are for: a scheme, a host, or everything, looked up as requests does it, the narrowest first.

import { invalidOption } from '../errors/invalid-option.ts';
import { absoluteUrl } from '../message/absolute-url.ts';
import type { Origin } from '../message/origin.ts';
import { oneProxy, type ProxyChoice, type ProxyChooser } from './proxy-options.ts';

/** What a proxy of a map is for: a scheme, or all of them, of any host or of one, at any port or at one. */
export type ProxyMapKey = 'http' | 'https' | 'all' | `${'http' | 'https' | 'all'}://${string}`;

/**
 * Proxies by what they are for, looked up in this order: `https://api.example.org:8443`, `https://api.example.org`, `https`,
 * `all://api.example.org:8443`, `all://api.example.org`, `all`. The first that is there counts; null is none.
 */
export type ProxyMap = { readonly [key in ProxyMapKey]?: ProxyChoice };

const KEY = /^(?<scheme>https?|all)(?::\/\/(?<host>[^/?#@*\\]+)\/?)?$/i;

/** Whether an object holds proxies by what they are for, and not the options of one. */
export function isProxyMap(option: object): option is ProxyMap {
  return !Object.hasOwn(option, 'url') && Object.keys(option).some((key) => /^(?:https?|all)(?::\/\/|$)/i.test(key));
}

/**
 * A chooser by a map; null where nothing in it is a proxy.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function mapChooser(map: ProxyMap): ProxyChooser {
  const choosers = new Map<string, ProxyChooser | null>();
  for (const [key, choice] of Object.entries<ProxyChoice>(map)) {
    if (choice === undefined) continue;
    choosers.set(plainKey(key), choice === null ? null : oneProxy(choice));
  }
  return (origin) => {
    const key = keysOf(origin).find((one) => choosers.has(one));
    return key === undefined ? null : (choosers.get(key)?.(origin) ?? null);
  };
}

/** A key as those of an origin are written. */
function plainKey(key: string): string {
  const { scheme, host } = KEY.exec(key)?.groups ?? {};
  const url = scheme === undefined || host === undefined ? null : absoluteUrl(`http://${host}/`);
  if (scheme === undefined || (host !== undefined && (url === null || url.hostname === ''))) {
    throw invalidOption(
      'the key of a proxy',
      key,
      "give 'http', 'https', 'all', or one of them with a host: 'https://api.example.org', 'all://10.0.0.1:8080'",
    );
  }
  if (host === undefined || url === null) return scheme.toLowerCase();
  // The parser drops the port of the scheme that it is given.
  const port = url.port === '' && /:0*80$/.test(host) ? ':80' : url.port === '' ? '' : `:${url.port}`;
  return `${scheme.toLowerCase()}://${url.hostname}${port}`;
}

/** What an origin is looked up by, the narrowest first. */
function keysOf({ scheme, host, port }: Origin): string[] {
  const name = host.includes(':') ? `[${host}]` : host;
  return [scheme, 'all'].flatMap((one) => [`${one}://${name}:${port}`, `${one}://${name}`, one]);
}
