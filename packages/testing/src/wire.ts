// One accepted TCP connection and, with TLS, the secure socket over it: bytes in and out, and how it ended. It knows
// no HTTP. The end has one cause, the first: the peer's FIN, the peer's reset, or our own destroying. Every error of
// the sockets is caught here, so that a peer's bad manners never bring the test process down.

import type { Socket } from 'node:net';
import { type ClosedBy, ConnectionClosedError } from './connection-closed-error.ts';
import { Inbox } from './inbox.ts';
import { MAX_UNREAD } from './limits.ts';
import type { TlsDetails } from './tls-details.ts';

/** The end of a connection. */
export interface Departure {
  readonly by: ClosedBy;
  /** Bytes received until then; with TLS, of plain text. */
  readonly bytesRead: number;
}

/** A server's end of a byte stream: what a scripted connection needs of it. */
export type WireEnd = Pick<
  Wire,
  'bytesRead' | 'closed' | 'destroyed' | 'end' | 'inbox' | 'pause' | 'reset' | 'resume' | 'tls' | 'write'
>;

/** The transport under a scripted connection. */
export class Wire {
  readonly inbox: Inbox = new Inbox();
  /** Resolves once, and never rejects. */
  readonly closed: Promise<Departure>;
  #raw: Socket;
  #secure: boolean;
  #fault: (error: Error) => void;
  #tls: TlsDetails | null = null;
  /** Where the bytes go: the raw socket, or the TLS socket over it. */
  #socket: Socket;
  #bytesRead = 0;
  #departure: Departure | null = null;
  #announce: (departure: Departure) => void = () => {};
  #destroyed = new AbortController();

  /** `secure` when a TLS socket will be over it. `fault` is told of what no script did and should yet fail the test. */
  constructor(raw: Socket, secure: boolean, fault: (error: Error) => void) {
    this.#raw = raw;
    this.#secure = secure;
    this.#fault = fault;
    this.#socket = raw;
    this.closed = new Promise((resolve) => {
      this.#announce = resolve;
    });
    raw.on('error', () => this.#depart('reset'));
    // A connection that ends within the TLS handshake has no other event here.
    raw.on('close', (hadError) => this.#depart(hadError ? 'reset' : 'fin'));
  }

  /** Plain-text bytes received. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** What the TLS handshake settled; null without TLS, and until the handshake is done. */
  get tls(): TlsDetails | null {
    return this.#tls;
  }

  /** Aborted by `destroy()`: for what waits on time, not on bytes. */
  get destroyed(): AbortSignal {
    return this.#destroyed.signal;
  }

  /** Starts reading: from the raw socket, or from the TLS socket over it once its handshake is done. */
  start(socket: Socket, tls: TlsDetails | null): void {
    this.#socket = socket;
    this.#tls = tls;
    if (socket !== this.#raw) socket.on('error', () => this.#depart('reset'));
    socket.on('data', (chunk: Buffer) => {
      this.#bytesRead += chunk.length;
      if (!this.inbox.push(chunk)) {
        this.#fault(
          new Error(`Reset a connection on which ${MAX_UNREAD} bytes came that no script read: discard() them`),
        );
        this.reset();
      }
    });
    socket.on('end', () => this.#depart('fin'));
  }

  /** Resolves when the kernel has taken the bytes; rejects when it never will. */
  write(bytes: Uint8Array, action: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#departure?.by === 'server') return reject(new ConnectionClosedError(action, 'server'));
      if (this.#departure === null && !this.#socket.writable) {
        return reject(new Error(`Cannot ${action}: this side has already ended`));
      }
      this.#socket.write(bytes, (error) => {
        // Node 20 calls back without an error for a write that its own destroying cut short.
        const by = this.#departure?.by;
        if (error == null && by !== 'server') resolve();
        else reject(new ConnectionClosedError(action, by ?? 'reset', '', { cause: error }));
      });
    });
  }

  /** Sends FIN; with TLS, close_notify before it. */
  end(): void {
    this.#socket.end();
  }

  /** Sends RST; with TLS no alert precedes it. */
  reset(): void {
    this.#depart('server');
    this.#outsideTls(() => {
      this.#raw.resetAndDestroy();
      this.#socket.destroy();
    });
  }

  /** Frees the socket, and ends every wait. */
  destroy(): void {
    this.#depart('server');
    this.#destroyed.abort();
    this.#outsideTls(() => {
      this.#socket.destroy();
      this.#raw.destroy();
    });
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /**
   * Runs `action` on the raw socket: with TLS, later. A TLS socket whose raw socket is closed within its own callback,
   * where scripts often run, crashes Node 20 and 24.
   */
  #outsideTls(action: () => void): void {
    if (this.#secure) setImmediate(action);
    else action();
  }

  #depart(by: ClosedBy): void {
    if (this.#departure !== null) return;
    this.#departure = { by, bytesRead: this.#bytesRead };
    this.inbox.end(by);
    this.#announce(this.#departure);
  }
}
