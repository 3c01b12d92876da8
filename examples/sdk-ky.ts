// ky over http.fetch: its `fetch` option. Its retries, hooks and errors are its own, connections are the manager's.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import ky, { HTTPError, TimeoutError } from 'ky';
import { PoolManager } from 'urlpool';

let attempts = 0;
const server = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request) body += piece;
  if (request.url === '/flaky' && ++attempts < 3) response.statusCode = 503;
  if (request.url === '/missing') response.statusCode = 404;
  if (request.url === '/slow') return;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ url: request.url, length: request.headers['content-length'], body }));
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;

const http = new PoolManager({ retries: 0 });
const retry = { limit: 2, delay: () => 1 };
const client = ky.create({ prefix: `http://127.0.0.1:${port}`, fetch: http.fetch, retry });

console.log(await client.get('users', { searchParams: { page: 2 } }).json());
console.log(await client.post('users', { json: { name: 'Ada' } }).json());
console.log(await client.get('flaky').json(), `after ${attempts} attempts`);

const progress: number[] = [];
await client.get('users', { onDownloadProgress: ({ percent }) => void progress.push(percent) }).text();
console.log(progress.at(-1));

for (const request of [() => client.get('missing'), () => client.get('slow', { timeout: 50 })]) {
  try {
    await request();
  } catch (error) {
    if (error instanceof HTTPError) console.log(error.response.status, error.name);
    if (error instanceof TimeoutError) console.log(error.name);
  }
}

await http.close();
server.closeAllConnections();
server.close();
