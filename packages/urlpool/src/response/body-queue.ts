// A body between the connection that reads it and the consumer that takes it. The connection may be a little ahead: past
// the high mark it is asked to pause, below the low mark it goes on. Nothing here points at the response that the consumer
// holds, so that a forgotten one can be seen to have been forgotten.
//
// Large bodies are read straight into blocks made here, and the pieces that the consumer gets are views of them: nothing
// is copied. A block is never written to twice.

import { type Fields, NO_FIELDS } from '../message/fields.ts';

/** Above this many bytes the connection pauses; below the other it goes on. */
const HIGH_BYTES = 256 * 1024;
const LOW_BYTES = 128 * 1024;

/** The same in pieces: one of a single byte takes some 200 bytes of memory. */
const HIGH_PIECES = 4096;
const LOW_PIECES = 2048;

/** Where so many pieces wait, they are taken together up to this length: each costs whoever takes it, a decoder most. */
const MANY_PIECES = 64;
const JOINED_BYTES = 16 * 1024;

/** What is read at once. */
const BLOCK_BYTES = 64 * 1024;
/** A block with less room than this is not read into any more. */
const WORTHWHILE_BYTES = 16 * 1024;

const NO_BLOCK: Buffer = Buffer.alloc(0);

/** How a body ended. */
export type BodyEnd =
  | { readonly is: 'complete'; readonly trailers: Fields }
  | { readonly is: 'failed'; readonly reason: unknown };

/** The pieces of one body, in order. */
export class BodyQueue {
  #pieces: Buffer[] = [];
  /** How many of them were taken: `shift()` moves all that a long list holds, each time. */
  #taken = 0;
  #bytes = 0;
  #end: BodyEnd | null = null;
  #block: Buffer = NO_BLOCK;
  #at = 0;
  #paused = false;
  #wake: (() => void) | null = null;
  /** Asks the connection to go on. */
  readonly #resume: () => void;

  constructor(resume: () => void) {
    this.#resume = resume;
  }

  /** How the body ended; null while it goes on. Pieces may still be waiting. */
  get end(): BodyEnd | null {
    return this.#end;
  }

  /** The fields after the body; none before its end. */
  get trailers(): Fields {
    return this.#end?.is === 'complete' ? this.#end.trailers : NO_FIELDS;
  }

  /** Bytes that wait to be taken. */
  get size(): number {
    return this.#bytes;
  }

  /** Memory to read the next bytes to. */
  memory(): Buffer {
    if (this.#block.length - this.#at < WORTHWHILE_BYTES) {
      this.#block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
      this.#at = 0;
    }
    return this.#block.subarray(this.#at);
  }

  /** Takes a piece in; false asks for a pause. */
  push(view: Uint8Array): boolean {
    if (view.buffer === this.#block.buffer) {
      this.#at = view.byteOffset - this.#block.byteOffset + view.byteLength;
      this.#pieces.push(Buffer.from(view.buffer, view.byteOffset, view.byteLength));
    } else {
      this.#pieces.push(Buffer.from(view));
    }
    this.#bytes += view.byteLength;
    this.#wakeUp();
    this.#paused ||= this.#bytes >= HIGH_BYTES || this.#pieces.length - this.#taken >= HIGH_PIECES;
    return !this.#paused;
  }

  /** The body is over. The first end counts. */
  finish(end: BodyEnd): void {
    this.#end ??= end;
    this.#block = NO_BLOCK;
    this.#wakeUp();
  }

  /** Forgets what was not taken. */
  clear(): void {
    this.#pieces = [];
    this.#taken = 0;
    this.#bytes = 0;
  }

  /** The next piece, or several short ones as one; null where none waits. */
  take(): Buffer | null {
    const waiting = this.#pieces.length - this.#taken;
    const first = this.#pieces[this.#taken];
    if (first === undefined) return null;
    const count = waiting < MANY_PIECES ? 1 : this.#countToJoin();
    const piece = count === 1 ? first : Buffer.concat(this.#pieces.slice(this.#taken, this.#taken + count));
    this.#pieces.fill(NO_BLOCK, this.#taken, this.#taken + count);
    this.#taken += count;
    if (this.#taken === this.#pieces.length || this.#taken >= LOW_PIECES) {
      this.#pieces = this.#pieces.slice(this.#taken);
      this.#taken = 0;
    }
    this.#bytes -= piece.length;
    if (this.#paused && this.#bytes < LOW_BYTES && this.#pieces.length - this.#taken < LOW_PIECES) {
      this.#paused = false;
      this.#resume();
    }
    return piece;
  }

  /** All of the body, where its end is here and nothing was taken; it stays. Null for any other. */
  whole(): Buffer | null {
    if (this.#end?.is !== 'complete' || this.#taken > 0) return null;
    const [first] = this.#pieces;
    return first !== undefined && this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces);
  }

  /** How many of the next pieces are taken as one. */
  #countToJoin(): number {
    let bytes = 0;
    let at = this.#taken;
    for (; at < this.#pieces.length; at++) {
      bytes += this.#pieces[at]?.length ?? 0;
      if (bytes > JOINED_BYTES) break;
    }
    return Math.max(1, at - this.#taken);
  }

  /**
   * The next piece; null at the end. For one consumer at a time.
   *
   * @throws what a body ended with that did not come to its end.
   */
  async next(): Promise<Buffer | null> {
    for (;;) {
      const piece = this.take();
      if (piece !== null) return piece;
      if (this.#end === null) await this.whenChanged();
      else if (this.#end.is === 'complete') return null;
      else throw this.#end.reason;
    }
  }

  /** Resolves when there is a piece or an end. For one consumer at a time. */
  whenChanged(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
