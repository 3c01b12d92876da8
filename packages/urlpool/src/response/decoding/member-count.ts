import { CodingFault } from './coding-fault.ts';
import type { DecodableCoding } from './content-codings.ts';

/** Members of gzip, or frames of Zstandard, that a body may have whatever they hold. */
const ANY_MEMBERS = 1_000;

/** What more of them must hold on the average, in bytes: a line of a log is longer. */
const LEAST_BYTES = 32;

/**
 * Counts the members of a body. Each costs an engine of zlib, be there nothing in it: a megabyte of empty ones would take
 * seconds.
 */
export class MemberCount {
  readonly #coding: DecodableCoding;
  #members = 0;
  #bytes = 0;

  constructor(coding: DecodableCoding) {
    this.#coding = coding;
  }

  /**
   * @param bytes What came of one more, in bytes.
   * @throws {CodingFault} for more than 1,000 of fewer than 32 bytes on the average.
   */
  add(bytes: number): void {
    this.#members++;
    this.#bytes += bytes;
    if (this.#members <= ANY_MEMBERS || this.#bytes >= this.#members * LEAST_BYTES) return;
    const why = `it has more than ${ANY_MEMBERS} members with fewer than ${LEAST_BYTES} bytes each on the average`;
    throw new CodingFault(this.#coding, 'false', why);
  }
}
