// One line at the bottom of a terminal that is rewritten while the job runs, and lines that stay above it. Where the
// stream is no terminal there is no such line, and not one control character.

/** Ten times a second: more is not read, and costs the job its time. */
const INTERVAL_MS = 100;

/** Back to the first column, and clear to the end of the line. */
const ERASE = '\r\x1b[K';

/** What is written to, `process.stderr` say. */
export interface LineStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Whether a progress line can be drawn there. */
export function canRewrite(stream: LineStream, term: string | undefined): boolean {
  return stream.isTTY === true && term !== 'dumb';
}

/** A text cut to a width, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(width - 1, 0))}…`;
}

export class ProgressLine {
  readonly #stream: LineStream;
  readonly #rewrites: boolean;
  #describe: (() => string) | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(stream: LineStream, term: string | undefined = process.env.TERM) {
    this.#stream = stream;
    this.#rewrites = canRewrite(stream, term);
  }

  /** Shows what `describe` says, now and until `stop()`. */
  start(describe: () => string): void {
    this.stop();
    if (!this.#rewrites) return;
    this.#describe = describe;
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), INTERVAL_MS);
    this.#timer.unref();
  }

  /** Takes the line away. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    if (this.#describe !== null) this.#stream.write(ERASE);
    this.#describe = null;
  }

  /** Writes a line that stays. */
  print(line: string): void {
    if (this.#describe === null) {
      this.#stream.write(`${line}\n`);
    } else {
      // The progress is drawn again by the timer: a thousand failures in a row need not draw it a thousand times.
      this.#stream.write(`${ERASE}${line}\n`);
    }
  }

  #draw(): void {
    if (this.#describe === null) return;
    // One column stays free: a full line would wrap on some terminals, and could not be rewritten.
    this.#stream.write(ERASE + cut(this.#describe(), (this.#stream.columns ?? 80) - 1));
  }
}
