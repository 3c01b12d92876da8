// The demo site's servers, in a worker thread: client and servers then have an event loop each, as they would on two
// machines. A thread and not a process, since Ctrl-C in a terminal reaches every process, and would end the servers
// under the client that still finishes its work.

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Server } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { createCertificateAuthority } from 'urlpool-testing';
import { PAGE_COUNT, type Page, pageAt, pageOf } from './page.ts';

/** What the worker tells when it is ready. */
export interface SiteAddress {
  /** E.g. `http://127.0.0.1:40123`. */
  readonly origins: readonly string[];
  /** The authority that signed the certificate, PEM. */
  readonly ca: string;
}

const HOST = '127.0.0.1';
const PLAIN_ORIGINS = 3;

/** In how many pieces a chunked page comes. */
const CHUNKS = 4;

/** Longer than the demo takes: it is the client that decides how long connections are kept. */
const OPTIONS = { keepAliveTimeout: 60_000 };

const text = Buffer.from('urlpool keeps its connections. '.repeat(Math.ceil(pageOf(PAGE_COUNT - 1).size / 31)));

const onRequest: RequestListener = (request, response) => {
  const page = pageAt(request.url ?? '');
  if (page === null) response.writeHead(404).end();
  else if (page.delay === 0) answer(response, page);
  else setTimeout(answer, page.delay, response, page);
};

function answer(response: Parameters<RequestListener>[1], { size, chunked }: Page): void {
  response.setHeader('Content-Type', 'text/plain');
  if (!chunked) {
    response.setHeader('Content-Length', size);
    response.end(text.subarray(0, size));
    return;
  }
  const piece = Math.ceil(size / CHUNKS);
  for (let start = 0; start < size; start += piece) response.write(text.subarray(start, Math.min(start + piece, size)));
  response.end();
}

async function listen(scheme: string, server: Server): Promise<string> {
  await once(server.listen(0, HOST), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Cannot tell the port of the demo site');
  return `${scheme}://${HOST}:${address.port}`;
}

const authority = await createCertificateAuthority();
const { key, cert } = await authority.issue({ hosts: [HOST] });
const address: SiteAddress = {
  origins: await Promise.all([
    ...Array.from({ length: PLAIN_ORIGINS }, () => listen('http', createServer(OPTIONS, onRequest))),
    listen('https', createSecureServer({ ...OPTIONS, key, cert }, onRequest)),
  ]),
  ca: authority.certificate,
};
parentPort?.postMessage(address);
