// Holds a body that is read into memory. A short one of known length is copied once, into a buffer of that length. Of any
// other the beginning is held in blocks, and put together where its whole length is known: a Content-Length is a promise
// of the peer's, not a reason to allocate, so that never more than twice what has arrived, plus 1 MiB, is reserved. Blocks
// are small enough for the allocator to hand out again: memory that was never used before costs more than copying does.

/** Up to this length a declared length is believed at once. */
const BELIEVED_BYTES = 1024 * 1024;
/** What a body of unknown length begins with. */
const FIRST_BYTES = 16 * 1024;
const BLOCK_BYTES = 256 * 1024;

/** What a large body is given beyond its length; see `room()`. */
const SPARE_BYTES = 1;

const EMPTY: Buffer = Buffer.alloc(0);

/** The bytes of one body. */
export class BodyCollector {
  /** Full ones, in order. */
  #blocks: Buffer[] = [];
  /** The bytes in them. */
  #before = 0;
  /** What is written to, up to `#at`. */
  #block: Buffer = EMPTY;
  #at = 0;
  readonly #declared: number | null;

  /** @param declared The length that the head declares, in bytes; null if none. */
  constructor(declared: number | null) {
    this.#declared = declared;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#before + this.#at;
  }

  /** Bytes reserved. */
  get reserved(): number {
    return this.#before + this.#block.length;
  }

  /** Takes a piece: copies it in, unless it was read into `room()` already. */
  add(view: Uint8Array): void {
    const block = this.#block;
    if (view.buffer === block.buffer && view.byteOffset === block.byteOffset + this.#at) {
      this.#at += view.length;
      return;
    }
    if (view.length > block.length - this.#at) this.#begin(view.length);
    this.#block.set(view, this.#at);
    this.#at += view.length;
  }

  /**
   * Memory for what comes next: the `left` bytes that are known to come, or fewer, and one more, so that a read which does
   * not fill it shows that nothing follows them.
   */
  room(left: number): Buffer {
    if (this.#at === this.#block.length) this.#begin(1);
    return this.#block.subarray(this.#at, this.#at + left + 1);
  }

  /** The body. */
  take(): Buffer {
    const { length } = this;
    if (this.#blocks.length > 0) {
      this.#gather(length);
      return this.#block;
    }
    if (this.#block.length === length) return this.#block;
    // A view keeps the whole reservation alive: worth it only where little is wasted.
    return this.#block.length - length > this.#block.length / 8
      ? Buffer.from(this.#block.subarray(0, length))
      : this.#block.subarray(0, length);
  }

  /** Begins a block that holds `needed` bytes at least. */
  #begin(needed: number): void {
    const { length } = this;
    const declared = this.#declared ?? Number.POSITIVE_INFINITY;
    const spare = length + needed > FIRST_BYTES / 2 ? SPARE_BYTES : 0;
    if (declared <= Math.max(BELIEVED_BYTES, 2 * length)) {
      this.#gather(Math.max(length + needed, declared + spare));
      return;
    }
    const usual = length === 0 ? (this.#declared === null ? FIRST_BYTES : BELIEVED_BYTES) : BLOCK_BYTES;
    const size = Math.max(needed, Math.min(usual, declared + spare - length));
    if (this.#at > 0) this.#blocks.push(this.#block.subarray(0, this.#at));
    this.#before = length;
    this.#block = Buffer.allocUnsafeSlow(size);
    this.#at = 0;
  }

  /** Puts together what is there, in memory of `size` bytes. */
  #gather(size: number): void {
    const { length } = this;
    const whole = Buffer.allocUnsafe(size);
    let at = 0;
    for (const block of this.#blocks) {
      whole.set(block, at);
      at += block.length;
    }
    whole.set(this.#block.subarray(0, this.#at), at);
    this.#blocks = [];
    this.#before = 0;
    this.#block = whole;
    this.#at = length;
  }
}
