// A server that accepts, hands each connection to its script, and keeps the record. It answers nothing by itself. When
// a script ends, its connection stays open until the peer leaves, as an idle keep-alive connection does; when a script
// fails, its connection is reset at once, so that the client fails now and not at some timeout.

import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, Server as TlsServer } from 'node:tls';
import type { ServerCertificate } from './certificate-authority.ts';
import { ConnectionClosedError } from './connection-closed-error.ts';
import { Milestones } from './milestones.ts';
import type { ReceivedRequest } from './received-request.ts';
import { ScriptedConnection } from './scripted-connection.ts';
import { settled } from './settled.ts';
import { tlsDetails } from './tls-details.ts';
import { Wire } from './wire.ts';

/** What the server does with one connection; with TLS it starts when the handshake is done. */
export type Script = (connection: ScriptedConnection) => Promise<void> | void;

/** TLS of a scripted server: a certificate, as `CertificateAuthority.issue()` makes it, and how to use it. */
export interface ServerTls extends ServerCertificate {
  /**
   * Demand a certificate of the client, signed by `ca`.
   * @default false
   */
  readonly requestCert?: boolean;
  /** Protocols offered by ALPN, the preferred first; by default no ALPN. */
  readonly alpnProtocols?: readonly string[];
  /** Newest version spoken, `'TLSv1.2'` or `'TLSv1.3'`; by default Node's. */
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** How a server is started. */
export interface ScriptedServerOptions {
  /** Serve TLS; by default plain TCP. */
  readonly tls?: ServerTls;
  /**
   * Address to listen on, of this machine.
   * @default '127.0.0.1'
   */
  readonly host?: string;
  /**
   * Let `close()` throw what scripts threw.
   * @default true
   */
  readonly strict?: boolean;
}

/**
 * A server on loopback whose every byte a test decides.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { ScriptedServer } from 'urlpool-testing';
 *
 * const server = await ScriptedServer.start({}, async (connection) => {
 *   for (;;) {
 *     const { target } = await connection.request();
 *     await connection.respond({ body: `you asked for ${target}` });
 *   }
 * });
 * assert.equal(await (await fetch(`${server.origin}/a`)).text(), 'you asked for /a');
 * assert.deepEqual(
 *   server.requests.map(({ connection, exchange, target }) => [connection, exchange, target]),
 *   [[0, 0, '/a']],
 * );
 * await server.close();
 * ```
 */
export class ScriptedServer implements AsyncDisposable {
  /** Port it listens on. */
  readonly port: number;
  /** `http://127.0.0.1:1234`, or `https://localhost:1234` with TLS. */
  readonly origin: string;
  #server: Server;
  #strict: boolean;
  #scripts: readonly Script[];
  #wires: Wire[] = [];
  #connections: Milestones<ScriptedConnection> = new Milestones('connection');
  #requests: Milestones<ReceivedRequest> = new Milestones('request');
  #errors: Error[] = [];
  #closing: Promise<void> | null = null;

  private constructor(server: Server, port: number, scripts: readonly Script[], options: ScriptedServerOptions) {
    const { host = '127.0.0.1', strict = true, tls } = options;
    this.port = port;
    this.origin =
      tls === undefined ? `http://${host.includes(':') ? `[${host}]` : host}:${port}` : `https://localhost:${port}`;
    this.#server = server;
    this.#strict = strict;
    this.#scripts = scripts;
  }

  /**
   * Starts a server on a port the system chooses. With a list of scripts each connection gets the next, in order of
   * accept, and the last is repeated.
   *
   * @throws {TypeError} when the list is empty; the system's error when `host` is no address of this machine, and
   * OpenSSL's when the certificate cannot be used.
   */
  static async start(options: ScriptedServerOptions, script: Script | readonly Script[]): Promise<ScriptedServer> {
    const scripts = typeof script === 'function' ? [script] : [...script];
    if (scripts.length === 0) throw new TypeError('Cannot start a scripted server without a script');
    const listener =
      options.tls === undefined ? createServer({ allowHalfOpen: true, noDelay: true }) : createTls(options.tls);
    const port = await listen(listener, options.host ?? '127.0.0.1');
    const server = new ScriptedServer(listener, port, scripts, options);
    server.#accept();
    return server;
  }

  /** Every connection accepted, in that order; with TLS, also those whose handshake failed. */
  get connections(): readonly ScriptedConnection[] {
    return this.#connections.items;
  }

  /** Every request that a script has read, in the order in which they came whole. */
  get requests(): readonly ReceivedRequest[] {
    return this.#requests.items;
  }

  /** What scripts threw, other than `ConnectionClosedError`. */
  get errors(): readonly Error[] {
    return this.#errors;
  }

  /** The connection at `index`, once it is accepted; rejects when the server closes before. */
  connection(index: number): Promise<ScriptedConnection> {
    return this.#connections.at(index);
  }

  /** The request at `index`, once it came whole; rejects when the server closes before. */
  request(index: number): Promise<ReceivedRequest> {
    return this.#requests.at(index);
  }

  /**
   * Destroys every socket, stops listening, and ends what scripts are waiting for. Later calls do nothing but wait.
   *
   * @throws {AggregateError} from the first call alone, of all `errors`, unless `strict` is false.
   */
  async close(): Promise<void> {
    if (this.#closing !== null) return await this.#closing;
    this.#closing = new Promise<void>((resolve) => this.#server.close(() => resolve())).then(settled);
    for (const wire of this.#wires) wire.destroy();
    this.#connections.end();
    this.#requests.end();
    await this.#closing;
    if (!this.#strict || this.#errors.length === 0) return;
    const first = this.#errors[0]?.message;
    throw new AggregateError(this.#errors, `${this.#errors.length} failures on the scripted server, first: ${first}`);
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(): void {
    // A TLS server tells of a connection twice: raw when it is accepted, secure when the handshake is done.
    const handshaking = new Map<string, { wire: Wire; connection: ScriptedConnection }>();
    this.#server.on('connection', (raw: Socket) => {
      const secure = this.#server instanceof TlsServer;
      const wire = new Wire(raw, secure, (error) => this.#errors.push(error));
      this.#wires.push(wire);
      if (this.#closing !== null) return wire.destroy();
      const connection = new ScriptedConnection(this.#connections.items.length, wire, (request) =>
        this.#requests.push(request),
      );
      this.#connections.push(connection);
      if (secure) {
        const peer = peerOf(raw);
        handshaking.set(peer, { wire, connection });
        raw.once('close', () => handshaking.delete(peer));
      } else {
        wire.start(raw, null);
        void this.#run(connection, wire);
      }
    });
    this.#server.on('secureConnection', (socket: TLSSocket) => {
      const pair = handshaking.get(peerOf(socket));
      if (pair === undefined) return void socket.destroy();
      // Not from the start, for then a client that leaves within the handshake would go unnoticed.
      socket.allowHalfOpen = true;
      pair.wire.start(socket, tlsDetails(socket));
      void this.#run(pair.connection, pair.wire);
    });
    this.#server.on('error', (error: Error) => this.#errors.push(error));
  }

  async #run(connection: ScriptedConnection, wire: Wire): Promise<void> {
    try {
      const script = this.#scripts[Math.min(connection.index, this.#scripts.length - 1)];
      await script?.(connection);
    } catch (error) {
      if (!(error instanceof ConnectionClosedError)) {
        this.#errors.push(
          error instanceof Error ? error : new Error(`A script threw ${String(error)}`, { cause: error }),
        );
        wire.reset();
      }
    }
    // allowHalfOpen leaves it to this side to end what the peer has ended.
    const { by } = await connection.closed;
    if (by === 'fin') wire.end();
  }
}

function createTls(tls: ServerTls): TlsServer {
  const { key, cert, ca, requestCert = false, alpnProtocols, maxVersion } = tls;
  return createTlsServer({
    noDelay: true,
    key,
    cert,
    ca,
    requestCert,
    rejectUnauthorized: requestCert,
    ...(alpnProtocols === undefined ? {} : { ALPNProtocols: [...alpnProtocols] }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
  });
}

function listen(server: Server, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => {
      server.off('error', reject);
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
    });
  });
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress}:${socket.remotePort}`;
}
