import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { parseUrl } from '../message/origin.ts';
import { ownOptions } from '../util/own-options.ts';
import { HTTPConnectionPool } from './http-connection-pool.ts';
import { HTTPSConnectionPool } from './https-connection-pool.ts';
import { POOL_OPTION_NAMES, type PoolOptions } from './pool-options.ts';
import { checkConnectable, socketPathFor } from './socket-route.ts';

/**
 * The pool for the origin of a URL: urllib3's `connection_from_url`. What follows the origin does not count. Of a URL that
 * names a socket it is the pool of `localhost` with that `socketPath`.
 *
 * @example
 * const pool = connectionFromUrl('https://example.org/', { maxSize: 1 });
 * await pool.request('GET', '/index.html');
 *
 * @throws {RequestError} for a URL or an option that cannot be used.
 */
export function connectionFromUrl(url: string | URL, options: PoolOptions = {}): HTTPConnectionPool {
  const { origin } = parseUrl(url);
  checkNames('the pool', options, POOL_OPTION_NAMES);
  // From here on the socket would count as the program's own choice, which no guard judges.
  const { socketPath = null, guard = null, connector } = ownOptions(options);
  checkConnectable(origin, connector !== undefined);
  const path = socketPathFor(origin, socketPath);
  if (path !== socketPath && guard !== null) {
    throw invalidOption(
      'socketPath',
      socketPath,
      'a guard is given, and the URL names a socket; give it here if it is meant',
    );
  }
  const Pool = origin.scheme === 'https' ? HTTPSConnectionPool : HTTPConnectionPool;
  return new Pool(origin.host, { ...options, port: origin.port, ...(path === null ? {} : { socketPath: path }) });
}
