import { CodingFault } from './coding-fault.ts';

/** Bytes of a gzip member after its data: checksum and length of those (RFC 1952 §2.3.1). */
export const GZIP_TRAILER_BYTES = 8;

/**
 * Checks a member's data against its end.
 *
 * @param length Of the data, in bytes, modulo 2^32.
 * @throws {CodingFault} where they differ, or the end is not all there.
 */
export function checkGzipTrailer(trailer: Buffer, checksum: number, length: number): void {
  if (trailer.length < GZIP_TRAILER_BYTES) throw new CodingFault('gzip', 'cut', 'its checksum is missing');
  if (trailer.readUInt32LE(0) !== checksum) throw new CodingFault('gzip', 'false', 'its checksum is another');
  if (trailer.readUInt32LE(4) !== length) throw new CodingFault('gzip', 'false', 'its length is another');
}
