import type { Origin } from '../message/origin.ts';
import { HTTPConnectionPool } from './http-connection-pool.ts';

/**
 * A pool of kept connections to one host over https. Certificates are checked against the runtime's authorities, or
 * against `ca`.
 *
 * @example
 * const pool = new HTTPSConnectionPool('example.org', { ca: await readFile('ca.pem') });
 */
export class HTTPSConnectionPool extends HTTPConnectionPool {
  override get scheme(): Origin['scheme'] {
    return 'https';
  }
}
