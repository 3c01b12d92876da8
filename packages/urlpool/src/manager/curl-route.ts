import { checkFlag } from '../errors/option-values.ts';
import type { Origin } from '../message/origin.ts';
import { REDACTED } from '../message/shown-fields.ts';
import { parseProxy, proxyText } from '../route/proxy-server.ts';
import { socketSettings } from '../transport/socket-options.ts';
import type { RouteOptions } from './route-options.ts';
import { checkOneWay, socketPathFor } from './socket-route.ts';

/** What of a route a command can say: no functions, and no certificates, which curl reads from files. */
export interface CurlRoute extends Pick<RouteOptions, 'rejectUnauthorized' | 'socketPath'> {
  /** The URL of a proxy; null for none, whatever the environment of curl says. */
  readonly proxy?: string | URL | null | undefined;
}

/** Their names. */
export const CURL_ROUTE_NAMES: readonly (keyof CurlRoute)[] = ['proxy', 'rejectUnauthorized', 'socketPath'];

/**
 * The words by which curl takes the same way to an origin, not quoted.
 *
 * @param credentials Whether those of the proxy are shown.
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function curlRoute(route: CurlRoute, origin: Origin, credentials: boolean): string[] {
  const { proxy, rejectUnauthorized, socketPath = null } = route;
  checkFlag('rejectUnauthorized', rejectUnauthorized);
  socketSettings({ socketPath });
  checkOneWay(route);
  const socket = socketPathFor(origin, socketPath);
  return [
    ...(socket === null ? [] : ['--unix-socket', socket]),
    ...(proxy === null ? ['--noproxy', '*'] : []),
    ...(proxy === null || proxy === undefined ? [] : throughProxy(proxy, credentials)),
    ...(rejectUnauthorized === false ? ['--insecure'] : []),
  ];
}

function throughProxy(proxy: string | URL, credentials: boolean): string[] {
  const server = parseProxy(proxy);
  const { userinfo } = server;
  const user = userinfo === null ? [] : ['--proxy-user', credentials ? userinfo : `${REDACTED}:${REDACTED}`];
  return ['--proxy', proxyText(server), ...user];
}
