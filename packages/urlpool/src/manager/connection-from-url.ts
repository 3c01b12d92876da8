import { checkNames } from '../errors/invalid-option.ts';
import { parseUrl } from '../message/origin.ts';
import { HTTPConnectionPool } from './http-connection-pool.ts';
import { HTTPSConnectionPool } from './https-connection-pool.ts';
import { POOL_OPTION_NAMES, type PoolOptions } from './pool-options.ts';

/**
 * The pool for the origin of a URL: urllib3's `connection_from_url`. What follows the origin does not count.
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
  const Pool = origin.scheme === 'https' ? HTTPSConnectionPool : HTTPConnectionPool;
  return new Pool(origin.host, { ...options, port: origin.port });
}
