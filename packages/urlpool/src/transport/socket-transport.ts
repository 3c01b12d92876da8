// A Transport over a net.Socket or a tls.TLSSocket: the one place that knows how Node's sockets behave.
//
// - Bytes come through `onread`, into the slab: no Readable, no allocation per read.
// - Half-open is allowed: the peer's FIN ends only its side, and what that means is for the user to say.
// - A failed write destroys a net.Socket together with what it has received but not read. While a body is sent, that
//   may be the response that explains the failure (a 413 and then a reset, say): so then a write's failure is told, the
//   socket is left alone, and reading goes on until the peer's own end.
// - A reset right behind the last bytes is told as an end by Node 20, and over TLS by Node 22: but a socket that was
//   reset has no peer any more, and one whose peer sent FIN has, as long as FIN was not sent from here before.
// - TLS that is spoken over a socket, through a tunnel, has no `onread` (`tls.connect()` leaves it out beside `socket`): it is
//   given it afterwards (15.5 µs of CPU for a response of 1 KB), and where that cannot be, what Node pushes into the Readable
//   is taken before it gets there (18.5 µs).
// - After it was destroyed a socket can still emit an error: the listener stays.

import type { Socket } from 'node:net';
import { IGNORED, type Transport, type TransportHandler } from '../message/transport.ts';
import { releaseSlab, slab, smallSlab } from './slab.ts';
import { tellWriteErrors } from './write-errors.ts';

/** The options of `net.connect` and `tls.connect` that every transport uses; its socket is given to `attach()`. */
export interface OnRead {
  /** Asked when the socket is made, and again after every read. */
  buffer(): Buffer;
  callback(bytesRead: number, buffer: Uint8Array): boolean;
}

export class SocketTransport implements Transport {
  handler: TransportHandler = IGNORED;
  readonly onread: OnRead;
  bytesIn = 0;
  bytesOut = 0;
  address = '';
  #socket: Socket | null = null;
  #error: Error | null = null;
  #paused = false;
  #ended = false;
  /** The memory of the read under way, and that of the next. */
  #reading: Buffer = smallSlab;
  #target: Buffer = smallSlab;
  #outlivesWriteErrors = false;
  /** Whether its socket was made without `onread`. */
  #takesPushed = false;

  constructor() {
    this.onread = {
      buffer: () => {
        this.#reading = this.#target;
        return this.#reading;
      },
      callback: (bytesRead: number): boolean => {
        this.bytesIn += bytesRead;
        this.handler.onData(this.#reading, bytesRead);
        releaseSlab(this.#reading, bytesRead);
        return !this.#paused;
      },
    };
  }

  /** Takes the socket over once it is connected; from then on its events go to the handler. */
  attach(socket: Socket, address: string): void {
    this.#socket = socket;
    this.address = address;
    socket.on('error', (error: Error) => {
      this.#error ??= error;
      // After the handshake a TLS socket tells an error and stays as it is.
      socket.destroy();
    });
    socket.on('end', () => this.#onEnd(socket));
    socket.on('drain', () => this.handler.onDrain());
    socket.on('close', () => this.handler.onClose(this.#error));
  }

  /** The same for a socket that was made without `onread`. */
  attachPushing(socket: Socket, address: string): void {
    this.attach(socket, address);
    if (readsBy(this.onread, socket)) return;
    this.#takesPushed = true;
    const push = socket.push.bind(socket);
    socket.push = (chunk: unknown): boolean => (chunk instanceof Uint8Array ? this.#take(chunk) : push(chunk));
  }

  #take(chunk: Uint8Array): boolean {
    this.bytesIn += chunk.length;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let taken = 0;
    while (taken < bytes.length) {
      const memory = this.#target;
      if (memory === slab || memory === smallSlab) {
        const rest = bytes.subarray(taken);
        taken = bytes.length;
        this.handler.onData(rest, rest.length);
      } else {
        // A consumer that gave memory of its own finds there what came.
        const length = bytes.copy(memory, 0, taken);
        taken += length;
        this.handler.onData(memory, length);
      }
    }
    return !this.#paused;
  }

  #onEnd(socket: Socket): void {
    if (this.#ended || hasPeer(socket)) {
      this.handler.onEnd();
      return;
    }
    this.#error ??= Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
    socket.destroy();
  }

  /** Gives the socket up to somebody else, who speaks over it from now on: nothing of it is told here any more. */
  detach(): Socket {
    const socket = this.#socket;
    if (socket === null) throw new TypeError('a transport without a socket');
    this.handler = IGNORED;
    this.#socket = null;
    return socket;
  }

  write(data: string | Uint8Array): boolean {
    this.bytesOut += data.length; // latin1: one byte per unit
    const socket = this.#socket;
    if (socket === null) return true;
    return typeof data === 'string' ? socket.write(data, 'latin1') : socket.write(data);
  }

  cork(): void {
    this.#socket?.cork();
  }

  uncork(): void {
    this.#socket?.uncork();
  }

  end(): void {
    this.#ended = true;
    this.#socket?.end();
  }

  pause(): void {
    this.#paused = true;
    this.#socket?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket?.resume();
    // Its Readable has seen nothing of what came, and believes that it is being read.
    if (this.#takesPushed) this.#socket?._read(0);
  }

  readInto(target: Buffer | 'all' | 'small'): void {
    this.#target = target === 'small' ? smallSlab : target === 'all' ? slab : target;
  }

  ref(): void {
    this.#socket?.ref();
  }

  unref(): void {
    this.#socket?.unref();
  }

  destroy(): void {
    this.#socket?.destroy();
  }

  outliveWriteErrors(): void {
    const socket = this.#socket;
    if (this.#outlivesWriteErrors || socket === null) return;
    this.#outlivesWriteErrors = true;
    tellWriteErrors(socket, (error) => this.handler.onWriteError(error));
  }
}

/** `remoteAddress` is kept once someone has read it, so the handle is asked, where this version of Node has one. */
function hasPeer(socket: Socket): boolean {
  const handle: unknown = '_handle' in socket ? socket._handle : null;
  if (typeof handle !== 'object' || handle === null || !('getpeername' in handle))
    return socket.remoteAddress !== undefined;
  const { getpeername } = handle;
  return typeof getpeername !== 'function' || getpeername.call(handle, {}) === 0;
}

/** Where Node 20 to 26 keep what `onread` said: a function for memory, which is kept too, and one to be told. */
const FIELDS_OF_ONREAD = ['kBuffer', 'kBufferGen', 'kBufferCb'];

/** Has a socket that has read nothing yet read as if it had been made with `onread`; gives whether it does. */
function readsBy({ buffer, callback }: OnRead, socket: Socket): boolean {
  const handle: unknown = '_handle' in socket ? socket._handle : null;
  if (typeof handle !== 'object' || handle === null || !('useUserBuffer' in handle)) return false;
  const { useUserBuffer } = handle;
  const symbols = Object.getOwnPropertySymbols(socket);
  const fields = FIELDS_OF_ONREAD.map((name) => symbols.find(({ description }) => description === name));
  const [memory, more, told] = fields;
  if (memory === undefined || more === undefined || told === undefined) return false;
  if (typeof useUserBuffer !== 'function') return false;
  const first = buffer();
  useUserBuffer.call(handle, first);
  Object.assign(socket, { [memory]: first, [more]: buffer, [told]: callback });
  return true;
}
