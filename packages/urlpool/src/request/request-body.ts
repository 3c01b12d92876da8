// The body of a request: bytes that are there, or a source that makes them. It knows whether it can be sent a second
// time: bytes, lists, Blobs, files and functions can, a stream only until its first byte was taken. A consumed stream is
// never sent again, least of all as an empty body.

import { RequestError } from '../errors/request-error.ts';
import { type Context, currentContext, outside } from '../util/context.ts';
import { type BodyInput, bytesOf, describe, isBlob, isFormData, isStream } from './body-input.ts';
import { type BodySegment, lengthOf, SegmentSource } from './body-segment.ts';
import { type BodySource, openSource } from './body-source.ts';
import { CompressedSource, type ContentCoding, compressed } from './content-coding.ts';
import { openExactly } from './exact-source.ts';
import type { FormFields } from './form-fields.ts';
import { GivenStream } from './given-stream.ts';
import { multipart } from './multipart.ts';

/** Bodies in memory up to this size are compressed at once: their length is then known. */
const AT_ONCE_BYTES = 64 * 1024;

const URLENCODED = 'application/x-www-form-urlencoded';

/** What a body is made of. */
interface Making {
  readonly bytes?: Uint8Array;
  readonly length: number | null;
  readonly type?: string;
  readonly streams?: readonly GivenStream[];
  open?(): BodySource | Promise<BodySource>;
}

/** What is known of a body's bytes before they are sent. */
export class RequestBody {
  /** The whole body, where it is in memory. */
  readonly bytes: Uint8Array | null;
  /** Its length in bytes; null where only its end will tell. */
  readonly length: number | null;
  /** The Content-Type that it brings along; null for none. */
  readonly type: string | null;
  readonly #open: (() => BodySource | Promise<BodySource>) | null;
  /** What of it can be read only once. */
  readonly #streams: readonly GivenStream[];
  /** Where it was given: what the source does is its caller's doing, not that of whoever opened the connection. */
  readonly #context: Context;

  private constructor({ bytes, length, type, streams, open }: Making) {
    this.bytes = bytes ?? null;
    this.length = length;
    this.type = type ?? null;
    this.#open = open ?? null;
    this.#streams = streams ?? [];
    this.#context = open === undefined ? outside : currentContext();
  }

  /**
   * The body that an input stands for.
   *
   * @param length A length that the caller vouches for, for a source whose own is not known.
   * @param boundary What parts the parts of FormData. @default chosen at random
   * @throws {RequestError} `ERR_INVALID_BODY` for what is none of the kinds, `ERR_INVALID_HEADER` for a length that is
   *   not the body's own, `ERR_BODY_CONSUMED` for a stream that was read before.
   */
  static from(input: BodyInput, length: number | null = null, boundary?: string): RequestBody {
    const bytes = bytesOf(input);
    if (bytes !== null) return new RequestBody({ bytes, length: checkedLength(bytes.byteLength, length) });
    if (input instanceof URLSearchParams) return RequestBody.urlencoded(input.toString(), length);
    if (isFormData(input)) return RequestBody.form(input, length, boundary);
    if (isBlob(input)) {
      const { size, type } = input;
      const open = (): BodySource => openExactly(openSource(input), size, 'the Blob');
      return new RequestBody({ length: checkedLength(size, length), open, ...(type === '' ? {} : { type }) });
    }
    if (typeof input === 'function') return new RequestBody({ length, open: async () => openSource(await input()) });
    if (Array.isArray(input)) return new RequestBody({ length, open: () => openSource(input) });
    if (!isStream(input)) {
      throw new RequestError(
        `Cannot send ${describe(input)} as a body: give a string, bytes, an iterable of them, or a function that makes one`,
        { code: 'ERR_INVALID_BODY', phase: 'request' },
      );
    }
    const stream = new GivenStream(input, 'the body');
    return new RequestBody({ length, streams: [stream], open: () => stream.open() });
  }

  /** A form as multipart/form-data; for its parameters and errors see `from()` and `multipart()`. */
  static form(fields: FormFields, length: number | null = null, boundary?: string): RequestBody {
    const { segments, contentType } = multipart(fields, boundary);
    const total = checkedLength(lengthOf(segments), length);
    const [first] = segments;
    if (segments.length === 1 && first instanceof Uint8Array) {
      return new RequestBody({ bytes: first, length: total, type: contentType });
    }
    return new RequestBody({
      length: total,
      type: contentType,
      streams: segments.flatMap(streamOf),
      open: () => new SegmentSource(segments),
    });
  }

  /** Names and values, written as in a query. */
  static urlencoded(text: string, length: number | null = null): RequestBody {
    const bytes = Buffer.from(text, 'latin1'); // ASCII, by its encoding
    return new RequestBody({ bytes, length: checkedLength(bytes.byteLength, length), type: URLENCODED });
  }

  /** Whether it can be sent (again) from its first byte. */
  get state(): 'replayable' | 'unread' | 'consumed' {
    if (this.#streams.length === 0) return 'replayable';
    return this.#streams.some((stream) => stream.taken) ? 'consumed' : 'unread';
  }

  /** The same body in a content coding. An empty one stays as it is. */
  compressed(coding: ContentCoding): RequestBody {
    const { bytes } = this;
    const type = this.type === null ? {} : { type: this.type };
    if (bytes !== null && bytes.byteLength <= AT_ONCE_BYTES) {
      const packed = compressed(bytes, coding);
      return new RequestBody({ bytes: packed, length: packed.byteLength, ...type });
    }
    return new RequestBody({
      length: null,
      ...type,
      streams: this.#streams,
      open: async () => new CompressedSource(await this.open(), coding),
    });
  }

  /** Begins to produce it; a stream can be opened once. */
  async open(): Promise<BodySource> {
    const open = this.#open;
    const run = this.#context;
    if (open === null) return openSource(this.bytes ?? new Uint8Array(0));
    const opened = await run(open);
    return { next: () => run(() => opened.next()), release: () => run(() => opened.release()) };
  }

  /** The call is over: what was given for it and never opened is freed. */
  release(): void {
    for (const stream of this.#streams) stream.release();
  }
}

function streamOf(segment: BodySegment): readonly GivenStream[] {
  return segment instanceof Uint8Array || segment.stream === null ? [] : [segment.stream];
}

/** The body's own length, which the caller's must be; the caller's, where it has none. */
function checkedLength(own: number | null, length: number | null): number | null {
  if (own === null || length === null || length === own) return own ?? length;
  const message = `Content-Length says ${length} bytes, but the body has ${own}: leave the field out`;
  throw new RequestError(`Cannot send the request: ${message}`, { code: 'ERR_INVALID_HEADER', phase: 'request' });
}
