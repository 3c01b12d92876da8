// A connection without a network: the client's end is a Transport, the server's end is driven by a test. What the server
// does lies in a queue, as in a kernel, until the network delivers it; nothing is told from within a method.

import { IGNORED, type Transport, type TransportHandler } from '../../../src/message/transport.ts';
import type { SeenRequest, TransportSurroundings } from './transport-surroundings.ts';

/** What is on its way to the client. */
type Arrival =
  | { readonly is: 'bytes'; readonly bytes: Buffer }
  | { readonly is: 'fin' }
  | { readonly is: 'reset'; readonly error: Error };

/** Writes above this fill the socket's buffer: they ask to wait. */
const BUFFER_BYTES = 16 * 1024;

/** Memory that every fake transport reads into, and a small part of it. */
const ALL = Buffer.alloc(64 * 1024);
const SMALL = ALL.subarray(0, 4 * 1024);

export class FakeTransport implements Transport {
  handler: TransportHandler = IGNORED;
  bytesIn = 0;
  bytesOut = 0;
  readonly address: string;
  /** The id of its connection, and where it leads to. */
  readonly connection: number;
  readonly origin: string;
  /** What the server has to answer. */
  request: SeenRequest | null = null;
  /** What is still to come of an answer that was begun. */
  rest: Buffer | null = null;
  /** Whether the server did what may cost an exchange. */
  harmed = false;
  /** Whether the last answer said that none will follow it, or what came with it does. */
  spent = false;
  /** Whether the server can send: it has sent no FIN and no RST. */
  open = true;
  /** Whether the client has closed it, or knows that it is gone. */
  gone = false;
  /** Whether the turn of the event loop is over in which that was. */
  buried = false;
  /** When the request came, and when something of its answer was read last; null where nothing was. */
  requestedAt = 0;
  readAt: number | null = null;
  /** Whether the client takes nothing. */
  paused = false;
  readonly #around: TransportSurroundings;
  /** The turn in which the client read from it last. */
  #readIn: number;
  #arrivals: Arrival[] = [];
  #blocked = false;
  #target: Buffer | 'all' | 'small' = 'small';
  /** Bytes of the request's body still to come; Infinity where it is chunked, until its last chunk. */
  #bodyLeft = 0;

  constructor(connection: number, origin: string, around: TransportSurroundings) {
    this.connection = connection;
    this.origin = origin;
    this.address = `192.0.2.1:${connection}`;
    this.#around = around;
    this.#readIn = around.turns;
  }

  // The client's end.

  write(data: string | Uint8Array): boolean {
    if (this.gone) {
      if (this.buried) this.#fault('was written to long after it was closed');
      return false;
    }
    this.bytesOut += data.length;
    if (this.#bodyLeft > 0) this.#takeBody(data);
    else this.#takeHead(data);
    if (data.length > BUFFER_BYTES) this.#blocked = true;
    return !this.#blocked;
  }

  cork(): void {}
  uncork(): void {}
  end(): void {}
  ref(): void {}
  unref(): void {}
  outliveWriteErrors(): void {}

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  readInto(target: Buffer | 'all' | 'small'): void {
    this.#target = target;
  }

  destroy(): void {
    if (this.gone) return;
    this.gone = true;
    this.open = false;
    this.#around.onGone(this, true);
  }

  // The server's end.

  send(bytes: Buffer): void {
    this.#arrivals.push({ is: 'bytes', bytes });
  }

  sendFin(): void {
    this.open = false;
    this.#arrivals.push({ is: 'fin' });
  }

  sendReset(): void {
    this.open = false;
    this.#arrivals.push({ is: 'reset', error: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) });
  }

  // The network's.

  /** Whether there is something to tell. */
  get hasNews(): boolean {
    if (this.gone) return false;
    return this.#blocked || (!this.paused && this.#arrivals.length > 0);
  }

  /** Tells one thing. */
  deliver(): void {
    if (!this.hasNews) return;
    if (this.#blocked) {
      this.#blocked = false;
      this.handler.onDrain();
      return;
    }
    const [arrival] = this.#arrivals;
    if (arrival?.is === 'bytes') {
      this.#read(arrival.bytes);
      return;
    }
    this.#arrivals.shift();
    if (arrival?.is === 'fin') {
      this.handler.onEnd();
    } else if (arrival?.is === 'reset') {
      this.gone = true;
      this.#around.onGone(this, false);
      this.handler.onClose(arrival.error);
    }
  }

  /** Tells as much as there is memory for; the rest waits. */
  #read(bytes: Buffer): void {
    const target = this.#target;
    const memory = target === 'all' ? ALL : target === 'small' ? SMALL : target;
    const length = bytes.copy(memory);
    if (length === bytes.length) this.#arrivals.shift();
    else this.#arrivals[0] = { is: 'bytes', bytes: bytes.subarray(length) };
    this.bytesIn += length;
    this.readAt = this.#around.now();
    this.#readIn = this.#around.turns;
    this.handler.onData(memory, length);
  }

  #takeHead(data: string | Uint8Array): void {
    const text = typeof data === 'string' ? data : '';
    const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.1\r\n/.exec(text) ?? [];
    if (method === undefined || target === undefined) return;
    if (this.request !== null) this.#fault(`got ${target} before its answer`);
    if (this.spent) this.#fault(`got ${target} though it cannot be used any more`);
    // What came in this very turn may not have been seen: that much is left to luck.
    if (this.#arrivals.length > 0 && this.#readIn < this.#around.turns)
      this.#fault(`got ${target} without a look at it`);
    const length = /\r\nContent-Length: (\d+)\r\n/.exec(text)?.[1];
    const isChunked = text.includes('\r\nTransfer-Encoding: chunked\r\n');
    this.#bodyLeft = isChunked ? Number.POSITIVE_INFINITY : Number(length ?? 0);
    this.requestedAt = this.#around.now();
    this.readAt = null;
    this.request = { method, target, answered: false };
    this.#around.onRequest(this, this.request);
  }

  #takeBody(data: string | Uint8Array): void {
    const isLastChunk = typeof data === 'string' && data.startsWith('0\r\n');
    this.#bodyLeft = isLastChunk ? 0 : this.#bodyLeft - data.length;
  }

  #fault(what: string): void {
    this.#around.onFault(`connection ${this.connection} ${what}`);
  }
}
