// As aiohttp's gather(). With http.many() any number of URLs, of which a bounded number is under way and no failure ends
// the rest: gather(return_exceptions=True). With Promise.all() a list that is begun at once, and fails as a whole.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PoolManager } from 'urlpool';

const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ page: Number(request.url?.slice(1)) }));
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;

/** Without end, and made only as they are needed. */
function* urls() {
  for (let page = 0; ; page++) yield page === 2 ? 'this is no URL' : `http://127.0.0.1:${port}/${page}`;
}

const http = new PoolManager();

for await (const { index, response, error } of http.many(urls(), { concurrency: 10, order: 'source' })) {
  if (response !== null) console.log(index, response.status, response.json());
  else console.log(index, error instanceof Error ? error.message : error);
  if (index === 4) break; // what is still under way is aborted
}

const pages = await Promise.all([5, 6, 7].map((page) => http.request('GET', `http://127.0.0.1:${port}/${page}`)));
console.log(pages.map((response) => response.json<{ page: number }>().page));

await http.close();
server.close();
