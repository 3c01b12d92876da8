// As with a pool of threads: many URLs at once. All are asked for at once; the pool decides how many are under way, and
// the rest wait their turn.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PoolManager } from 'urlpool';

const server = createServer((request, response) => {
  response.end(`page ${request.url}`);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;
const urls = Array.from({ length: 100 }, (_, i) => `http://127.0.0.1:${port}/${i}`);

const http = new PoolManager({ maxSize: 5 });

const responses = await Promise.all(urls.map((url) => http.request('GET', url)));
console.log(responses.length, 'responses, from', responses[0]?.text(), 'to', responses.at(-1)?.text());

const { numConnections, numRequests, reused } = http.snapshot();
console.log(numConnections, 'connections,', numRequests, 'requests,', reused, 'of them over a kept connection');

await http.close();
server.close();
