import http from 'node:http';
import https from 'node:https';
import { type Client, type Endpoint, unexpectedStatus } from './client.ts';

/** Node's own client with a keep-alive agent. */
export function open(endpoint: Endpoint): Client {
  const { scheme, host, port, path, connections, ca } = endpoint;
  const get = scheme === 'https' ? https.get : http.get;
  const agent =
    scheme === 'https'
      ? new https.Agent({ keepAlive: true, maxSockets: connections, ca })
      : new http.Agent({ keepAlive: true, maxSockets: connections });
  const options = { agent, host, port, path };
  return {
    request: () =>
      new Promise((resolve, reject) => {
        const request = get(options, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            if (response.statusCode === 200) resolve(Buffer.concat(chunks).byteLength);
            else reject(unexpectedStatus(response.statusCode, endpoint));
          });
          response.on('error', reject);
        });
        request.on('error', reject);
      }),
    async close() {
      agent.destroy();
    },
  };
}
