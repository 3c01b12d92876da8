// What a script sees of its connection: reads that take exactly what they name, writes that send exactly what they are
// given, and the ways to end. Reads are one at a time. A read or write that the end of the connection cuts short
// rejects with ConnectionClosedError; a script may let that pass, for the server takes it as an ordinary end.

import { setTimeout as delay } from 'node:timers/promises';
import { cannedResponse, type ResponseChoices } from './canned-response.ts';
import { ConnectionClosedError } from './connection-closed-error.ts';
import { InboxEndedError } from './inbox.ts';
import type { ReceivedHead, ReceivedRequest } from './received-request.ts';
import { bodyFraming } from './request-head.ts';
import { readRequestBody, readRequestHead } from './request-reader.ts';
import type { TlsDetails } from './tls-details.ts';
import type { Departure, WireEnd } from './wire.ts';

/** A request whose head was read. One without a body is whole then: recorded, and still there for `request()`. */
type Opened =
  | { readonly state: 'head-read'; readonly head: ReceivedHead; readonly raw: Buffer }
  | { readonly state: 'whole'; readonly request: ReceivedRequest };

/** Where the reading stands between two reads. */
type Reading = Opened | { readonly state: 'between-requests' };

const BETWEEN: Reading = { state: 'between-requests' };

/**
 * One accepted connection, in the hands of its script.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { ScriptedServer } from 'urlpool-testing';
 *
 * const server = await ScriptedServer.start({}, async (connection) => {
 *   const request = await connection.request();
 *   await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n');
 *   await connection.write(request.target);
 *   connection.end();
 * });
 * const response = await fetch(`${server.origin}/abcd`);
 * assert.equal(await response.text(), '/abcd');
 * await server.close();
 * ```
 */
export class ScriptedConnection {
  /** Index in order of accept, from 0. */
  readonly index: number;
  /**
   * Resolves when the peer is gone: its FIN or RST came, or this side destroyed the connection, whichever was first.
   * After `end()` it still waits for the peer's answer. Never rejects.
   */
  readonly closed: Promise<Departure>;
  #wire: WireEnd;
  #record: (request: ReceivedRequest) => void;
  #reading: Reading = BETWEEN;
  #busyWith: string | null = null;
  #exchanges = 0;
  #method = 'GET';

  /** Made by the server, one for each connection it accepts. */
  constructor(index: number, wire: WireEnd, record: (request: ReceivedRequest) => void) {
    this.index = index;
    this.closed = wire.closed;
    this.#wire = wire;
    this.#record = record;
  }

  /** Bytes received so far, read by the script or not; with TLS, of plain text. */
  get bytesRead(): number {
    return this.#wire.bytesRead;
  }

  /** What the TLS handshake settled; null without TLS, and until the handshake is done. */
  get tls(): TlsDetails | null {
    return this.#wire.tls;
  }

  /**
   * Reads the next request in full: head, body, trailers. After `head()`, the rest of that same request.
   *
   * @throws {ConnectionClosedError} when the connection ended before a request came whole.
   * @throws {MalformedRequestError} when the client sent what RFC 9112 forbids.
   */
  request(): Promise<ReceivedRequest> {
    return this.#read('request', async () => {
      const opened = this.#reading.state === 'between-requests' ? await this.#open() : this.#reading;
      const request = opened.state === 'whole' ? opened.request : await this.#complete(opened.head, opened.raw);
      this.#reading = BETWEEN;
      return request;
    });
  }

  /**
   * Reads the next request's head and leaves its body, to script an answer that comes early. `request()` then reads the
   * body, or `bytes()` and `read()` take it as it is on the wire.
   *
   * @throws {ConnectionClosedError} when the connection ended before a head came whole.
   * @throws {MalformedRequestError} when the client sent what RFC 9112 forbids.
   * @throws {Error} when the body of the request before is still unread.
   */
  head(): Promise<ReceivedHead> {
    return this.#read('request head', async () => {
      if (this.#reading.state === 'head-read') {
        throw new Error(
          `Cannot read the next head on connection ${this.index}: call request() first, to read the body`,
        );
      }
      const opened = await this.#open();
      return opened.state === 'whole' ? opened.request : opened.head;
    });
  }

  /**
   * Takes the next `count` bytes as they are. Between `head()` and `request()` this leaves the body to the script: the
   * next `request()` starts wherever the script stopped.
   *
   * @throws {ConnectionClosedError} when the connection ended before; {RangeError} when `count` is no count.
   */
  bytes(count: number): Promise<Buffer> {
    if (!Number.isInteger(count) || count < 0) throw new RangeError(`Cannot read ${count} bytes`);
    return this.#read(`${count} bytes`, () => {
      this.#reading = BETWEEN;
      return this.#wire.inbox.take(count);
    });
  }

  /**
   * Takes whatever bytes are there, at least one; null when the peer ended its side. Like `bytes()` it leaves the body
   * to the script.
   *
   * @throws {ConnectionClosedError} when the connection was reset or destroyed.
   */
  read(): Promise<Buffer | null> {
    return this.#read('bytes', () => {
      this.#reading = BETWEEN;
      return this.#wire.inbox.takeSome();
    });
  }

  /** Throws away what was received and not read, and all that will come. `bytesRead` goes on counting. */
  discard(): void {
    this.#wire.inbox.discard();
  }

  /**
   * Sends exactly these bytes; a string is Latin-1. Resolves when the kernel has taken them.
   *
   * @throws {TypeError} when the string has characters that are not Latin-1.
   * @throws {ConnectionClosedError} when the connection ended before; {Error} after `end()`.
   */
  write(data: string | Uint8Array): Promise<void> {
    if (typeof data === 'string' && /[^\0-\xff]/.test(data)) {
      throw new TypeError('Cannot write a string with characters beyond Latin-1: encode it to bytes first');
    }
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    return marked(this.#wire.write(bytes, `write ${bytes.length} bytes on connection ${this.index}`));
  }

  /**
   * Sends a correct response, as `cannedResponse` builds it for the method of the last head read: by default a 200 with
   * `Content-Length: 0`.
   *
   * @throws {TypeError | RangeError} when no correct response is like that; otherwise like `write()`.
   */
  respond(choices: ResponseChoices = {}): Promise<void> {
    return this.write(cannedResponse({ method: this.#method, ...choices }));
  }

  /** Sends FIN, after close_notify with TLS, and goes on reading. */
  end(): void {
    this.#wire.end();
  }

  /** Sends RST, and is done with the connection. Unsent bytes are lost, and may be lost on the peer's side too. */
  reset(): void {
    this.#wire.reset();
  }

  /**
   * Stops reading. Some 64 KiB more and the kernel's buffers fill, then the peer's, then the peer can write no more. A
   * FIN or RST is not seen before `resume()`.
   */
  pause(): void {
    this.#wire.pause();
  }

  /** Reads again after `pause()`. */
  resume(): void {
    this.#wire.resume();
  }

  /**
   * Waits in real time, `ms` milliseconds: for tests of what a client does when bytes come late.
   *
   * @throws {ConnectionClosedError} when the server is closed meanwhile. A peer that leaves does not end the wait.
   */
  wait(ms: number): Promise<void> {
    const waited = delay(ms, undefined, { signal: this.#wire.destroyed }).catch((cause: unknown) => {
      throw new ConnectionClosedError(`wait ${ms} ms on connection ${this.index}`, 'server', '', { cause });
    });
    return marked(waited);
  }

  /** Runs one read at a time, and gives an end of the bytes the words of what was being read. */
  #read<T>(what: string, take: () => Promise<T>): Promise<T> {
    const reading = async (): Promise<T> => {
      if (this.#busyWith !== null) {
        throw new Error(`Cannot read ${what} on connection ${this.index}: a read of ${this.#busyWith} is under way`);
      }
      this.#busyWith = what;
      try {
        return await take();
      } catch (error) {
        if (!(error instanceof InboxEndedError)) throw error;
        const action = `read ${what} on connection ${this.index} after ${this.#exchanges} request heads`;
        const detail = `, ${this.#wire.inbox.size} of the bytes received are left`;
        throw new ConnectionClosedError(action, error.by, detail, { cause: error });
      } finally {
        this.#busyWith = null;
      }
    };
    return marked(reading());
  }

  async #open(): Promise<Opened> {
    const { head: parsed, raw } = await readRequestHead(this.#wire.inbox);
    const head: ReceivedHead = { connection: this.index, exchange: this.#exchanges, ...parsed };
    this.#exchanges += 1;
    this.#method = head.method;
    const framing = bodyFraming(head);
    this.#reading =
      framing.kind === 'none'
        ? { state: 'whole', request: await this.#complete(head, raw) }
        : { state: 'head-read', head, raw };
    return this.#reading;
  }

  async #complete(head: ReceivedHead, rawHead: Buffer): Promise<ReceivedRequest> {
    const { body, trailers, raw } = await readRequestBody(this.#wire.inbox, bodyFraming(head));
    const request: ReceivedRequest = { ...head, body, trailers, raw: Buffer.concat([rawHead, raw]) };
    this.#record(request);
    return request;
  }
}

/** Marks a promise as handled: a script may leave one unawaited, and a rejection then must not end the process. */
function marked<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
