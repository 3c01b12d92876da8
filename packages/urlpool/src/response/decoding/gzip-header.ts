// What stands before the compressed data of a gzip member (RFC 1952 §2.3), read as it comes: nothing of it is kept, so that
// a name of any length costs nothing. What it says, of names and times, is of no use to a client.

/** What a member begins with: ID1, ID2 and the only method there is. */
const MAGIC = [0x1f, 0x8b, 0x08] as const;

const FLAG_HEADER_CRC = 0x02;
const FLAG_EXTRA = 0x04;
const FLAG_NAME = 0x08;
const FLAG_COMMENT = 0x10;
const FLAGS_RESERVED = 0xe0;

/** Where in the header it stands: one of the parts that are there, in this order. */
type Part = 'fixed' | 'extra-length' | 'extra' | 'name' | 'comment' | 'crc' | 'done';

/** Its bytes without the parts that may be left out. */
const FIXED_BYTES = 10;
const FLAGS_AT = 3;

/** How many bytes of a member's beginning `beginsMember()` needs. */
export const MAGIC_BYTES: number = MAGIC.length;

/**
 * Whether another member begins here, and not just bytes that belong to none: those are passed over, as gzip does. Bytes that
 * end too soon to be told apart count as a member, one that was cut.
 */
export function beginsMember(bytes: Uint8Array): boolean {
  return bytes.length > 0 && MAGIC.every((byte, at) => at >= bytes.length || bytes[at] === byte);
}

/** Reads the header of one member. */
export class GzipHeader {
  #part: Part = 'fixed';
  /** How much of the part has been read, in bytes. */
  #at = 0;
  #flags = 0;
  /** The two bytes that the part is, or the length that it has. */
  #number = 0;
  #crc = 0;
  readonly #crc32: (bytes: Uint8Array, before: number) => number;

  /** @param crc32 The checksum of bytes that follow others, of which `before` is the checksum. */
  constructor(crc32: (bytes: Uint8Array, before: number) => number) {
    this.#crc32 = crc32;
  }

  /** Whether all of it has been read. */
  get done(): boolean {
    return this.#part === 'done';
  }

  /** Takes what belongs to the header, and says how many bytes that is; null where it is none. */
  read(bytes: Uint8Array): number | null {
    let at = 0;
    /** From where on the checksum is still to be formed. */
    let from = 0;
    while (at < bytes.length && this.#part !== 'done') {
      if (this.#part === 'crc' && this.#at === 0) {
        this.#crc = this.#crc32(bytes.subarray(from, at), this.#crc);
        from = at;
      }
      if (!this.#readByte(bytes[at] ?? 0)) return null;
      at++;
    }
    if (this.#part !== 'crc' || this.#at === 0) this.#crc = this.#crc32(bytes.subarray(from, at), this.#crc);
    return at;
  }

  #readByte(byte: number): boolean {
    const at = this.#at++;
    switch (this.#part) {
      case 'fixed':
        if (at < MAGIC.length && byte !== MAGIC[at]) return false;
        if (at === FLAGS_AT) this.#flags = byte;
        if (at === FIXED_BYTES - 1) this.#follow('fixed');
        return (this.#flags & FLAGS_RESERVED) === 0;
      case 'extra-length':
        this.#number += at === 0 ? byte : byte * 256;
        if (at === 1) {
          if (this.#number === 0) this.#follow('extra');
          else this.#enter('extra');
        }
        return true;
      case 'extra':
        if (this.#at === this.#number) this.#follow('extra');
        return true;
      case 'name':
      case 'comment':
        if (byte === 0) this.#follow(this.#part);
        return true;
      case 'crc':
        if (byte !== ((this.#crc >>> (8 * at)) & 0xff)) return false;
        if (at === 1) this.#follow('crc');
        return true;
      case 'done':
        return true;
    }
  }

  /** Goes to the next part that the flags name. */
  #follow(part: Part): void {
    const flags = this.#flags;
    if (part === 'fixed' && (flags & FLAG_EXTRA) !== 0) {
      this.#number = 0;
      this.#enter('extra-length');
    } else if ((part === 'fixed' || part === 'extra') && (flags & FLAG_NAME) !== 0) this.#enter('name');
    else if (part !== 'comment' && part !== 'crc' && (flags & FLAG_COMMENT) !== 0) this.#enter('comment');
    else if (part !== 'crc' && (flags & FLAG_HEADER_CRC) !== 0) this.#enter('crc');
    else this.#enter('done');
  }

  #enter(part: Part): void {
    this.#part = part;
    this.#at = 0;
  }
}
