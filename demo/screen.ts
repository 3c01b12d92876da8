// Where a job's words go: results to standard output, what went wrong and the progress to standard error.

import { type LineStream, ProgressLine } from './progress-line.ts';

export class Screen {
  readonly progress: ProgressLine;
  readonly #output: LineStream;

  constructor(output: LineStream = process.stdout, errors: LineStream = process.stderr) {
    this.#output = output;
    this.progress = new ProgressLine(errors);
  }

  /** Columns of the terminal that the results go to; null if they go elsewhere. */
  get width(): number | null {
    return this.#output.isTTY === true ? (this.#output.columns ?? null) : null;
  }

  /** Lines of the result. */
  write(lines: readonly string[]): void {
    this.#output.write(`${lines.join('\n')}\n`);
  }

  /** A line about what went wrong. */
  complain(line: string): void {
    this.progress.print(line);
  }
}
