import { Pool } from 'undici';
import type { Endpoint } from './client.ts';

/** undici's pool as both of its clients use it: no pipelining and no HTTP/2, since every client here speaks HTTP/1.1; else its defaults. */
export function undiciPool({ scheme, host, port, connections, ca }: Endpoint): Pool {
  return new Pool(`${scheme}://${host}:${port}`, {
    connections,
    pipelining: 1,
    allowH2: false,
    ...(ca === undefined ? {} : { connect: { ca } }),
  });
}
