// A Transport over any Duplex that a connector gives. It reads by `readable` and `read()`, never by `data`: so nothing is
// told from within a write, and what is not wanted yet stays in the stream. What came is copied into the memory that
// was asked for, so that whoever reads cannot tell it from a socket.

import type { Duplex } from 'node:stream';
import { IGNORED, type Transport, type TransportHandler } from '../message/transport.ts';
import { releaseSlab, slab, smallSlab } from './slab.ts';
import { tellWriteErrors } from './write-errors.ts';

export class StreamTransport implements Transport {
  handler: TransportHandler = IGNORED;
  bytesIn = 0;
  bytesOut = 0;
  readonly address: string;
  readonly #stream: Duplex;
  #target: Buffer = smallSlab;
  #error: Error | null = null;
  #paused = false;
  #closed = false;
  #outlivesWriteErrors = false;

  constructor(stream: Duplex, address: string) {
    this.#stream = stream;
    this.address = address;
    stream.on('error', (error: Error) => {
      this.#error ??= error;
      this.destroy();
      // Not every stream tells that it is closed.
      process.nextTick(() => this.#close());
    });
    stream.on('readable', () => this.#read());
    stream.on('end', () => this.handler.onEnd());
    stream.on('drain', () => this.handler.onDrain());
    stream.on('close', () => this.#close());
    // What came before the listeners did is told by no event.
    process.nextTick(() => this.#read());
  }

  write(data: string | Uint8Array): boolean {
    this.bytesOut += data.length; // latin1: one byte per unit
    return (
      this.#safely(() => this.#stream.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)) ?? true
    );
  }

  cork(): void {
    this.#stream.cork();
  }

  uncork(): void {
    this.#safely(() => this.#stream.uncork());
  }

  end(): void {
    this.#safely(() => this.#stream.end());
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    process.nextTick(() => this.#read());
  }

  readInto(target: Buffer | 'all' | 'small'): void {
    this.#target = target === 'small' ? smallSlab : target === 'all' ? slab : target;
  }

  ref(): void {
    this.#call('ref');
  }

  unref(): void {
    this.#call('unref');
  }

  outliveWriteErrors(): void {
    if (this.#outlivesWriteErrors) return;
    this.#outlivesWriteErrors = true;
    tellWriteErrors(this.#stream, (error) => this.handler.onWriteError(error));
  }

  destroy(): void {
    try {
      this.#stream.destroy();
    } catch (error) {
      this.#fail(error);
    }
  }

  #read(): void {
    while (!this.#paused && !this.#closed) {
      const memory = this.#target;
      const { readableLength } = this.#stream;
      const wanted = Math.min(readableLength, memory.length);
      const chunk: unknown = this.#safely(() => this.#stream.read(wanted));
      if (!(chunk instanceof Uint8Array)) return;
      memory.set(chunk);
      this.bytesIn += chunk.length;
      this.handler.onData(memory, chunk.length);
      releaseSlab(memory, chunk.length);
    }
  }

  /** Somebody else's stream may throw, where a socket would tell. */
  #safely<Result>(act: () => Result): Result | undefined {
    try {
      return act();
    } catch (error) {
      this.#fail(error);
      this.destroy();
      return undefined;
    }
  }

  #fail(error: unknown): void {
    this.#error ??= error instanceof Error ? error : new Error(String(error));
    process.nextTick(() => this.#close());
  }

  #call(name: 'ref' | 'unref'): void {
    const stream: object = this.#stream;
    const method: unknown = name in stream ? Reflect.get(stream, name) : undefined;
    if (typeof method === 'function') this.#safely(() => method.call(stream));
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.handler.onClose(this.#error);
  }
}
