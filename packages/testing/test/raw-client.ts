// The peer of the scripted server in its own tests: a socket that collects what it receives and tells how it ended.

import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** How the socket ended. */
export interface ClientEnd {
  /** Whether the server's FIN came. */
  readonly fin: boolean;
  /** Code of the socket's error; null when there was none. */
  readonly code: string | null;
}

export class RawClient {
  readonly socket: Socket;
  /** Resolves when the socket is closed. */
  readonly ended: Promise<ClientEnd>;
  #text = '';
  #fin = false;

  constructor(socket: Socket) {
    this.socket = socket;
    let code: string | null = null;
    socket.on('data', (bytes: Buffer) => {
      this.#text += bytes.toString('latin1');
    });
    socket.on('end', () => {
      this.#fin = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code ?? error.message;
    });
    this.ended = new Promise((resolve) => {
      socket.on('close', () => resolve({ fin: this.#fin, code }));
    });
  }

  static tcp(port: number, options: Partial<TcpNetConnectOpts> = {}): RawClient {
    return new RawClient(connect({ port, host: '127.0.0.1', noDelay: true, ...options }));
  }

  static tls(port: number, options: ConnectionOptions): RawClient {
    return new RawClient(connectTls({ port, host: '127.0.0.1', servername: 'localhost', ...options }));
  }

  /** Everything received so far, as Latin-1. */
  get text(): string {
    return this.#text;
  }

  send(data: string): void {
    this.socket.write(data, 'latin1');
  }

  /** Resolves with everything received once that ends with `suffix`; rejects when the socket closes before. */
  until(suffix: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#text.endsWith(suffix)) resolve(this.#text);
      };
      this.socket.on('data', look);
      this.socket.on('close', () => reject(new Error(`closed after ${JSON.stringify(this.#text)}`)));
      look();
    });
  }
}
