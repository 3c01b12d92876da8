// Writes the events of a manager to a file while they happen, one a line. The work that they tell of never waits for the
// disk: lines are written together, once in a turn of the event loop, and where the disk is too slow some are left out,
// and the trace says how many.

import { createWriteStream, type WriteStream } from 'node:fs';
import { FileError } from '../errors/file-error.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import type { TraceEvent, TraceListener } from '../trace/trace-event.ts';
import { type Clock, systemClock } from '../util/clock.ts';
import { VERSION } from '../util/version.ts';
import { traceLine } from './trace-line.ts';

/** What can be listened to: a PoolManager, a pool, a Session. */
export interface TraceSource {
  subscribe(listener: TraceListener): () => void;
}

/** Lines that wait for the disk, in characters: beyond that events are left out. */
const MOST_WAITING = 64 * 1024 * 1024;

/**
 * Records what happens to a file, as newline-delimited JSON: a line that says when, then an event a line, with credentials
 * hidden. What can be asked of it later, and how, is in docs/tracing.md.
 *
 * @example
 * const recording = recordTrace(http, 'trace.ndjson');
 * await http.request('GET', 'https://example.org/');
 * await recording.close();
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function recordTrace(source: TraceSource, path: string): TraceRecording {
  if (typeof path !== 'string' || path === '') throw invalidOption('path', path, 'give the path of a file');
  return new TraceRecording(source, path, systemClock);
}

export class TraceRecording implements AsyncDisposable {
  readonly path: string;
  readonly #clock: Clock;
  readonly #file: WriteStream;
  readonly #unsubscribe: () => void;
  #lines: string[] = [];
  #missing = 0;
  #error: Error | null = null;
  #isFlushing = false;

  constructor(source: TraceSource, path: string, clock: Clock) {
    this.path = path;
    this.#clock = clock;
    this.#file = createWriteStream(path);
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
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#flush();
    if (this.#error === null && !this.#file.closed) {
      await new Promise<void>((resolve) => {
        this.#file.once('close', resolve);
        this.#file.end();
      });
    }
    if (this.#error === null) return;
    const { path } = this;
    throw new FileError(this.#error.message, { code: 'ERR_FILE', phase: 'body', path, cause: this.#error });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #onEvent(event: TraceEvent): void {
    if (this.#error !== null) return;
    if (this.#file.writableLength > MOST_WAITING) {
      this.#missing++;
      return;
    }
    if (this.#missing > 0) {
      this.#write(traceLine({ type: 'gap', at: event.at, events: this.#missing }));
      this.#missing = 0;
    }
    this.#write(traceLine(event));
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
