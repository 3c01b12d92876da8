// Holds a body that is read into memory. A body of known length is copied once, into a buffer of that length; one that
// is large or of unknown length grows by doubling, so that never more than twice what has arrived, plus 1 MiB, is
// reserved: a Content-Length is a promise of the peer's, not a reason to allocate.

/** Up to this length a declared length is believed at once. */
const BELIEVED_BYTES = 1024 * 1024;
/** What a body of unknown length begins with. */
const FIRST_BYTES = 16 * 1024;

/** What a large body is given beyond its length; see `room()`. */
const SPARE_BYTES = 1;

const EMPTY: Buffer = Buffer.alloc(0);

/** The bytes of one body. */
export class BodyCollector {
  #buffer: Buffer = EMPTY;
  #length = 0;
  readonly #declared: number | null;

  /** @param declared The length that the head declares, in bytes; null if none. */
  constructor(declared: number | null) {
    this.#declared = declared;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes reserved. */
  get reserved(): number {
    return this.#buffer.length;
  }

  /** Takes a piece: copies it in, unless it was read into `room()` already. */
  add(view: Uint8Array): void {
    const length = this.#length + view.length;
    if (view.buffer !== this.#buffer.buffer || view.byteOffset !== this.#buffer.byteOffset + this.#length) {
      if (length > this.#buffer.length) this.#grow(length);
      this.#buffer.set(view, this.#length);
    }
    this.#length = length;
  }

  /**
   * Memory for what comes next: the `left` bytes that are known to come, or fewer, and one more, so that a read which does
   * not fill it shows that nothing follows them.
   */
  room(left: number): Buffer {
    if (this.#length === this.#buffer.length) this.#grow(this.#length + 1);
    return this.#buffer.subarray(this.#length, this.#length + left + 1);
  }

  /** The body. */
  take(): Buffer {
    const { length } = this.#buffer;
    if (length === this.#length) return this.#buffer;
    // A view keeps the whole reservation alive: worth it only where little is wasted.
    return length - this.#length > length / 8
      ? Buffer.from(this.#buffer.subarray(0, this.#length))
      : this.#buffer.subarray(0, this.#length);
  }

  #grow(needed: number): void {
    const declared = (this.#declared ?? Number.POSITIVE_INFINITY) + (needed > FIRST_BYTES / 2 ? SPARE_BYTES : 0);
    const believed = Math.min(declared, this.#declared === null ? FIRST_BYTES : BELIEVED_BYTES);
    const size = Math.max(needed, Math.min(declared, Math.max(2 * this.#buffer.length, believed)));
    const grown = Buffer.allocUnsafe(size);
    if (this.#length > 0) grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}
