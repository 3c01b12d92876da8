// Writes the events of a manager to a file while they happen, one a line. The work that they tell of never waits for the
// disk: lines are written together, once in a turn of the event loop, and where the disk is too slow some are left out,
// and the trace says how many.

import type { WriteStream } from 'node:fs';
import { FileError } from '../errors/file-error.ts';
import { checkPath, systemWords } from '../response/file-writer.ts';
import type { TraceEvent } from '../trace/trace-event.ts';
import { type Clock, systemClock } from '../util/clock.ts';
import { VERSION } from '../util/version.ts';
import { traceLine } from './trace-line.ts';
import { checkSource, type TraceSource } from './trace-source.ts';

/** Bytes that wait for the disk: beyond that events are left out. */
const MOST_WAITING = 64 * 1024 * 1024;

/**
 * Records what happens to a file, as newline-delimited JSON: a line that says when, then an event a line, with credentials
 * hidden. A file that is there already is overwritten. docs/tracing.md says what stands in it.
 *
 * @example
 * const recording = recordTrace(http, 'trace.ndjson');
 * await http.request('GET', 'https://example.org/');
 * await recording.close(); // a file that could not be written is told here
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function recordTrace(source: TraceSource, path: string): TraceRecording {
  checkSource(source);
  checkPath(path);
  return new TraceRecording(source, path, systemClock);
}

/** A trace that is being written; `recordTrace()` makes it. */
export class TraceRecording implements AsyncDisposable {
  readonly path: string;
  readonly #clock: Clock;
  readonly #file: WriteStream;
  readonly #unsubscribe: () => void;
  #lines: string[] = [];
  /** Events left out since the last line. */
  #missing = 0;
  #error: Error | null = null;
  /** Null until it is being closed. */
  #closed: Promise<void> | null = null;
  #isFlushing = false;

  constructor(source: TraceSource, path: string, clock: Clock) {
    this.path = path;
    this.#clock = clock;
    this.#file = process.getBuiltinModule('node:fs').createWriteStream(path);
    this.#file.on('error', (error) => {
      this.#error = error;
      this.#lines = [];
      this.#unsubscribe();
    });
    this.#write(traceLine({ type: 'trace', version: 1, urlpool: VERSION, wallTime: clock.wallNow(), at: clock.now() }));
    this.#unsubscribe = source.subscribe((event) => this.#onEvent(event));
  }

  /**
   * Writes what is left, and closes the file. Events after this are not recorded.
   *
   * @throws {FileError} `ERR_FILE` where the file could not be written.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#unsubscribe();
    this.#tellMissing(this.#clock.now());
    this.#flush();
    if (!this.#file.closed) {
      await new Promise<void>((resolve) => {
        this.#file.once('close', resolve);
        if (this.#error === null) this.#file.end();
      });
    }
    if (this.#error === null) return;
    const details = { code: 'ERR_FILE', phase: 'body', path: this.path, cause: this.#error } as const;
    throw new FileError(systemWords(this.#error), details);
  }

  /** A call that has begun before tells its events to its end, whoever has left meanwhile. */
  #onEvent(event: TraceEvent): void {
    if (this.#error !== null || this.#closed !== null) return;
    if (this.#file.writableLength > MOST_WAITING) {
      this.#missing++;
      return;
    }
    this.#tellMissing(event.at);
    this.#write(traceLine(event));
  }

  #tellMissing(at: number): void {
    if (this.#missing === 0) return;
    this.#write(traceLine({ type: 'gap', at, events: this.#missing }));
    this.#missing = 0;
  }

  #write(line: string): void {
    this.#lines.push(line);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.#clock.atNextCheck(() => this.#flush(), true);
  }

  #flush(): void {
    this.#isFlushing = false;
    if (this.#lines.length === 0 || this.#error !== null) return;
    this.#file.write(this.#lines.join(''));
    this.#lines = [];
  }
}
