import { HTTPConnectionPool, HTTPSConnectionPool } from 'urlpool';
import { type Client, type Endpoint, unexpectedStatus } from './client.ts';

/** The built package, as a user gets it: `urlpool` resolves to packages/urlpool/dist by the workspace's link. */
export function open(endpoint: Endpoint): Client {
  const { host, port, path, connections, ca } = endpoint;
  const pool =
    endpoint.scheme === 'https'
      ? new HTTPSConnectionPool(host, { port, maxSize: connections, ...(ca === undefined ? {} : { ca }) })
      : new HTTPConnectionPool(host, { port, maxSize: connections });
  return {
    async request() {
      const response = await pool.request('GET', path);
      if (response.status !== 200) throw unexpectedStatus(response.status, endpoint);
      return response.data.byteLength;
    },
    close: () => pool.close(),
  };
}
