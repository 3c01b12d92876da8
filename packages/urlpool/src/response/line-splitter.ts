// Text that comes in pieces into lines that end in LF, CRLF or CR, wherever it was cut. A line is given as soon as it has
// ended: after a CR nobody waits to see whether an LF follows. No piece is looked at twice.

import { checkBound } from '../errors/option-values.ts';

/** What a line may have by default, in bytes; bufio of Go has 64 KiB, a line of Python's any number. */
export const DEFAULT_MAX_LINE_BYTES: number = 1024 * 1024;

/**
 * The longest line to hold, in bytes.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function maxLineBytesFrom(value: number | undefined): number {
  checkBound('maxLineBytes', value, 1);
  return value ?? DEFAULT_MAX_LINE_BYTES;
}

/** The lines of one text. */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #tooLong: () => Error;
  /** The beginning of a line that has not ended, and its length as UTF-8. */
  #held: string[] = [];
  #heldBytes = 0;
  #isAfterCR = false;

  /** @param tooLong Makes the error of a line that is longer than `maxBytes`, its end not counted. */
  constructor(maxBytes: number, tooLong: () => Error) {
    this.#maxBytes = maxBytes;
    this.#tooLong = tooLong;
  }

  /** The lines that end within this piece, without their ends. To be run to its end before the next. */
  *push(text: string): Generator<string> {
    if (text === '') return;
    let from = this.#isAfterCR && text.startsWith('\n') ? 1 : 0;
    this.#isAfterCR = false;
    let lf = text.indexOf('\n', from);
    let cr = text.indexOf('\r', from);
    while (lf !== -1 || cr !== -1) {
      const at = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      this.#hold(text.slice(from, at));
      from = at + 1;
      if (at === cr) {
        this.#isAfterCR = from === text.length;
        if (lf === from) from++;
        cr = text.indexOf('\r', from);
      }
      if (lf !== -1 && lf < from) lf = text.indexOf('\n', from);
      yield this.#take();
    }
    this.#hold(text.slice(from));
  }

  /** What stands behind the last end of a line; null for nothing. */
  end(): string | null {
    return this.#heldBytes === 0 ? null : this.#take();
  }

  #hold(part: string): void {
    if (part === '') return;
    this.#held.push(part);
    this.#heldBytes += Buffer.byteLength(part);
    if (this.#heldBytes > this.#maxBytes) throw this.#tooLong();
  }

  #take(): string {
    const line = this.#held.length === 1 ? (this.#held[0] ?? '') : this.#held.join('');
    this.#held = [];
    this.#heldBytes = 0;
    return line;
  }
}
