// The body of a request: bytes that are there, or a source that makes them. It knows whether it can be sent a second
// time: bytes, lists and functions can, a stream only until its first byte was taken. A consumed stream is never sent
// again, least of all as an empty body.

import { RequestError } from '../errors/request-error.ts';
import { type Context, currentContext, outside } from '../util/context.ts';
import { type BodyChunk, type BodyInput, type BodyStream, bytesOf, describe, isStream } from './body-input.ts';
import { type BodySource, ignoreErrorsUntilRead, openSource, releaseStream } from './body-source.ts';

/** Where its pieces come from. */
type Source = (BodyStream & object) | (() => BodyChunk | BodyStream | Promise<BodyChunk | BodyStream>);

/** What is known of a body's bytes before they are sent. */
export class RequestBody {
  /** The whole body, where it is in memory. */
  readonly bytes: Uint8Array | null;
  /** Its length in bytes; null where only its end will tell. */
  readonly length: number | null;
  readonly #source: Source | null;
  /** Where it was given: what the source does is its caller's doing, not that of whoever opened the connection. */
  readonly #context: Context;
  #consumed = false;

  private constructor(bytes: Uint8Array | null, length: number | null, source: Source | null) {
    this.bytes = bytes;
    this.length = length;
    this.#source = source;
    this.#context = source === null ? outside : currentContext();
  }

  /**
   * The body that an input stands for.
   *
   * @param length A length that the caller vouches for, for a source whose own is not known.
   * @throws {RequestError} `ERR_INVALID_BODY` for what is none of the kinds, `ERR_INVALID_HEADER` for a length that is
   *   not the bytes' own.
   */
  static from(input: BodyInput, length: number | null = null): RequestBody {
    const bytes = bytesOf(input);
    if (bytes !== null) {
      if (length !== null && length !== bytes.byteLength) {
        const message = `Content-Length says ${length} bytes, but the body has ${bytes.byteLength}: leave the field out`;
        throw new RequestError(`Cannot send the request: ${message}`, { code: 'ERR_INVALID_HEADER', phase: 'request' });
      }
      return new RequestBody(bytes, bytes.byteLength, null);
    }
    if (typeof input === 'function') return new RequestBody(null, length, input);
    if (!isStream(input) || isForm(input)) {
      throw new RequestError(
        `Cannot send ${describe(input)} as a body: give a string, bytes, an iterable of them, or a function that makes one`,
        { code: 'ERR_INVALID_BODY', phase: 'request' },
      );
    }
    ignoreErrorsUntilRead(input);
    return new RequestBody(null, length, input);
  }

  /** Where it stands for a second sending. */
  get state(): 'replayable' | 'unread' | 'consumed' {
    if (this.bytes !== null || typeof this.#source === 'function' || Array.isArray(this.#source)) return 'replayable';
    return this.#consumed ? 'consumed' : 'unread';
  }

  /** Begins to produce it; a stream can be opened once. */
  async open(): Promise<BodySource> {
    const source = this.#source;
    const run = this.#context;
    if (source === null) return openSource(this.bytes ?? new Uint8Array(0));
    if (typeof source !== 'function') this.#consumed = true;
    const made = typeof source === 'function' ? await run(source) : source;
    const opened = run(() => openSource(made));
    return { next: () => run(() => opened.next()), release: () => run(() => opened.release()) };
  }

  /** The call has failed: a stream that was given for it and never opened is freed. */
  release(): void {
    const source = this.#source;
    if (this.state === 'unread' && typeof source === 'object' && source !== null) releaseStream(source);
  }
}

/** Forms iterate over their fields, not over bytes. */
function isForm(input: object): boolean {
  return input instanceof URLSearchParams || input instanceof FormData || input instanceof Map;
}
