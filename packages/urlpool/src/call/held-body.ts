// A body that is read into memory, up to a limit. When all of it is here, its connection is free already; then its codings
// are undone, at once if it is small, else off the thread. One is made for nearly every request: that is why it is a
// collector, and does not have one.

import { BodyCollector } from '../response/body-collector.ts';
import type { DecodableCoding } from '../response/decoding/content-codings.ts';
import { decodeSmall } from '../response/decoding/decode-small.ts';
import { decodeWhole, MemoryPieces } from '../response/decoding/decode-whole.ts';
import { DecodedBody } from '../response/decoding/decoded-body.ts';
import type { DecodedOf } from '../response/decoding/decoding-error.ts';
import type { BodyDestination } from './body-destination.ts';

/** By how much an encoded body may be longer than what comes of it, in bytes: a coding adds some to what it cannot shorten. */
const ENCODED_SPARE_BYTES = 64 * 1024;

/** The call whose body it is. */
export interface BodyHolder {
  /** The codings that are to be undone, the last applied first. */
  readonly codings: readonly DecodableCoding[];
  /** The largest body to hold, in bytes, decoded. */
  readonly maxBodyBytes: number;
  /** The body is too long: ends its exchange. */
  refuseBody(length: number | null): void;
}

/** Whether a body of that many bytes, as they are sent, is more than may be held. */
export function isTooLong(length: number, holder: BodyHolder): boolean {
  const { maxBodyBytes } = holder;
  return length > maxBodyBytes && (length > maxBodyBytes + ENCODED_SPARE_BYTES || holder.codings.length === 0);
}

export class HeldBody extends BodyCollector implements BodyDestination {
  readonly #holder: BodyHolder;
  #decoded: DecodedBody | null = null;

  /** @param declared The length that the head declares, in bytes; null if none. */
  constructor(declared: number | null, holder: BodyHolder) {
    super(declared);
    this.#holder = holder;
  }

  push(view: Uint8Array): boolean {
    if (isTooLong(this.length + view.length, this.#holder)) this.#holder.refuseBody(null);
    else this.add(view);
    return true;
  }

  memory(left: number): Buffer | null {
    return left === Number.POSITIVE_INFINITY ? null : this.room(left);
  }

  end(reason: unknown): void {
    this.#decoded?.fail(reason);
  }

  /**
   * The body without codings; a promise of it where that takes long. Null stands for more than may be held.
   *
   * @throws {DecodeError} `ERR_DECODE`
   * @throws {LimitError} for too many codings, or too much from too little.
   */
  decode(codings: readonly DecodableCoding[], of: DecodedOf): Buffer | null | Promise<Buffer | null> {
    const data = this.take();
    const most = this.#holder.maxBodyBytes;
    const body = data.length === 0 ? data : decodeSmall(data, codings, { of, most });
    if (body === 'too-long') return null;
    if (body !== 'too-slow') return body;
    this.#decoded = new DecodedBody(new MemoryPieces(data), codings, { of, signal: null });
    return decodeWhole(this.#decoded, most);
  }
}
