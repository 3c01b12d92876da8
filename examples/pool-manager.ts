// As urllib3's PoolManager(num_pools=5, maxsize=10, retries=Retry(3, redirect=2)): a pool for each origin, two redirects
// followed and no more, and clear().

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MaxRetryError, PoolManager, Retry } from 'urlpool';

// Answers /0, and redirects /3 to /2, /2 to /1 and /1 to /0.
const server = createServer((request, response) => {
  const left = Number(request.url?.slice(1));
  if (left > 0) response.writeHead(302, { Location: `/${left - 1}` });
  response.end('here');
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;
const origin = `http://127.0.0.1:${port}`;

const http = new PoolManager({ numPools: 5, maxSize: 10, retries: new Retry(3, { redirect: 2 }) });

const response = await http.request('GET', `${origin}/2`);
console.log(response.status, response.text(), 'after', response.history.length, 'redirects');
try {
  await http.request('GET', `${origin}/3`);
} catch (error) {
  if (!(error instanceof MaxRetryError)) throw error;
  console.log(error.code, 'after', error.attempt, 'attempts');
}

const { numConnections, numRequests, open } = http.snapshot();
console.log(numConnections, 'connection,', numRequests, 'requests,', open, 'open');
await http.clear();
console.log(http.snapshot().open, 'open after clear()');
console.log((await http.request('GET', `${origin}/0`)).status, 'afterwards');

await http.close();
server.close();
