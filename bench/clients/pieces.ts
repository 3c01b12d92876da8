/** One piece of an uploaded body, the same memory each time: what a body is made of is no part of the measurement. */
export const PIECE: Buffer = Buffer.alloc(64 * 1024, '_');

/** A body of `bytes` bytes, some pieces of 64 KiB and what remains. */
export async function* pieces(bytes: number): AsyncGenerator<Buffer, void, void> {
  for (let left = bytes; left > 0; left -= PIECE.byteLength)
    yield left < PIECE.byteLength ? PIECE.subarray(0, left) : PIECE;
}

/** Reads a body piece by piece; gives its length. */
export async function lengthOf(body: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const chunk of body) length += chunk.byteLength;
  return length;
}
