// Where a Zstandard frame ends (RFC 8878 §3.1): told from the lengths in it, without decoding. Node's versions differ in
// what they make of several frames, of what follows one, and of one that is cut; they are given exactly one frame each, so
// that the answer is the same everywhere.

/** Magic numbers, as their bytes stand: of a frame, and of one to skip, whose first byte is any of 16. */
const FRAME = [0x28, 0xb5, 0x2f, 0xfd] as const;
const SKIPPABLE = [0x50, 0x2a, 0x4d, 0x18] as const;

/** How many bytes of a frame's beginning `beginsFrame()` needs. */
export const MAGIC_BYTES: number = FRAME.length;

/** Bytes of the content size by its flag, where the frame is no single segment. */
const SIZE_BYTES = [0, 2, 4, 8] as const;
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;

const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
const SKIPPABLE_HEADER_BYTES = 8;

/** What is read next: a number of a few bytes, or a length that is passed over. */
type Part =
  | 'magic'
  | 'descriptor'
  | 'skipped-size'
  | 'header'
  | 'content-size'
  | 'block-header'
  | 'block'
  | 'last-block'
  | 'rest'
  | 'done';

const NUMBERS: readonly Part[] = ['magic', 'descriptor', 'skipped-size', 'content-size', 'block-header'];

/** Whether another frame begins here. Bytes that end too soon to be told apart count as a frame, one that was cut. */
export function beginsFrame(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return false;
  const has = (magic: readonly number[], mask: number): boolean =>
    magic.every((byte, at) => at >= bytes.length || ((bytes[at] ?? 0) & (at === 0 ? mask : 0xff)) === byte);
  return has(FRAME, 0xff) || has(SKIPPABLE, 0xf0);
}

/** How many of the first bytes are whole frames to skip: there may be very many, of 8 bytes each. */
export function skippableBytes(bytes: Buffer): number {
  let at = 0;
  while (bytes.length - at >= SKIPPABLE_HEADER_BYTES) {
    const isSkippable =
      ((bytes[at] ?? 0) & 0xf0) === SKIPPABLE[0] && SKIPPABLE.every((byte, i) => i === 0 || bytes[at + i] === byte);
    const end = at + SKIPPABLE_HEADER_BYTES + bytes.readUInt32LE(at + SKIPPABLE.length);
    if (!isSkippable || end > bytes.length) break;
    at = end;
  }
  return at;
}

/** Follows one frame. */
export class ZstdFrame {
  #part: Part = 'magic';
  /** Bytes that the part still has. */
  #left: number = FRAME.length;
  /** The number that the part's bytes are, the lowest first. */
  #number = 0;
  #factor = 1;
  #hasChecksum = false;
  #skippable = false;
  /** Of the content's size, as the header has it. */
  #sizeBytes = 0;
  #contentSize: number | null = null;

  /** Whether the frame has come to its end. */
  get done(): boolean {
    return this.#part === 'done';
  }

  /** Whether it is one to skip: it holds no content. */
  get skippable(): boolean {
    return this.#skippable;
  }

  /**
   * Whether its content may be of this length, in bytes: the frame says so, or nothing. libzstd does not look at it where the
   * last block is empty.
   */
  holds(length: number): boolean {
    return this.#contentSize === null || this.#contentSize === length;
  }

  /** How many of these bytes belong to the frame; null where they cannot be one. */
  read(bytes: Uint8Array): number | null {
    let at = 0;
    while (this.#part !== 'done' && (at < bytes.length || this.#left === 0)) {
      if (this.#left > 0 && NUMBERS.includes(this.#part)) {
        this.#number += (bytes[at] ?? 0) * this.#factor;
        this.#factor *= 256;
        this.#left--;
        at++;
        if (this.#part === 'magic' && !this.#mayBeFrame()) return null;
      } else {
        const some = Math.min(this.#left, bytes.length - at);
        this.#left -= some;
        at += some;
      }
      if (this.#left === 0 && !this.#follow()) return null;
    }
    return at;
  }

  /** Whether the bytes of the magic number, as far as they have come, may be one. */
  #mayBeFrame(): boolean {
    return beginsFrame(magicBytes(this.#number).subarray(0, FRAME.length - this.#left));
  }

  /** Goes on after a part; false where what it says cannot be. */
  #follow(): boolean {
    const number = this.#number;
    switch (this.#part) {
      case 'magic':
        return this.#afterMagic(number);
      case 'descriptor':
        return this.#afterDescriptor(number);
      case 'header':
        return this.#enter('content-size', this.#sizeBytes);
      case 'content-size':
        // In two bytes it is less by 256, which one byte could say (§3.1.1.1.4).
        if (this.#sizeBytes > 0) this.#contentSize = number + (this.#sizeBytes === 2 ? 256 : 0);
        return this.#enter('block-header', BLOCK_HEADER_BYTES);
      case 'block':
        return this.#enter('block-header', BLOCK_HEADER_BYTES);
      case 'block-header':
        return this.#afterBlockHeader(number);
      case 'last-block':
        return this.#enter('rest', this.#hasChecksum ? CHECKSUM_BYTES : 0);
      case 'skipped-size':
        return this.#enter('rest', number);
      case 'rest':
      case 'done':
        return this.#enter('done', 0);
    }
  }

  #afterMagic(number: number): boolean {
    this.#skippable = magicBytes(number)[0] !== FRAME[0];
    return this.#skippable
      ? this.#enter('skipped-size', SKIPPABLE_HEADER_BYTES - FRAME.length)
      : this.#enter('descriptor', 1);
  }

  /** Frame_Header_Descriptor, §3.1.1.1.1. */
  #afterDescriptor(descriptor: number): boolean {
    if ((descriptor & 0x08) !== 0) return false; // reserved
    this.#hasChecksum = (descriptor & 0x04) !== 0;
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const sizeFlag = descriptor >> 6;
    this.#sizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : (SIZE_BYTES[sizeFlag] ?? 0);
    const windowBytes = isSingleSegment ? 0 : 1;
    return this.#enter('header', windowBytes + (DICTIONARY_BYTES[descriptor & 3] ?? 0));
  }

  /** Block_Header, §3.1.1.2: a repeated byte is one byte, whatever its block's length. */
  #afterBlockHeader(header: number): boolean {
    const type = (header >> 1) & 3;
    if (type === 3) return false; // reserved
    return this.#enter((header & 1) !== 0 ? 'last-block' : 'block', type === 1 ? 1 : header >>> 3);
  }

  #enter(part: Part, left: number): boolean {
    this.#part = part;
    this.#left = left;
    this.#number = 0;
    this.#factor = 1;
    return true;
  }
}

function magicBytes(number: number): Uint8Array {
  return Uint8Array.of(number & 0xff, (number >>> 8) & 0xff, (number >>> 16) & 0xff, number >>> 24);
}
