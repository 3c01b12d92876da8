// Many URLs over several threads, where what is done with the responses takes more than one core: hashing them, here.
// Connections belong to their thread, so that each thread has a manager of its own; and each origin belongs to one thread,
// so that its connections are kept and `perOrigin` holds. A thread asks for more URLs when its many() does.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { PoolManager } from 'urlpool';

const THREADS = 2;
const BATCH = 100;

/** What a thread has done. */
interface Report {
  readonly hashed: number;
  readonly failed: number;
  readonly connections: number;
}

if (isMainThread) await main();
else if (parentPort !== null) await thread(parentPort);

async function thread(port: NonNullable<typeof parentPort>): Promise<void> {
  /** URLs from the main thread, a batch at a time. */
  async function* urls(): AsyncGenerator<string> {
    for (;;) {
      port.postMessage('more');
      const [batch]: string[][] = await once(port, 'message');
      if (batch === undefined || batch.length === 0) return;
      yield* batch;
    }
  }

  const http = new PoolManager();
  const hashes = new Set<string>();
  let failed = 0;
  for await (const { response } of http.many(urls(), { concurrency: 32, perOrigin: 4 })) {
    if (response === null) failed++;
    else hashes.add(createHash('sha256').update(response.data).digest('hex'));
  }
  const { numConnections } = http.snapshot();
  port.postMessage({ hashed: hashes.size, failed, connections: numConnections } satisfies Report);
  await http.close();
}

async function main(): Promise<void> {
  const servers = [await serve(), await serve(), await serve(), await serve()];
  const origins = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);

  const reports = await Promise.all(
    Array.from({ length: THREADS }, async (_, i) => {
      const own = origins.filter((_, origin) => origin % THREADS === i);
      return await reportOf(new Worker(new URL(import.meta.url)), pages(own));
    }),
  );
  for (const { hashed, failed, connections } of reports) {
    console.log(hashed, 'pages hashed,', failed, 'failed, over at most 8 connections:', connections <= 8);
  }

  for (const server of servers) server.close();
}

/** 250 pages of each origin, made only as they are asked for. */
function* pages(origins: readonly string[]): Generator<string> {
  for (let page = 0; page < 250; page++) for (const origin of origins) yield `${origin}/${page}`;
}

/** Gives a thread URLs whenever it asks, until it tells what it has done. */
async function reportOf(worker: Worker, urls: Iterator<string>): Promise<Report> {
  for (;;) {
    const [message]: (Report | 'more')[] = await once(worker, 'message');
    if (message === undefined) continue;
    if (message !== 'more') return message;
    const batch: string[] = [];
    for (let next = urls.next(); !next.done; next = urls.next()) {
      if (batch.push(next.value) === BATCH) break;
    }
    worker.postMessage(batch);
  }
}

async function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    response.end(`page ${request.url} of ${request.headers.host}`);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}
