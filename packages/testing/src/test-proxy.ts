// A proxy for tests: it forwards requests in absolute form and opens tunnels by CONNECT, over plain TCP or TLS, and keeps
// what it was asked.

import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { DigestGate, type DigestGateOptions } from './digest-gate.ts';
import type { Field } from './field.ts';
import type { ServerTls } from './scripted-server.ts';

/** What a proxy was asked. */
export interface ProxiedRequest {
  readonly method: string;
  /** The target as it was written: a URL, or host and port for CONNECT. */
  readonly target: string;
  readonly headers: readonly Field[];
  /** Index of the connection to the proxy, from 0. */
  readonly connection: number;
}

export interface TestProxyOptions {
  /** Serve TLS. */
  readonly tls?: ServerTls;
  /** `user:password` that is asked for. @default nobody is */
  readonly userinfo?: string;
  /** Asks for them by Digest authentication. @default by Basic */
  readonly digest?: DigestGateOptions;
  /** What a 407 asks for, in place of that. */
  readonly challenges?: readonly string[];
  /** Whether a connection is kept after a 407 to CONNECT. @default false */
  readonly keepsRefused?: boolean;
  /** What stands for a name that does not exist. @default every name is this machine */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Answers a CONNECT by itself, in place of a tunnel: bytes to send, after which it waits; null opens a tunnel. */
  readonly answer?: (target: string) => string | null;
}

export class TestProxy {
  readonly requests: ProxiedRequest[] = [];
  readonly #server: Server;
  readonly #options: TestProxyOptions;
  readonly #sockets = new Set<Duplex>();
  readonly #indices = new Map<Duplex, number>();
  readonly #gate: DigestGate | null;

  private constructor(options: TestProxyOptions) {
    this.#options = options;
    const { tls, userinfo, digest } = options;
    this.#gate = userinfo === undefined || digest === undefined ? null : new DigestGate(userinfo, digest);
    this.#server =
      tls === undefined ? createServer() : createSecureServer({ ...tls, rejectUnauthorized: tls.requestCert === true });
    this.#server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Duplex) => {
      if (this.#indices.has(socket)) return;
      this.#indices.set(socket, this.#indices.size);
      this.#hold(socket);
    });
    this.#server.on('request', (asked, answer) => {
      const challenges = this.#refusal(asked);
      if (challenges !== null) {
        asked.resume();
        answer.writeHead(407, { 'Proxy-Authenticate': challenges }).end('who are you?');
        return;
      }
      const { host, port, pathname, search } = new URL(asked.url ?? '');
      const headers = asked.rawHeaders.filter((_, i, all) => !/^proxy-/i.test(all[i - (i % 2)] ?? ''));
      const options = { host: this.#hostOf(host.replace(/:\d+$/, '')), port, path: pathname + search, headers };
      const forwarded = request({ ...options, method: asked.method ?? 'GET' }, (response) => {
        answer.writeHead(response.statusCode ?? 502, response.rawHeaders);
        response.on('error', () => answer.destroy());
        response.pipe(answer);
      });
      forwarded.on('error', () => {
        if (answer.headersSent) answer.destroy();
        else answer.writeHead(502).end();
      });
      asked.pipe(forwarded);
    });
    this.#server.on('connect', (asked: IncomingMessage, socket: Duplex) => {
      socket.on('error', () => {});
      const challenges = this.#refusal(asked);
      if (challenges !== null) {
        const lines = challenges.map((challenge) => `Proxy-Authenticate: ${challenge}\r\n`).join('');
        const head = `HTTP/1.1 407 Proxy Authentication Required\r\n${lines}Content-Length: 12\r\n`;
        if (options.keepsRefused !== true) {
          socket.end(`${head}Connection: close\r\n\r\nwho are you?`);
          return;
        }
        socket.write(`${head}\r\nwho are you?`);
        // The server's parser has let it go.
        this.#server.emit(tls === undefined ? 'connection' : 'secureConnection', socket);
        return;
      }
      const answer = options.answer?.(asked.url ?? '') ?? null;
      if (answer === null) this.#tunnel(asked.url ?? '', socket);
      else socket.write(answer);
    });
  }

  static async start(options: TestProxyOptions = {}): Promise<TestProxy> {
    const proxy = new TestProxy(options);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections accepted so far. */
  get connections(): number {
    return this.#indices.size;
  }

  /** Nonces that it has given. */
  get nonces(): number {
    return this.#gate?.nonces ?? 0;
  }

  /** Its URL, with the credentials that it asks for. */
  get url(): string {
    const { tls, userinfo } = this.#options;
    const at = userinfo === undefined ? '' : `${userinfo}@`;
    return tls === undefined ? `http://${at}127.0.0.1:${this.port}` : `https://${at}localhost:${this.port}`;
  }

  /** Closes the connections on which no request is under way. */
  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What is asked for before a request is let in; null where it is. */
  #refusal(asked: IncomingMessage): string[] | null {
    const headers = Array.from({ length: asked.rawHeaders.length / 2 }, (_, i): Field => {
      return [asked.rawHeaders[2 * i] ?? '', asked.rawHeaders[2 * i + 1] ?? ''];
    });
    const connection = this.#indices.get(asked.socket) ?? -1;
    this.requests.push({ method: asked.method ?? '', target: asked.url ?? '', headers, connection });
    const { userinfo, challenges } = this.#options;
    const given = asked.headers['proxy-authorization'];
    if (challenges !== undefined) return [...challenges];
    if (userinfo === undefined) return null;
    if (this.#gate === null) {
      const expected = `Basic ${Buffer.from(userinfo).toString('base64')}`;
      return given === expected ? null : ['Basic realm="test"'];
    }
    const verdict = this.#gate.judge(asked.method ?? '', asked.url ?? '', given);
    return verdict === 'good' ? null : [this.#gate.challenge(verdict === 'stale')];
  }

  #hostOf(host: string): string {
    const bare = host.replace(/^\[|\]$/g, '');
    return this.#options.hosts?.[bare] ?? (/^[\d.]+$|:/.test(bare) ? bare : '127.0.0.1');
  }

  #tunnel(target: string, socket: Duplex): void {
    const colon = target.lastIndexOf(':');
    const far: Socket = connect(Number(target.slice(colon + 1)), this.#hostOf(target.slice(0, colon)));
    this.#hold(far);
    far.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(socket).pipe(far);
    });
    far.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    socket.on('close', () => far.destroy());
  }

  #hold(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
