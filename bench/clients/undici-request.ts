import { type Client, type Endpoint, unexpectedStatus } from './client.ts';
import { undiciPool } from './undici-pool.ts';

/** undici's fastest everyday call. */
export function open(endpoint: Endpoint): Client {
  const pool = undiciPool(endpoint);
  return {
    async request() {
      const { statusCode, body } = await pool.request({ path: endpoint.path, method: 'GET' });
      if (statusCode !== 200) throw unexpectedStatus(statusCode, endpoint);
      return (await body.bytes()).byteLength;
    },
    close: () => pool.close(),
  };
}
