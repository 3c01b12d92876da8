// A body made of stretches, one after the other: bytes that are there, and sources that are opened when their turn comes.

import type { BodySource } from './body-source.ts';
import type { GivenStream } from './given-stream.ts';

/** A stretch that a source makes. */
export interface OpenableSegment {
  /** In bytes; null where only its end will tell. */
  readonly length: number | null;
  /** What it can be read from only once; null where it can be opened again and again. */
  readonly stream: GivenStream | null;
  open(): BodySource | Promise<BodySource>;
}

export type BodySegment = Uint8Array | OpenableSegment;

/** The length of all together, in bytes; null where one is not known. */
export function lengthOf(segments: readonly BodySegment[]): number | null {
  let total = 0;
  for (const segment of segments) {
    const length = segment instanceof Uint8Array ? segment.byteLength : segment.length;
    if (length === null) return null;
    total += length;
  }
  return total;
}

/** Reads segments one after the other. */
export class SegmentSource implements BodySource {
  readonly #segments: Iterator<BodySegment>;
  #current: BodySource | null = null;
  #released = false;

  constructor(segments: readonly BodySegment[]) {
    this.#segments = segments.values();
  }

  async next(): Promise<IteratorResult<unknown>> {
    while (!this.#released) {
      if (this.#current !== null) {
        const step = await this.#current.next();
        if (step.done !== true) return step;
        this.#current = null;
        continue;
      }
      const { done, value: segment } = this.#segments.next();
      if (done === true) break;
      if (segment instanceof Uint8Array) return { done: false, value: segment };
      const source = await segment.open();
      this.#current = source;
      if (this.#released) source.release();
    }
    return { done: true, value: undefined };
  }

  release(): void {
    this.#released = true;
    this.#current?.release();
  }
}
