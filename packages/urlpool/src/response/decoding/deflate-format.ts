// What a body labelled `deflate` is: the zlib format (RFC 1950), as RFC 9110 §8.4.1.2 says, or the bare data inside it (RFC
// 1951), as some servers send. Both can begin with the same bytes, so it is decided by those, once, and the same way
// however the body is cut into pieces.

/** How many bytes `deflateFormat()` needs to be sure in nearly every case. */
export const TELLING_BYTES = 5;

/** How many bytes are tried where the first ones could be either. */
export const TRIED_BYTES: number = 4 * 1024;

export type DeflateFormat = 'zlib' | 'raw';

/**
 * Decides by the first bytes of the body; null where they could be either. A zlib header that is read as bare data is a
 * stored block whose padding is not 0 (§3.2.4): its length must then stand a second time, inverted.
 */
export function deflateFormat(first: Uint8Array): DeflateFormat | null {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = first;
  const isZlib = (a & 0x0f) === 8 && a >> 4 <= 7 && (a * 256 + b) % 31 === 0;
  if (!isZlib) return 'raw';
  const isStored = first.length >= TELLING_BYTES && (b ^ d) === 0xff && (c ^ e) === 0xff;
  return isStored ? null : 'zlib';
}
