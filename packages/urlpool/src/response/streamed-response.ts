// A response whose body is still on its way: the consumer takes it piece by piece, and the server is read no faster than
// that. It holds its connection until the body has been read or the response is disposed of; one that is forgotten gives
// it back when it is garbage-collected.

import type { Readable } from 'node:stream';
import { HTTPError } from '../errors/http-error.ts';
import { LimitError } from '../errors/limit-error.ts';
import { checkBound } from '../errors/option-values.ts';
import { PoolError } from '../errors/pool-error.ts';
import { HTTPHeaders } from '../message/http-headers.ts';
import { BaseResponse, type ResponseParts } from './base-response.ts';
import { BodyCollector } from './body-collector.ts';
import { bodyText, encodingFrom, utf8Text } from './body-decoder.ts';
import { bodyJSON } from './body-json.ts';
import { type EventOptions, eventsOf, type LineOptions, linesOf, type NDJSONOptions, valuesOf } from './body-lines.ts';
import type { BodyQueue } from './body-queue.ts';
import type { DecodedBody } from './decoding/decoded-body.ts';
import type { ServerSentEvent } from './event-stream-parser.ts';
import { type SavedFile, type SaveOptions, saveBody } from './save-body.ts';
import { webStreamOf } from './web-stream.ts';

/** What a streamed response asks of the call behind it. */
export interface BodyControl {
  /** The largest body to hold in memory, in bytes. */
  readonly maxBodyBytes: number;
  /** Nobody wants the rest. Resolves when the connection is free or closed. */
  dispose(): Promise<void>;
  /** Nobody can want it any more: the response was garbage-collected. */
  abandoned(): void;
}

/**
 * Who has the body: nobody, `read()` up to some place, a loop over its pieces, which `read()` may take some of, or somebody
 * for good.
 */
type Use = 'none' | 'partly' | 'iterated' | 'taken';

let whole: (response: StreamedResponse) => Buffer | null;
let watched: (response: StreamedResponse, onOver: () => void) => void;
let beingRead: (response: StreamedResponse) => boolean;

/**
 * The whole body, where it is here already, as small ones are as soon as there is a response, and nobody has begun to read
 * it: it counts as read then. Null for any other, which stays as it is.
 */
export function takeWhole(response: StreamedResponse): Buffer | null {
  return whole(response);
}

/** Has it told, once, when its body was read or failed, or it was disposed of and its connection is free or closed. */
export function whenOver(response: StreamedResponse, onOver: () => void): void {
  watched(response, onOver);
}

/** Whether somebody has the body, or a `read()` is under way. One that `read()` has left in the middle is not. */
export function isBeingRead(response: StreamedResponse): boolean {
  return beingRead(response);
}

const forgotten = new FinalizationRegistry<BodyControl>((control) => control.abandoned());

/**
 * A response that is read as it comes. Its body can be read once.
 *
 * @example
 * const file = await http.stream('GET', 'https://example.org/large.csv');
 * for await (const chunk of file) process.stdout.write(chunk);
 */
export class StreamedResponse extends BaseResponse implements AsyncIterable<Buffer>, AsyncDisposable {
  readonly #queue: BodyQueue;
  readonly #control: BodyControl;
  /** Where the pieces come from, if not as they are from the queue. */
  readonly #decoded: DecodedBody | null;
  #use: Use = 'none';
  /** What `read()` left of a piece. */
  #rest: Buffer | null = null;
  /** The reading of the next piece, while it is under way. */
  #reading: Promise<Buffer | null> | null = null;
  #isOver = false;
  #onOver: (() => void) | null = null;

  static {
    whole = (response) => response.#takeWhole();
    beingRead = (response) => response.#use === 'iterated' || response.#use === 'taken' || response.#reading !== null;
    watched = (response, onOver) => {
      if (response.#isOver) onOver();
      else response.#onOver = onOver;
    };
  }

  constructor(parts: ResponseParts, queue: BodyQueue, control: BodyControl, decoded: DecodedBody | null = null) {
    super(parts);
    this.#queue = queue;
    this.#decoded = decoded;
    this.#control = control;
    forgotten.register(this, control, queue);
  }

  /** Whether somebody has begun to read the body, or it was disposed of. */
  get bodyUsed(): boolean {
    return this.#use !== 'none';
  }

  /** The fields that came after a chunked body; none before the body has been read. */
  get trailers(): HTTPHeaders {
    return new HTTPHeaders(this.#queue.trailers);
  }

  /**
   * The body, piece by piece, from where `read()` stands. Leaving the loop disposes of the response.
   *
   * @throws {HTTPError} where the body does not come to its end; if the call was aborted, the signal's reason.
   */
  [Symbol.asyncIterator](): AsyncIterator<Buffer, undefined> {
    return this.#pieces('iterated')[Symbol.asyncIterator]();
  }

  /**
   * The next bytes of the body; null at its end. Reads that are begun before the last one is done get theirs in turn.
   *
   * @param most How many bytes at most, 1 or more; there may be fewer. @default all of the next piece
   * @throws {HTTPError} where the body does not come to its end; if the call was aborted, the signal's reason.
   */
  async read(most: number = Number.POSITIVE_INFINITY): Promise<Buffer | null> {
    checkBound('a number of bytes to read', most, 1);
    if (this.#use === 'taken') throw this.#usedError();
    if (this.#use === 'none') this.#use = 'partly';
    return await this.#pull(most);
  }

  /**
   * The whole body, or what `read()` left of it.
   *
   * @throws {LimitError} if it is longer than `maxBodyBytes`.
   */
  async bytes(): Promise<Buffer> {
    this.#take('taken');
    const collector = new BodyCollector(null);
    const { maxBodyBytes } = this.#control;
    for (let piece = await this.#pull(); piece !== null; piece = await this.#pull()) {
      if (collector.length + piece.length > maxBodyBytes) {
        await this.#release();
        const { method, url, connection } = this;
        const message = `Cannot hold the body of ${method} ${url}: ${maxBodyBytes} bytes are allowed, and it is longer than that; option: maxBodyBytes`;
        throw new LimitError(message, { phase: 'body', limit: 'maxBodyBytes', method, url, connection });
      }
      collector.add(piece);
    }
    return collector.take();
  }

  /**
   * The whole body as text, without a byte order mark.
   *
   * @param charset The encoding to read by, a label of the Encoding standard. @default that of a byte order mark, else
   * that of Content-Type, else UTF-8, which an unknown one is taken for as well
   * @throws {RequestError} `ERR_INVALID_OPTION` for a label that is not known.
   */
  async text(charset?: string): Promise<string> {
    const encoding = encodingFrom(charset, this.charset);
    return bodyText(await this.bytes(), encoding);
  }

  /**
   * The whole body as JSON, in UTF-8 (RFC 8259). The type is the caller's claim: nothing checks it.
   *
   * @throws {DecodeError} `ERR_INVALID_JSON`, with the status, the place and some characters around it.
   */
  async json<T = unknown>(): Promise<T> {
    return bodyJSON<T>(utf8Text(await this.bytes()), this);
  }

  /**
   * The body line by line, without their ends: LF, CRLF or CR. Leaving the loop disposes of the response.
   *
   * @example
   * for await (const line of response.lines()) console.log(line);
   *
   * @throws {LimitError} for a line longer than `maxLineBytes`.
   */
  lines(options: LineOptions = {}): AsyncGenerator<string, void> {
    return linesOf(this, () => this.#pieces('taken'), options);
  }

  /**
   * The values of a body of newline-delimited JSON, one by one; empty lines are passed over. Leaving the loop disposes of
   * the response.
   *
   * @throws {DecodeError} `ERR_INVALID_JSON`, with the number of the line.
   * @throws {LimitError} for a line longer than `maxLineBytes`.
   */
  ndjson<T = unknown>(options: NDJSONOptions = {}): AsyncGenerator<T, void> {
    return valuesOf<T>(this, () => this.#pieces('taken'), options);
  }

  /**
   * The server-sent events of the body (WHATWG HTML §9.2.6), of this connection alone: `eventStream()` of a manager connects
   * anew. Leaving the loop disposes of the response.
   *
   * @throws {LimitError} for a line longer than `maxLineBytes`, or data longer than `maxEventBytes`.
   */
  events(options: EventOptions = {}): AsyncGenerator<ServerSentEvent, void> {
    return eventsOf(this, () => this.#pieces('taken'), options).events;
  }

  /**
   * Writes the body to a file: to another one beside it, which takes its place when all is there and right. On failure
   * nothing is left, and what was there before is.
   *
   * @example
   * await response.saveTo('large.csv', { digest: { algorithm: 'sha256', value: 'ba7816bf…' } });
   *
   * @throws {FileError} `ERR_FILE` where it cannot be written, `ERR_FILE_EXISTS` where it is there and `overwrite` is false.
   * @throws {DigestError} where the body is not what the digest says.
   */
  saveTo(path: string, options: SaveOptions = {}): Promise<SavedFile> {
    const headers = new HTTPHeaders(this.fields);
    const decoded = this.#decoded;
    const watch = decoded === null ? null : (onPiece: (piece: Uint8Array) => void) => decoded.watch(onPiece);
    return saveBody({ response: this, headers, take: () => this.#pieces('taken'), watch }, path, options);
  }

  /** The body as a stream of Node's, which reads no faster than it is read. Destroying it disposes of the response. */
  readable(): Readable {
    const { Readable: NodeReadable } = process.getBuiltinModule('node:stream');
    return NodeReadable.from(this.#pieces('taken'), { objectMode: false });
  }

  /** The body as a web stream of bytes, for readers of either kind. Cancelling it disposes of the response. */
  webStream(): ReadableStream<Uint8Array> {
    this.#take('taken');
    return webStreamOf({ read: (most) => this.#pull(most), release: () => this.#release() });
  }

  /**
   * Gives the rest of the body up. A short one is read to its end, at most 256 KiB and for 50 ms, so that its connection
   * can be kept; else the connection is closed. Does nothing once the body has been read.
   */
  async dispose(): Promise<void> {
    this.#use = 'taken';
    this.#rest = null;
    await this.#release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** The body's pieces, for one who reads them from here on. */
  #pieces(use: 'iterated' | 'taken'): AsyncIterable<Buffer> {
    this.#take(use);
    const iterator: AsyncIterator<Buffer, undefined> = {
      next: async () => {
        const value = await this.#pull();
        return value === null ? { done: true, value: undefined } : { done: false, value };
      },
      return: async () => {
        this.#use = 'taken';
        await this.#release();
        return { done: true, value: undefined };
      },
    };
    return { [Symbol.asyncIterator]: () => iterator };
  }

  #takeWhole(): Buffer | null {
    const sent = this.#use === 'none' ? this.#queue.whole() : null;
    const body = sent === null || this.#decoded === null || sent.length === 0 ? sent : this.#decodedNow(sent);
    if (body === null) return null;
    this.#use = 'taken';
    this.#queue.clear();
    this.#decoded?.close();
    this.#end();
    return body;
  }

  #decodedNow(sent: Buffer): Buffer | null {
    return this.#decoded?.atOnce(sent, this.#control.maxBodyBytes) ?? null;
  }

  #take(use: 'iterated' | 'taken'): void {
    if (this.#use === 'iterated' || this.#use === 'taken') throw this.#usedError();
    this.#use = use;
  }

  #usedError(): PoolError {
    const { method, url, connection } = this;
    const message = `Cannot read the body of ${method} ${url} again: it was read or disposed of before`;
    return new PoolError(message, { code: 'ERR_BODY_USED', phase: 'body', method, url, connection });
  }

  /** The next bytes, at most `most`; null at the end. One at a time: the others wait for their turn. */
  async #pull(most: number = Number.POSITIVE_INFINITY): Promise<Buffer | null> {
    while (this.#reading !== null) await this.#reading.catch(() => {});
    let piece = this.#rest;
    // A piece of nothing says nothing.
    while (piece === null || piece.length === 0) {
      this.#reading = this.#next();
      try {
        piece = await this.#reading;
      } finally {
        this.#reading = null;
      }
      if (piece === null) return null;
    }
    this.#rest = piece.length > most ? piece.subarray(most) : null;
    return piece.length > most ? piece.subarray(0, most) : piece;
  }

  /** The next piece; null at the end. */
  async #next(): Promise<Buffer | null> {
    const waiting = this.#decoded === null ? this.#queue.take() : null;
    if (waiting !== null) return waiting;
    try {
      const piece = await (this.#decoded ?? this.#queue).next();
      if (piece === null) this.#end();
      return piece;
    } catch (reason) {
      // A body that cannot be decoded may still be coming.
      if (this.#decoded === null) this.#end();
      else await this.#release();
      if (reason instanceof HTTPError) Error.captureStackTrace(reason, this.#next);
      throw reason;
    }
  }

  async #release(): Promise<void> {
    forgotten.unregister(this.#queue);
    await this.#control.dispose();
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    forgotten.unregister(this.#queue);
    this.#onOver?.();
    this.#onOver = null;
  }
}
