// The bytes of a connection that carries another protocol now, or a tunnel, as a stream of Node's: what WebSocket
// libraries and `tls.connect({ socket })` take.

import { Duplex } from 'node:stream';
import type { Transport } from '../message/transport.ts';

/** A transport as a Duplex: back-pressure both ways, half-close, and the end of one is the end of the other. */
export class UpgradedStream extends Duplex {
  readonly #transport: Transport;
  #written: (() => void) | null = null;
  #ended = false;

  constructor(transport: Transport) {
    super({ allowHalfOpen: true });
    this.#transport = transport;
    // A peer may reset the connection before anybody listens: that must not end the process. `errored` and 'close' tell it.
    this.on('error', () => {});
    transport.readInto('all');
    transport.ref();
    transport.handler = {
      onData: (bytes, length) => {
        // The bytes are the transport's, and are overwritten by the next read.
        if (!this.push(Buffer.from(bytes.subarray(0, length)))) transport.pause();
      },
      onEnd: () => this.#end(),
      onDrain: () => this.#goOn(),
      onWriteError: (error) => this.destroy(error),
      onClose: (error) => {
        // What has come is still to be read: a stream that both sides have ended destroys itself after that.
        if (error === null) this.#end();
        else this.destroy(error);
      },
    };
  }

  override _read(): void {
    this.#transport.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    if (this.#transport.write(chunk)) done();
    else this.#written = done;
  }

  override _final(done: () => void): void {
    this.#transport.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#transport.destroy();
    this.#goOn();
    done(error);
  }

  #end(): void {
    if (!this.#ended) this.push(null);
    this.#ended = true;
  }

  #goOn(): void {
    const written = this.#written;
    this.#written = null;
    written?.();
  }
}
