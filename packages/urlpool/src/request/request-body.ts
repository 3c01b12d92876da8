// The body of a request: bytes that are there, or a source that makes them. It knows whether it can be sent a second
// time: bytes and functions can, a stream only until its first byte was taken. A consumed stream is never sent again,
// least of all as an empty body.

import { RequestError } from '../errors/request-error.ts';

/** A piece of a body; text is sent as UTF-8. */
export type BodyChunk = string | ArrayBufferView | ArrayBuffer;

/** What a stream may be: Node's Readable, a web ReadableStream, a generator. */
export type BodyStream = AsyncIterable<BodyChunk> | Iterable<BodyChunk>;

/** What the `body` option takes. A function is called for every attempt, so its body can be sent again. */
export type BodyInput = BodyChunk | BodyStream | (() => BodyChunk | BodyStream | Promise<BodyChunk | BodyStream>);

/** What is known of a body's bytes before they are sent. */
export class RequestBody {
  /** The whole body, where it is in memory. */
  readonly bytes: Uint8Array | null;
  /** Its length in bytes; null where only its end will tell. */
  readonly length: number | null;
  readonly #source: BodyStream | (() => BodyChunk | BodyStream | Promise<BodyChunk | BodyStream>) | null;
  #consumed = false;

  private constructor(
    bytes: Uint8Array | null,
    length: number | null,
    source: BodyStream | (() => BodyChunk | BodyStream | Promise<BodyChunk | BodyStream>) | null,
  ) {
    this.bytes = bytes;
    this.length = length;
    this.#source = source;
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
    if (typeof input !== 'function' && !isStream(input)) {
      throw new RequestError(
        `Cannot send ${describe(input)} as a body: give a string, bytes, an iterable of them, or a function that makes one`,
        { code: 'ERR_INVALID_BODY', phase: 'request' },
      );
    }
    if (typeof input === 'object') ignoreErrorsUntilRead(input);
    return new RequestBody(null, length, input as BodyStream | (() => BodyStream));
  }

  /** Where it stands for a second sending. */
  get state(): 'replayable' | 'unread' | 'consumed' {
    if (this.bytes !== null || typeof this.#source === 'function') return 'replayable';
    return this.#consumed ? 'consumed' : 'unread';
  }

  /** Begins to produce it; a stream can be opened once. */
  async open(): Promise<AsyncIterator<BodyChunk> | Iterator<BodyChunk>> {
    const source = this.#source;
    if (source === null) return [this.bytes ?? new Uint8Array(0)].values();
    const made = typeof source === 'function' ? await source() : source;
    this.#consumed = true;
    const bytes = bytesOf(made);
    if (bytes !== null) return [bytes].values();
    if (typeof made !== 'object' || !isStream(made)) {
      throw new TypeError(`the body function returned ${describe(made)}, not a string, bytes or an iterable of them`);
    }
    return Symbol.asyncIterator in made ? made[Symbol.asyncIterator]() : made[Symbol.iterator]();
  }
}

/** The bytes of a value that is in memory; null for any other. */
export function bytesOf(value: unknown): Uint8Array | null {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return new Uint8Array(value);
  return null;
}

/** A Node stream may fail before it is read: reading it reports that, and until then it must not end the process. */
function ignoreErrorsUntilRead(input: object): void {
  if ('on' in input && typeof input.on === 'function') input.on('error', () => {});
}

function isStream(value: unknown): value is BodyStream {
  return typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const name = value.constructor?.name;
  return name === undefined || name === 'Object' ? 'an object' : `a ${name}`;
}
