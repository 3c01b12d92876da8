import { HTTPConnectionPool, type HTTPConnectionPoolOptions } from './http-connection-pool.ts';

/**
 * A pool of kept connections to one host over https. Certificates are checked against the runtime's authorities, or
 * against `ca`.
 *
 * @example
 * const pool = new HTTPSConnectionPool('example.org', { ca: await readFile('ca.pem') });
 */
export class HTTPSConnectionPool extends HTTPConnectionPool {
  constructor(host: string, options: HTTPConnectionPoolOptions = {}) {
    super(host, options, 'https');
  }
}
