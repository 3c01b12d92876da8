// As urllib3's HTTPConnectionPool('host', maxsize=1): two requests to one host, over one connection.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HTTPConnectionPool } from 'urlpool';

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://host');
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`Results for ${searchParams.get('q')} ${searchParams.get('v')}\n`);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;

const pool = new HTTPConnectionPool('127.0.0.1', { port, maxSize: 1 });

for (const fields of [
  { q: 'python', v: '1.0' },
  { q: 'typescript', v: '7.0' },
]) {
  const response = await pool.request('GET', '/search', { fields });
  console.log(response.status, response.headers.get('content-type'), response.data.length);
}
console.log('connections', pool.numConnections);
console.log('requests', pool.numRequests);

await pool.close();
server.close();
