// A response whose body is still on its way: the consumer takes it piece by piece, and the server is read no faster than
// that. It holds its connection until the body has been read or the response is disposed of; one that is forgotten gives
// it back when it is garbage-collected.

import type { Readable } from 'node:stream';
import { HTTPError } from '../errors/http-error.ts';
import { LimitError } from '../errors/limit-error.ts';
import { PoolError } from '../errors/pool-error.ts';
import { HTTPHeaders } from '../message/http-headers.ts';
import { BaseResponse, type ResponseParts } from './base-response.ts';
import { BodyCollector } from './body-collector.ts';
import type { BodyQueue } from './body-queue.ts';
import { bodyJSON, bodyText } from './body-text.ts';

/** What a streamed response asks of the call behind it. */
export interface BodyControl {
  /** The largest body to hold in memory, in bytes. */
  readonly maxBodyBytes: number;
  /** Nobody wants the rest. Resolves when the connection is free or closed. */
  dispose(): Promise<void>;
  /** Nobody can want it any more: the response was garbage-collected. */
  abandoned(): void;
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
  #used = false;

  constructor(parts: ResponseParts, queue: BodyQueue, control: BodyControl) {
    super(parts);
    this.#queue = queue;
    this.#control = control;
    forgotten.register(this, control, queue);
  }

  /** Whether somebody has begun to read the body, or it was disposed of. */
  get bodyUsed(): boolean {
    return this.#used;
  }

  /** The fields that came after a chunked body; none before the body has been read. */
  get trailers(): HTTPHeaders {
    return new HTTPHeaders(this.#queue.trailers);
  }

  /**
   * The body, piece by piece. Leaving the loop disposes of the response.
   *
   * @throws {HTTPError} where the body does not come to its end; if the call was aborted, the signal's reason.
   */
  [Symbol.asyncIterator](): AsyncIterator<Buffer, undefined> {
    this.#use();
    return {
      next: async () => {
        const value = await this.#next();
        return value === null ? { done: true, value: undefined } : { done: false, value };
      },
      return: async () => {
        await this.#release();
        return { done: true, value: undefined };
      },
    };
  }

  /**
   * The whole body.
   *
   * @throws {LimitError} if it is longer than `maxBodyBytes`.
   */
  async bytes(): Promise<Buffer> {
    this.#use();
    const collector = new BodyCollector(null);
    const { maxBodyBytes } = this.#control;
    for (let piece = await this.#next(); piece !== null; piece = await this.#next()) {
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

  /** The whole body as UTF-8 text, without a byte order mark. */
  async text(): Promise<string> {
    return bodyText(await this.bytes());
  }

  /**
   * The whole body as JSON. The type is the caller's claim: nothing checks it.
   *
   * @throws {DecodeError} `ERR_INVALID_JSON`
   */
  async json<T = unknown>(): Promise<T> {
    return bodyJSON<T>(await this.text(), this);
  }

  /** The body as a stream of Node's. Destroying it disposes of the response. */
  readable(): Readable {
    const { Readable: NodeReadable } = process.getBuiltinModule('node:stream');
    return NodeReadable.from(this, { objectMode: false });
  }

  /** The body as a web stream. Cancelling it disposes of the response. */
  webStream(): ReadableStream<Uint8Array> {
    const pieces = this[Symbol.asyncIterator]();
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await pieces.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        async cancel() {
          await pieces.return?.();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /**
   * Gives the rest of the body up. A short one is read to its end, at most 256 KiB and for 50 ms, so that its connection
   * can be kept; else the connection is closed. Does nothing once the body has been read.
   */
  async dispose(): Promise<void> {
    this.#used = true;
    await this.#release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #use(): void {
    if (this.#used) {
      const { method, url, connection } = this;
      throw new PoolError(`Cannot read the body of ${method} ${url} again: it was read or disposed of before`, {
        code: 'ERR_BODY_USED',
        phase: 'body',
        method,
        url,
        connection,
      });
    }
    this.#used = true;
  }

  /** The next piece; null at the end. */
  async #next(): Promise<Buffer | null> {
    for (;;) {
      const piece = this.#queue.take();
      if (piece !== null) return piece;
      const { end } = this.#queue;
      if (end === null) {
        await this.#queue.whenChanged();
        continue;
      }
      forgotten.unregister(this.#queue);
      if (end.is === 'complete') return null;
      if (end.reason instanceof HTTPError) Error.captureStackTrace(end.reason, this.#next);
      throw end.reason;
    }
  }

  async #release(): Promise<void> {
    forgotten.unregister(this.#queue);
    await this.#control.dispose();
  }
}
