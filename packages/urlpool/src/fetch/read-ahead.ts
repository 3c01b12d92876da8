// The body of a Request. It says nothing of its length, nor whether it can be made again, though most are texts in memory
// that hide behind a stream. So a body that is there at once is taken as bytes: it goes out with its length and can be sent
// again. One that has to be waited for, or is long, is a stream, and what was read of it goes first.

import { type BodyInput, pieceOf } from '../request/body-input.ts';
import { systemClock } from '../util/clock.ts';

/** A body up to this size is taken as bytes. */
const MOST_BYTES = 1024 * 1024;

/** Check phases of the event loop that one piece may take: that of a Blob takes some. */
const PATIENCE = 4;

/** Reads a body as far as it is there. */
export async function readAhead(stream: ReadableStream<Uint8Array>): Promise<BodyInput> {
  const reader = stream.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const reading = reader.read();
    const result = await Promise.race([reading, afterChecks(PATIENCE)]);
    if (result === 'late') return new ReadBody(reader, pieces, reading);
    if (result.done) return Buffer.concat(pieces);
    const piece = pieceOf(result.value);
    pieces.push(piece);
    length += piece.length;
    if (length > MOST_BYTES) return new ReadBody(reader, pieces, null);
  }
}

function afterChecks(count: number): Promise<'late'> {
  return new Promise((resolve) => {
    const wait = (left: number): void => {
      if (left === 0) resolve('late');
      else systemClock.atNextCheck(() => wait(left - 1), true);
    };
    wait(count);
  });
}

/** What was read of a body, and then its rest. It can be left at any moment. */
class ReadBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #pieces: Uint8Array[];
  #reading: Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> | null;

  constructor(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    pieces: Uint8Array[],
    reading: Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> | null,
  ) {
    this.#reader = reader;
    this.#pieces = pieces;
    this.#reading = reading;
    // Whoever reads it is told; nobody may.
    reading?.catch(() => {});
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const first = this.#pieces.shift();
    if (first !== undefined) return { done: false, value: first };
    const reading = this.#reading ?? this.#reader.read();
    this.#reading = null;
    const { done, value } = await reading;
    return done ? { done, value: undefined } : { done: false, value: pieceOf(value) };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    await this.#reader.cancel();
    return { done: true, value: undefined };
  }
}
