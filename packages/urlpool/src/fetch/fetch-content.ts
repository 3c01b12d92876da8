// The body of a fetched response before anybody asks for a stream of it: bytes that are here, or a StreamedResponse that
// goes on. An abort counts until it has been read, even where all of it is here (WHATWG Fetch §5.6, "abort a fetch() call").

import { StreamedResponse } from '../response/streamed-response.ts';
import { webStreamOf } from '../response/web-stream.ts';
import { fetchError } from './fetch-error.ts';

/** Whose body it is. */
export interface ContentOf {
  readonly url: string;
  readonly signal: AbortSignal | null;
}

/** A body that can be read once, as a whole or as a stream. */
export class FetchContent {
  readonly #held: Buffer | StreamedResponse;
  readonly #of: ContentOf;

  constructor(held: Buffer | StreamedResponse, of: ContentOf) {
    this.#held = held;
    this.#of = of;
  }

  /**
   * All of it.
   *
   * @throws {TypeError} where it does not come to its end.
   * @throws the signal's reason.
   */
  async bytes(): Promise<Buffer> {
    this.#of.signal?.throwIfAborted();
    if (!(this.#held instanceof StreamedResponse)) return this.#held;
    try {
      return await this.#held.bytes();
    } catch (reason) {
      throw fetchError(reason, this.#of.url);
    }
  }

  /** A stream of bytes that reads no faster than it is read. */
  stream(): ReadableStream<Uint8Array> {
    const { signal, url } = this.#of;
    const held = this.#held;
    if (!(held instanceof StreamedResponse)) return streamOfBytes(held, signal);
    return webStreamOf({
      async read(most) {
        signal?.throwIfAborted();
        try {
          return await held.read(most);
        } catch (reason) {
          throw fetchError(reason, url);
        }
      },
      release: () => held.dispose(),
    });
  }

  /** The same once more, where it is bytes; null where it can be had only once. */
  copy(): FetchContent | null {
    return this.#held instanceof StreamedResponse ? null : new FetchContent(this.#held, this.#of);
  }
}

function streamOfBytes(bytes: Buffer, signal: AbortSignal | null): ReadableStream<Uint8Array> {
  if (bytes.length === 0) return new ReadableStream({ type: 'bytes', start: (controller) => controller.close() });
  let rest = bytes;
  return webStreamOf({
    async read(most = rest.length) {
      signal?.throwIfAborted();
      if (rest.length === 0) return null;
      const piece = rest.subarray(0, most);
      rest = rest.subarray(piece.length);
      return piece;
    },
    release: async () => {},
  });
}
