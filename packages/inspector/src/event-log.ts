// The newest lines of a trace, for pages that are opened later. Every line has a number, from 0 on: a page that was cut
// off says which it had last, and one that is too slow is told how many it has missed. So no page needs a buffer of its own.

/** A part of the log. */
export interface Batch {
  readonly lines: readonly string[];
  /** The number of the line after these. */
  readonly next: number;
}

/** Where lines are missing. */
export interface Missing {
  /** How many. */
  readonly events: number;
  /** The time of the first line after them. */
  readonly at: number;
}

export interface EventLogOptions {
  /** Lines to keep. */
  readonly most: number;
  /** Characters to keep, of all lines together. @default 268435456 */
  readonly mostCharacters?: number;
}

export class EventLog {
  /** The line that stands before all others, and is always kept. */
  readonly header: string;
  readonly #most: number;
  readonly #mostCharacters: number;
  #lines: string[] = [];
  #times: number[] = [];
  /** Lines in `#lines` that are no longer kept. */
  #gone = 0;
  #first = 0;
  #characters = 0;
  #isEnded = false;

  constructor(header: string, { most, mostCharacters = 256 * 1024 * 1024 }: EventLogOptions) {
    this.header = header;
    this.#most = most;
    this.#mostCharacters = mostCharacters;
  }

  /** The number of the oldest line that is kept. */
  get first(): number {
    return this.#first;
  }

  /** The number that the next line will have. */
  get next(): number {
    return this.#first + this.#lines.length - this.#gone;
  }

  /** Whether no more lines will come. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** @param at The time of the event, by its own clock. */
  append(line: string, at: number): void {
    this.#lines.push(line);
    this.#times.push(at);
    this.#characters += line.length;
    while (
      this.next - this.#first > this.#most ||
      (this.#characters > this.#mostCharacters && this.next - this.#first > 1)
    ) {
      this.#forgetFirst();
    }
  }

  end(): void {
    this.#isEnded = true;
  }

  /** Lines from a number on, at most so many characters of them, but one line at least; null where there are none yet. */
  read(from: number, mostCharacters: number): Batch | null {
    const start = Math.max(0, from - this.#first) + this.#gone;
    let characters = 0;
    let end = start;
    while (end < this.#lines.length && characters < mostCharacters) characters += this.#lines[end++]?.length ?? 0;
    if (end === start) return null;
    return { lines: this.#lines.slice(start, end), next: this.#first + end - this.#gone };
  }

  /** What is missing for one who wants the lines from a number on; null where nothing is. */
  missingFrom(from: number): Missing | null {
    if (from >= this.#first) return null;
    return { events: this.#first - from, at: this.#times[this.#gone] ?? 0 };
  }

  #forgetFirst(): void {
    this.#characters -= this.#lines[this.#gone]?.length ?? 0;
    this.#lines[this.#gone] = '';
    this.#gone++;
    this.#first++;
    if (this.#gone < 4096 || this.#gone * 2 < this.#lines.length) return;
    this.#lines = this.#lines.slice(this.#gone);
    this.#times = this.#times.slice(this.#gone);
    this.#gone = 0;
  }
}
