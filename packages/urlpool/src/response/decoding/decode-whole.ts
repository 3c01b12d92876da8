// Decodes a body that is in memory off the thread, piece by piece: it can be given up at any moment, and holds no more than
// it may. Not all is done by zlib: what stands around its data is read on this thread, so the event loop turns after each
// piece, whatever is in it.

import { systemClock } from '../../util/clock.ts';
import { BodyCollector } from '../body-collector.ts';
import type { DecodedBody } from './decoded-body.ts';
import type { PieceSource } from './piece-reader.ts';

/** The most laborious there is, Zstandard's empty frames to skip and names in gzip headers, takes some 1 ms. */
const PIECE_BYTES: number = 16 * 1024;

/** Bytes in memory, a piece in each turn of the event loop. */
export class MemoryPieces implements PieceSource {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  async next(): Promise<Buffer | null> {
    if (this.#at >= this.#data.length) return null;
    if (this.#at > 0) await new Promise<void>((resolve) => systemClock.atNextCheck(resolve, true));
    const piece = this.#data.subarray(this.#at, this.#at + PIECE_BYTES);
    this.#at += piece.length;
    return piece;
  }
}

/**
 * The whole body; null where it has more than `most` bytes. Rejects with what reading it throws.
 */
export async function decodeWhole(body: DecodedBody, most: number): Promise<Buffer | null> {
  const collector = new BodyCollector(null);
  for (let piece = await body.next(); piece !== null; piece = await body.next()) {
    if (collector.length + piece.length > most) {
      body.close();
      return null;
    }
    collector.add(piece);
  }
  return collector.take();
}
