// A connection without a network: the client's end is a Duplex, the server's what a scripted connection stands on. A write
// resolves when the other side has taken it, so that what follows, a reset say, never overtakes the bytes. As a socket
// does, the client's end keeps the process alive while it is in use.

import { Duplex } from 'node:stream';
import { type ClosedBy, ConnectionClosedError } from './connection-closed-error.ts';
import { Inbox } from './inbox.ts';
import { MAX_UNREAD } from './limits.ts';
import type { Departure, WireEnd } from './wire.ts';

type Done = (error?: Error | null) => void;

/** What the client does to its end. */
interface ClientEvents {
  onWrite(bytes: Buffer, done: Done): void;
  onEnd(): void;
  /** It has taken bytes. */
  onRead(): void;
  onDestroy(error: Error | null): void;
}

/** The longest delay of Node's timers. */
const LONGEST_TIMER = 2 ** 31 - 1;

class ClientEnd extends Duplex {
  readonly #events: ClientEvents;
  #alive: NodeJS.Timeout | null = null;

  constructor(events: ClientEvents) {
    super({ allowHalfOpen: true });
    this.#events = events;
    // One that nobody listens to must not end the process.
    this.on('error', () => {});
  }

  ref(): this {
    if (!this.destroyed) this.#alive ??= setInterval(() => {}, LONGEST_TIMER);
    return this;
  }

  unref(): this {
    if (this.#alive !== null) clearInterval(this.#alive);
    this.#alive = null;
    return this;
  }

  override read(size?: number): unknown {
    const chunk: unknown = super.read(size);
    if (chunk !== null) this.#events.onRead();
    return chunk;
  }

  /** What comes is pushed. */
  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    // The caller may use its memory again.
    this.#events.onWrite(Buffer.from(chunk), done);
  }

  override _final(done: Done): void {
    this.#events.onEnd();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.unref();
    this.#events.onDestroy(error);
    done(error);
  }
}

/** One connection in memory. */
export class MemoryWire implements WireEnd {
  readonly inbox: Inbox = new Inbox();
  readonly closed: Promise<Departure>;
  readonly tls = null;
  /** What the client is given. */
  readonly stream: Duplex;
  #bytesRead = 0;
  #departure: Departure | null = null;
  #announce: (departure: Departure) => void = () => {};
  #destroyed = new AbortController();
  #ended = false;
  #paused = false;
  /** Writes of the client's that wait for `resume()`. */
  #held: Done[] = [];
  /** Writes of the server's that were not taken yet. */
  #untaken: { resolve(): void; reject(): void }[] = [];

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#announce = resolve;
    });
    this.stream = new ClientEnd({
      onWrite: (bytes, done) => this.#onWrite(bytes, done),
      onEnd: () => this.#depart('fin'),
      onRead: () => process.nextTick(() => this.#onTaken()),
      onDestroy: (error) => this.#onDestroy(error),
    });
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  get destroyed(): AbortSignal {
    return this.#destroyed.signal;
  }

  write(bytes: Uint8Array, action: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const closed = (): void => reject(new ConnectionClosedError(action, this.#departure?.by ?? 'reset'));
      if (this.stream.destroyed || this.#departure?.by === 'server') return closed();
      if (this.#ended) return reject(new Error(`Cannot ${action}: this side has already ended`));
      if (bytes.length === 0) return resolve();
      this.#untaken.push({ resolve, reject: closed });
      this.stream.push(Buffer.from(bytes));
      // Where it flows, nothing stays to be read.
      process.nextTick(() => this.#onTaken());
    });
  }

  end(): void {
    if (this.#ended || this.stream.destroyed) return;
    this.#ended = true;
    this.stream.push(null);
  }

  reset(): void {
    this.fail(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', errno: -104, syscall: 'read' }));
  }

  /** Ends it with an error that the client sees. */
  fail(error: Error): void {
    this.#depart('server');
    this.stream.destroy(error);
  }

  /** Ends it, and every wait. */
  destroy(): void {
    this.#destroyed.abort();
    this.reset();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    for (const done of this.#held.splice(0)) done();
  }

  #onWrite(bytes: Buffer, done: Done): void {
    this.#bytesRead += bytes.length;
    // Once this side is gone, nobody is there to refuse the bytes: they are lost, as on a network.
    if (this.#departure?.by !== 'server' && !this.inbox.push(bytes)) {
      this.fail(new Error(`Reset a connection on which ${MAX_UNREAD} bytes came that nobody read`));
    }
    if (this.#paused) this.#held.push(done);
    else process.nextTick(done);
  }

  #onTaken(): void {
    if (this.stream.readableLength > 0) return;
    for (const { resolve } of this.#untaken.splice(0)) resolve();
  }

  #onDestroy(error: Error | null): void {
    this.#depart(error === null ? 'fin' : 'reset');
    for (const { reject } of this.#untaken.splice(0)) reject();
  }

  #depart(by: ClosedBy): void {
    if (this.#departure !== null) return;
    this.#departure = { by, bytesRead: this.#bytesRead };
    this.inbox.end(by);
    this.#announce(this.#departure);
  }
}
