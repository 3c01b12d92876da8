// A server for both fetches: what comes is told back, and answers are of every kind that a table asks for.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export interface FetchServer {
  readonly origin: string;
  /** Another origin of the same server. */
  readonly elsewhere: string;
  /** Connections that are open now. */
  openConnections(): Promise<number>;
  /** Closes it, and every connection. */
  close(): void;
}

type Answer = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => void | Promise<void>;

/** Fields that tell what a fetch made of its init; the others are each client's own. */
const TOLD = /^(?:content-|x-|authorization$|cookie$|range$|accept$|transfer-encoding$)/;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const boundaryOf = ({ headers }: IncomingMessage): string => headers['content-type']?.split('boundary=')[1] ?? 'none';

const ANSWERS: Readonly<Record<string, Answer>> = {
  '/echo': async (request, response) => {
    const body = (await bodyOf(request))
      .toString('latin1')
      .replace(new RegExp(`--${boundaryOf(request)}`, 'g'), 'BOUNDARY')
      .replace(/\r\n$/, '');
    const headers = Object.entries(request.headers)
      .filter(([name]) => TOLD.test(name))
      .map(([name, value]) => [name, String(value).replace(/boundary=.*/, 'boundary')])
      .sort();
    const length = request.headers['content-type']?.startsWith('multipart') ? { 'content-length': 'some' } : {};
    response.setHeader('Content-Type', 'application/json');
    const { method, url } = request;
    response.end(JSON.stringify({ method, url, headers: { ...Object.fromEntries(headers), ...length }, body }));
  },
  '/status': (_, response, query) => {
    response.statusMessage = query.get('text') ?? '';
    response.statusCode = Number(query.get('code'));
    response.end(query.get('body') ?? undefined);
  },
  '/to': async (request, response, query) => {
    await bodyOf(request);
    response.statusCode = Number(query.get('code') ?? 302);
    const location = query.get('location');
    if (location !== null) response.setHeader('Location', location);
    response.end('moved');
  },
  '/count': (_, response, query) => {
    const left = Number(query.get('left'));
    response.statusCode = left === 0 ? 200 : 302;
    if (left > 0) response.setHeader('Location', `/count?left=${left - 1}`);
    response.end(String(left));
  },
  '/text': (_, response, query) => {
    response.setHeader('Content-Type', query.get('type') ?? 'text/plain');
    response.end(Buffer.from(query.get('hex') ?? '68656c6c6f', 'hex'));
  },
  '/fields': (_, response) => {
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.setHeader('X-Twice', ['one', 'two']);
    response.setHeader('X-Latin', Buffer.from('café', 'latin1').toString('latin1'));
    response.end('fields');
  },
  '/chunks': async (_, response, query) => {
    response.setHeader('Content-Type', 'text/plain');
    for (let i = 0; i < Number(query.get('count') ?? 3); i++) {
      response.write(`piece ${i}\n`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    response.end();
  },
  '/endless': (_, response) => {
    response.write('first');
  },
  '/silent': () => {},
  '/cut': (_, response) => {
    response.setHeader('Content-Length', '100');
    response.write('only this');
    setTimeout(() => response.destroy(), 10);
  },
  '/drop': (request) => {
    request.socket.destroy();
  },
  '/garbage': (request) => {
    request.socket.end('HTTP/1.1 twohundred OK\r\n\r\n');
  },
  '/gzip': (_, response, query) => {
    response.setHeader('Content-Encoding', 'gzip');
    const body = gzipSync('packed '.repeat(Number(query.get('times') ?? 3)));
    response.end(query.has('broken') ? body.subarray(0, 15).fill(7, 10) : body);
  },
  '/large': (_, response, query) => {
    response.end(Buffer.alloc(Number(query.get('bytes')), 'x'));
  },
};

export async function fetchServer(): Promise<FetchServer> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const answer = ANSWERS[url.pathname];
    if (answer === undefined) response.writeHead(404).end('nothing here');
    else void Promise.resolve(answer(request, response, url.searchParams)).catch(() => response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    elsewhere: `http://localhost:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
    openConnections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
  };
}
