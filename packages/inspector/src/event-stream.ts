// The events as one page gets them (server-sent events, WHATWG HTML §9.2): from where it stopped, as fast as it takes
// them. Nothing is buffered for it beyond its socket: a page that is slower than the program finds that the log has
// moved on, and is told how many events it has missed.

import type { ServerResponse } from 'node:http';
import type { EventLog } from './event-log.ts';
import { END_EVENT, NOW_EVENT } from './model/page-contract.ts';
import { gapLine } from './trace-text.ts';

/** Characters of one message, about: a page folds so many events in less than a frame. */
const MESSAGE = 256 * 1024;

export class EventStream {
  readonly #response: ServerResponse;
  readonly #log: EventLog;
  #next: number;
  #isBlocked = false;
  #isOver = false;

  /** @param from The number of the first line that is wanted. */
  constructor(response: ServerResponse, log: EventLog, from: number) {
    this.#response = response;
    this.#log = log;
    this.#next = from;
    response.on('drain', () => {
      this.#isBlocked = false;
      this.pump();
    });
    this.#send(from, [log.header]);
  }

  /** Sends what there is, as long as the page takes it. */
  pump(): void {
    while (!this.#isBlocked && !this.#isOver) {
      const lines: string[] = [];
      const missing = this.#log.missingFrom(this.#next);
      if (missing !== null) {
        lines.push(gapLine(missing.events, missing.at));
        this.#next = this.#log.first;
      }
      const batch = this.#log.read(this.#next, MESSAGE);
      if (batch === null) {
        if (this.#log.isEnded) this.#end();
        return;
      }
      for (const line of batch.lines) lines.push(line);
      this.#next = batch.next;
      this.#send(batch.next, lines);
    }
  }

  /**
   * Says what time it is, so that what goes on is seen to go on while nothing happens.
   *
   * @param now By the clock of the events, in ms.
   */
  tick(now: number): void {
    if (this.#isBlocked || this.#isOver) return;
    this.#isBlocked = !this.#response.write(`event: ${NOW_EVENT}\ndata: ${now}\n\n`);
  }

  #send(id: number, lines: readonly string[]): void {
    this.#isBlocked = !this.#response.write(`id: ${id}\ndata: [${lines.join(',')}]\n\n`);
  }

  #end(): void {
    this.#isOver = true;
    this.#response.end(`event: ${END_EVENT}\ndata: []\n\n`);
  }
}
