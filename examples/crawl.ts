// A crawler: pages lead to more pages, which are put behind the list that many() goes through. No origin is asked by more
// than `perOrigin` requests at once, nor more often than its `rateLimit`, and a slow one holds up no other.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { PoolManager } from 'urlpool';

/** A site of 20 pages: each links to two that follow it, to a page that is not there, and to the next site. */
async function serve(
  next: string | null,
  delay: number,
): Promise<{ server: Server; origin: string; atOnce(): number }> {
  let now = 0;
  let most = 0;
  const server = createServer(async (request, response) => {
    most = Math.max(most, ++now);
    await wait(delay);
    now--;
    const page = Number(request.url?.slice(1));
    if (!(page < 20)) response.statusCode = 404;
    const links = [`/${2 * page + 1}`, `/${2 * page + 2}`, ...(page === 9 && next !== null ? [`${next}/0`] : [])];
    response.end(links.map((link) => `<a href="${link}">`).join(''));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, atOnce: () => most };
}

const slow = await serve(null, 20);
const quick = await serve(slow.origin, 1);
const sites = { quick, slow };

const http = new PoolManager();
const list = [`${quick.origin}/0`];
const seen = new Set(list);
const statuses: Record<string, number> = {};

for await (const { request, response, error } of http.many(list, {
  concurrency: 16,
  perOrigin: 3,
  rateLimit: { requests: 20, per: 100 },
})) {
  if (response === null) {
    console.log(request, error);
    continue;
  }
  const { origin } = new URL(response.url);
  const status = `${origin === slow.origin ? 'slow' : 'quick'} ${response.status}`;
  statuses[status] = (statuses[status] ?? 0) + 1;
  if (!response.ok) continue;
  for (const [, link = ''] of response.text().matchAll(/href="([^"]+)"/g)) {
    const url = new URL(link, response.url).href;
    if (seen.has(url)) continue;
    seen.add(url);
    list.push(url);
  }
}

for (const [status, count] of Object.entries(statuses).sort()) console.log(count, 'pages', status);
for (const [name, site] of Object.entries(sites)) console.log(name, 'had at most', site.atOnce(), 'requests at once');

await http.close();
for (const { server } of Object.values(sites)) server.close();
