// Serves the page and the events, on this machine alone. `access.ts` decides who may see what; this file performs it.

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { accessOf, type Resource } from './access.ts';
import type { EventLog } from './event-log.ts';
import { EventStream } from './event-stream.ts';
import { InspectorError } from './inspector-error.ts';
import type { InspectorPage } from './inspector-page.ts';
import { SAVED_PATH, TRACE_PATH } from './model/page-contract.ts';
import { traceText } from './trace-text.ts';

const HOST = '127.0.0.1';
/** How often pages get what is new, in ms. */
const EVERY = 50;
/** How often pages are told the time, in ms. */
const TICK = 1000;
/** Pages open at once. */
const MOST_STREAMS = 32;
/** How long pages have to take what is left when the server closes, in ms. */
const LAST_WORDS = 1000;

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

export interface InspectorServerOptions {
  readonly port: number;
  readonly unref: boolean;
}

export class InspectorServer {
  readonly url: string;
  readonly #server: Server;
  readonly #log: EventLog;
  readonly #page: InspectorPage;
  readonly #token: string;
  readonly #port: number;
  readonly #streams = new Set<EventStream>();
  #pumping: NodeJS.Timeout | null = null;
  readonly #ticking: NodeJS.Timeout;

  /** @throws {InspectorError} `ERR_PORT` */
  static async listen(log: EventLog, page: InspectorPage, options: InspectorServerOptions): Promise<InspectorServer> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(portError(options.port, error)));
      server.listen(options.port, HOST, resolve);
    });
    return new InspectorServer(server, log, page, options.unref);
  }

  private constructor(server: Server, log: EventLog, page: InspectorPage, unref: boolean) {
    const address = server.address();
    this.#server = server;
    this.#log = log;
    this.#page = page;
    this.#token = randomBytes(16).toString('hex');
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
    this.url = `http://${HOST}:${this.#port}/${this.#token}/`;
    server.on('error', () => {}); // of one connection that could not be accepted: the others go on
    server.on('request', (request, response) => this.#answer(request, response));
    if (unref) {
      server.unref();
      server.on('connection', (socket) => socket.unref());
    }
    this.#ticking = setInterval(() => {
      this.#pump(); // what has happened by then comes first
      for (const stream of this.#streams) stream.tick(performance.now());
    }, TICK);
    this.#ticking.unref();
  }

  /** The log has new lines. */
  wake(): void {
    if (this.#pumping !== null || this.#streams.size === 0) return;
    this.#pumping = setTimeout(() => this.#pump(), EVERY);
    this.#pumping.unref();
  }

  /** Gives the pages what is left, and ends. */
  async close(): Promise<void> {
    clearInterval(this.#ticking);
    this.#log.end();
    this.#pump();
    const giveUp = setTimeout(() => this.#server.closeAllConnections(), LAST_WORDS);
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    clearTimeout(giveUp);
  }

  #pump(): void {
    if (this.#pumping !== null) clearTimeout(this.#pumping);
    this.#pumping = null;
    for (const stream of this.#streams) stream.pump();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => {}); // the page has gone
    const { method, url: target, headers } = request;
    const access = accessOf({ method, target, host: headers.host, origin: headers.origin }, this.#token, this.#port);
    request.resume();
    switch (access.is) {
      case 'denied':
        response.writeHead(access.status, {
          ...HEADERS,
          'content-type': 'text/plain; charset=utf-8',
          'content-security-policy': "default-src 'none'",
          ...(access.status === 405 ? { allow: 'GET' } : {}),
          connection: 'close',
        });
        response.end('This is not for you.\n');
        break;
      case 'moved':
        response.writeHead(308, { ...HEADERS, location: access.to }).end();
        break;
      case 'granted':
        this.#serve(access.resource, request, response);
    }
  }

  #serve(resource: Resource, request: IncomingMessage, response: ServerResponse): void {
    const policy = { ...HEADERS, 'content-security-policy': this.#page.policy };
    switch (resource) {
      case 'page':
        response.writeHead(200, { ...policy, 'content-type': 'text/html; charset=utf-8' });
        response.end(this.#page.html);
        break;
      case 'events':
        this.#stream(request, response);
        break;
      case 'trace':
        response.writeHead(200, { ...HEADERS, ...asFile('application/x-ndjson', TRACE_PATH) });
        void send(traceText(this.#log), response);
        break;
      case 'saved': {
        const savedAt = new Date().toISOString();
        response.writeHead(200, { ...policy, ...asFile('text/html', SAVED_PATH) });
        void send(this.#page.withTrace(traceText(this.#log), savedAt), response);
      }
    }
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    if (this.#streams.size >= MOST_STREAMS) {
      response.writeHead(503, { ...HEADERS, 'retry-after': '5' }).end();
      return;
    }
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
    const last = Number(request.headers['last-event-id'] ?? 0);
    const isKnown = Number.isInteger(last) && last >= 0 && last <= this.#log.next;
    const stream = new EventStream(response, this.#log, isKnown ? last : 0);
    this.#streams.add(stream);
    response.on('close', () => this.#streams.delete(stream));
    stream.pump();
  }
}

function asFile(type: string, name: string): Record<string, string> {
  return {
    'content-type': `${type}; charset=utf-8`,
    'content-disposition': `attachment; filename="urlpool-${name}"`,
  };
}

async function send(text: Iterable<string>, response: ServerResponse): Promise<void> {
  try {
    await pipeline(Readable.from(text), response);
  } catch {
    // The page has gone in the middle of it.
  }
}

function portError(port: number, error: NodeJS.ErrnoException): InspectorError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'it is in use; give another one, or 0 for any that is free',
    EACCES: 'this user may not listen on it; give one above 1023, or 0 for any that is free',
  };
  return new InspectorError(
    `Cannot serve the inspector on port ${port}: ${reasons[error.code ?? ''] ?? error.message}`,
    'ERR_PORT',
    error,
  );
}
