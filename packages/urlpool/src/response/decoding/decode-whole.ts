// Decodes a body that is in memory off the thread, piece by piece: it can be given up at any moment, and holds no more than
// it may.

import { BodyCollector } from '../body-collector.ts';
import type { DecodedBody } from './decoded-body.ts';
import type { PieceSource } from './piece-reader.ts';
import { STEP_BYTES } from './zlib-engine.ts';

/** Bytes in memory, a step at a time. */
export class MemoryPieces implements PieceSource {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  async next(): Promise<Buffer | null> {
    if (this.#at >= this.#data.length) return null;
    const piece = this.#data.subarray(this.#at, this.#at + STEP_BYTES);
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
