// What a single request may say about how its origin is reached. Whatever differs in it is another pool: a connection
// that was opened with one certificate authority must never carry the request of another. Values are compared by what
// they hold, so that an inline `{ ca }` does not make a pool for every request; a function is compared by identity.

import type { RequestOptions } from '../call/request-options.ts';
import { checkLookup, type LookupOptions } from '../transport/name-lookup.ts';
import { SOCKET_OPTION_NAMES, type SocketOptions, socketSettings } from '../transport/socket-options.ts';
import { CLIENT_CERTIFICATE_NAMES } from '../transport/tls-client-certificate.ts';
import { TLS_OPTION_NAMES, type TLSOptions } from '../transport/tls-options.ts';
import { ownOptions } from '../util/own-options.ts';
import { contentKey } from './content-key.ts';
import type { ProxyOption } from './proxy-chooser.ts';
import { checkOneWay } from './socket-route.ts';

/** How an origin is reached. */
export interface RouteOptions extends TLSOptions, LookupOptions, SocketOptions {
  /** What this request goes through, in place of the manager's proxy; null for nothing. */
  readonly proxy?: ProxyOption | undefined;
}

/** Their names. */
export const ROUTE_OPTION_NAMES: readonly (keyof RouteOptions)[] = [
  ...SOCKET_OPTION_NAMES,
  ...TLS_OPTION_NAMES,
  'dnsCache',
  'guard',
  'lookup',
  'proxy',
  'resolve',
  'resolver',
];

/** Those of a request's options that are about the route; null for none. */
export function routeOptionsOf(options: object): RouteOptions | null {
  const found = ROUTE_OPTION_NAMES.filter(
    (name) => Object.hasOwn(options, name) && (options as RouteOptions)[name] !== undefined,
  );
  if (found.length === 0) return null;
  const route = ownOptions(Object.fromEntries(found.map((name) => [name, (options as RouteOptions)[name]])));
  checkLookup(route);
  socketSettings(route);
  checkOneWay(route);
  return route;
}

/** The options of a request that are not about the route. */
export function withoutRoute(options: RequestOptions & RouteOptions): RequestOptions {
  const names: readonly string[] = ROUTE_OPTION_NAMES;
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));
}

/** The options of a manager with those of a request over them: a client certificate is replaced as one, passphrase and all. */
export function withRoute<Options extends RouteOptions>(options: Options, route: RouteOptions): Options {
  const isOtherClient = CLIENT_CERTIFICATE_NAMES.some((name) => route[name] !== undefined);
  return ownOptions({ ...(isOtherClient ? withoutClientCertificate(options) : options), ...route });
}

function withoutClientCertificate<Options extends RouteOptions>(options: Options): Options {
  const { cert: _cert, key: _key, pfx: _pfx, passphrase: _passphrase, ...rest } = options;
  return rest as Options;
}

/**
 * What of it holds for another origin, that a redirect leads to: no name, no client certificate and no socket of the first.
 *
 * @param usualSocket The socket that every request goes over that says nothing of it; null for the network.
 */
export function routeElsewhere(route: RouteOptions | null, usualSocket: string | null): RouteOptions | null {
  if (route === null) return usualSocket === null ? null : { socketPath: null };
  const { servername: _servername, socketPath: _socketPath, ...others } = route;
  const rest = withoutClientCertificate(others);
  return routeOptionsOf(usualSocket === null ? rest : { ...rest, socketPath: null });
}

/** What of it is not about the socket; null for nothing. */
export function withoutSocket({ socketPath: _socketPath, ...rest }: RouteOptions): RouteOptions | null {
  return routeOptionsOf(rest);
}

const REMEMBERED_ROUTES = 8;

/** Text that is the same for routes that hold the same: a program gives the same ones again and again, and hashing takes time. */
export class RouteKeys {
  readonly #known: { readonly route: RouteOptions; readonly key: string }[] = [];

  keyOf(route: RouteOptions): string {
    const known = this.#known.find((one) => ROUTE_OPTION_NAMES.every((name) => isSame(one.route[name], route[name])));
    if (known !== undefined) return known.key;
    const key = contentKey(route);
    this.#known.unshift({ route, key });
    this.#known.length = Math.min(this.#known.length, REMEMBERED_ROUTES);
    return key;
  }
}

/** What can be changed in place is not the same for being identical. */
function isSame(one: unknown, other: unknown): boolean {
  return one === other && (typeof one !== 'object' || one === null);
}
