// axios over http.fetch: its own adapter for fetch takes one to use. Instances, interceptors, errors and timeouts are axios's,
// connections are the manager's.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import { PoolManager } from 'urlpool';

const server = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request) body += piece;
  if (request.url === '/missing') response.statusCode = 404;
  if (request.url === '/slow') return;
  response.setHeader('Content-Type', 'application/json');
  response.end(
    JSON.stringify({ method: request.method, url: request.url, type: request.headers['content-type'], body }),
  );
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;

const http = new PoolManager();
const client = axios.create({
  baseURL: `http://127.0.0.1:${port}`,
  adapter: 'fetch',
  env: { fetch: http.fetch },
});

console.log((await client.get('/users', { params: { page: 2 } })).data);
console.log((await client.post('/users', { name: 'Ada' })).data);
console.log((await client.post('/form', new URLSearchParams({ a: '1' }))).data.body);

for (const request of [
  () => client.get('/missing'),
  () => client.get('/slow', { timeout: 50 }),
  () => client.get('/slow', { signal: AbortSignal.timeout(50) }),
]) {
  try {
    await request();
  } catch (error) {
    if (axios.isAxiosError(error)) console.log(error.code, error.response?.status ?? '', error.message);
  }
}

await http.close();
server.closeAllConnections();
server.close();
