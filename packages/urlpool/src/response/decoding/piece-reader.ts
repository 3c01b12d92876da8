// Reads pieces as a decoder needs them: so many bytes to look at, or whatever comes, and what was too much back again.

/** Where the pieces of a body come from. */
export interface PieceSource {
  /** The next piece; null at the end. One at a time. */
  next(): Promise<Buffer | null>;
}

const NOTHING: Buffer = Buffer.alloc(0);

export class PieceReader {
  readonly #source: PieceSource;
  #waiting: Buffer = NOTHING;
  #ended = false;

  constructor(source: PieceSource) {
    this.#source = source;
  }

  /** The next bytes, at least one; null at the end. */
  async take(): Promise<Buffer | null> {
    if (this.#waiting.length > 0) {
      const piece = this.#waiting;
      this.#waiting = NOTHING;
      return piece;
    }
    while (!this.#ended) {
      const piece = await this.#source.next();
      if (piece === null) this.#ended = true;
      else if (piece.length > 0) return piece;
    }
    return null;
  }

  /** The first `count` bytes of what follows, or more, without taking them; fewer only at the end. */
  async look(count: number): Promise<Buffer> {
    while (this.#waiting.length < count) {
      const before = this.#waiting;
      this.#waiting = NOTHING;
      const piece = await this.take();
      this.#waiting = piece === null ? before : before.length === 0 ? piece : Buffer.concat([before, piece]);
      if (piece === null) break;
    }
    return this.#waiting;
  }

  /** Gives back what was taken last, or the end of it. */
  putBack(bytes: Buffer): void {
    this.#waiting = bytes;
  }

  /** Reads to the end. */
  async drain(): Promise<void> {
    while ((await this.take()) !== null);
  }
}
