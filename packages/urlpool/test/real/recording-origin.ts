// An origin behind a proxy, by Node, plain and over TLS: it keeps what it was asked, so that a test can say what a proxy let
// through.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createCertificateAuthority } from 'urlpool-testing';

/** What it was asked. */
export interface RecordedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * It answers with the target of the request, but:
 *
 * - `/to?URL` redirects there (307);
 * - `/hash` gives the SHA-256 of the request's body, and its size;
 * - `/events` is a stream of server-sent events: `sendEvent()` sends one;
 * - an upgrade is granted, and every byte after it sent back.
 */
export class RecordingOrigin {
  readonly requests: RecordedRequest[] = [];
  readonly #servers: readonly ReturnType<typeof createServer>[];
  readonly #streams = new Set<ServerResponse>();
  readonly #upgraded = new Set<Duplex>();
  /** The authority of its certificate, which is for `localhost`. */
  readonly ca: string;

  private constructor({ key, cert, ca }: { readonly key: string; readonly cert: string; readonly ca: string }) {
    this.ca = ca;
    const listener: RequestListener = (request, response) => {
      const { method = '', url = '', headers } = request;
      this.requests.push({ method, target: url, headers });
      const [path, query = ''] = url.split('?');
      if (path === '/to') {
        response.writeHead(307, { Location: decodeURIComponent(query) }).end();
      } else if (path === '/events') {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
        this.#streams.add(response);
      } else if (path === '/hash') {
        const hash = createHash('sha256');
        let size = 0;
        request.on('data', (chunk: Buffer) => {
          hash.update(chunk);
          size += chunk.length;
        });
        request.on('end', () => response.end(`${hash.digest('hex')} ${size}`));
      } else {
        response.end(url);
      }
    };
    this.#servers = [createServer(listener), createSecureServer({ key, cert }, listener)];
    for (const server of this.#servers) {
      server.on('upgrade', ({ method = '', url = '', headers }, socket) => {
        this.requests.push({ method, target: url, headers });
        this.#upgraded.add(socket);
        socket.on('error', () => {});
        const accept = createHash('sha1').update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`,
        );
        socket.pipe(socket);
      });
    }
  }

  static async start(): Promise<RecordingOrigin> {
    const origin = new RecordingOrigin(await (await createCertificateAuthority()).issue({ hosts: ['localhost'] }));
    await Promise.all(origin.#servers.map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
    return origin;
  }

  /** `http://127.0.0.1:…` */
  get http(): string {
    return `http://127.0.0.1:${this.#port(0)}`;
  }

  /** `https://localhost:…` */
  get https(): string {
    return `https://localhost:${this.#port(1)}`;
  }

  /** Sends one to everybody who reads `/events`. */
  sendEvent(data: string): void {
    for (const stream of this.#streams) stream.write(`data: ${data}\n\n`);
  }

  async close(): Promise<void> {
    for (const socket of this.#upgraded) socket.destroy();
    const closed = this.#servers.map((server) => once(server.close(), 'close'));
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(closed);
  }

  #port(index: number): number {
    const address = this.#servers[index]?.address() as AddressInfo | null | undefined;
    return address?.port ?? 0;
  }
}
