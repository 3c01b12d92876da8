// A source whose length was promised before it was read. In the middle of a form every byte too many or too few would
// shift what follows, so it is stopped before a byte too many is handed on, and never passes for a whole one.

import { pieceOf } from './body-input.ts';
import type { BodySource } from './body-source.ts';
import { LengthMismatch } from './length-mismatch.ts';

/**
 * A source that gives exactly `length` bytes, or fails with a LengthMismatch.
 *
 * @param what Its name in the error, e.g. `the stream of the field "a"`.
 */
export function openExactly(source: BodySource, length: number, what: string): BodySource {
  let taken = 0;
  return {
    async next() {
      const step = await source.next();
      if (step.done === true) {
        if (taken < length) {
          throw new LengthMismatch(`${what} ended after ${taken} of the ${length} bytes it was said to have`);
        }
        return step;
      }
      const piece = pieceOf(step.value);
      taken += piece.byteLength;
      if (taken > length) throw new LengthMismatch(`${what} is longer than the ${length} bytes it was said to have`);
      return { done: false, value: piece };
    },
    release: () => source.release(),
  };
}
