import { HTTPConnectionPool, HTTPSConnectionPool } from 'urlpool';
import type { Client, Endpoint } from './client.ts';
import { lengthOf, pieces } from './pieces.ts';
import { isStored, unexpectedStatus } from './target.ts';
import { tlsOptions } from './tls-options.ts';

/** `HTTPConnectionPool.request()`: the same engine without a look-up of the origin. */
export function open(endpoint: Endpoint): Client {
  const { host, port, connections } = endpoint;
  const options = { port, maxSize: connections, ...tlsOptions(endpoint) };
  const pool =
    endpoint.scheme === 'https' ? new HTTPSConnectionPool(host, options) : new HTTPConnectionPool(host, options);
  return {
    get: (target) => {
      const { path } = target;
      return async () => {
        const response = await pool.request('GET', path);
        if (response.status !== 200) throw unexpectedStatus(response.status, target);
        return response.data.byteLength;
      };
    },
    stream: (target) => async () => {
      const response = await pool.stream('GET', target.path);
      if (response.status !== 200) throw unexpectedStatus(response.status, target);
      return lengthOf(response);
    },
    upload: (target) => async () => {
      const { status } = await pool.request('PUT', target.path, { body: pieces(target.bytes) });
      if (!isStored(status)) throw unexpectedStatus(status, target);
      return target.bytes;
    },
    close: () => pool.close(),
  };
}
