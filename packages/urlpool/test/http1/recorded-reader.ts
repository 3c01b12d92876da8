// A ResponseReader whose events are written down in a form that tables can state: the pieces of a body are joined, so
// that what is told does not depend on how the bytes were cut, and a fault of the peer is told as the last event.

import { LimitFault, PeerFault } from '../../src/http1/fault.ts';
import type { Framing } from '../../src/http1/framing.ts';
import type { LineMemo } from '../../src/http1/line-memo.ts';
import { ResponseReader } from '../../src/http1/response-reader.ts';
import type { Fields } from '../../src/message/fields.ts';
import type { Head } from '../../src/message/head.ts';
import { type LimitOptions, limitsFrom } from '../../src/policy/limits.ts';

/** One thing that a reader told; `why` of a fault is its kind, or the limit's name. */
export type Told =
  | { readonly is: 'interim' | 'switch'; readonly head: Head }
  | { readonly is: 'head'; readonly head: Head; readonly framing: Framing }
  | { readonly is: 'body'; readonly text: string }
  | { readonly is: 'end'; readonly trailers: Fields }
  | { readonly is: 'fault'; readonly why: string };

/** The exchange that is read, and when reading is stopped. */
export interface RecordedReaderOptions {
  /** @default 'GET' */
  readonly method?: string | undefined;
  /** Whether another protocol was asked for. @default false */
  readonly upgrade?: boolean | undefined;
  readonly limits?: LimitOptions | undefined;
  /** The lines to expect. @default null */
  readonly memo?: LineMemo | null | undefined;
  /** The number of the event, from 1, in which `stop()` is called; pieces of a body count each. @default Infinity */
  readonly stopAt?: number | undefined;
}

/** Reads one exchange after the other, and keeps what was told. */
export class RecordedReader {
  readonly told: Told[] = [];
  /** Events so far, each piece of a body counted. */
  events = 0;
  readonly reader: ResponseReader;
  readonly #stopAt: number;

  constructor(options: RecordedReaderOptions = {}) {
    const { method = 'GET', upgrade = false, limits = {}, memo = null, stopAt = Number.POSITIVE_INFINITY } = options;
    this.#stopAt = stopAt;
    this.reader = new ResponseReader(
      {
        onInformational: (head) => this.#tell({ is: 'interim', head }),
        onHead: (head, framing) => this.#tell({ is: 'head', head, framing }),
        onBody: (bytes) => this.#tell({ is: 'body', text: bytes.toString('latin1') }),
        onResponseEnd: (trailers) => this.#tell({ is: 'end', trailers: [...trailers] }),
        onSwitch: (head) => this.#tell({ is: 'switch', head }),
      },
      limitsFrom(limits),
      memo,
    );
    this.reader.begin(method, upgrade);
  }

  /** Reads latin1 text from the middle of a larger buffer, as a transport gives it; returns how much was taken. */
  feed(text: string): number {
    const bytes = Buffer.from(`before${text}after`, 'latin1');
    try {
      return this.reader.read(bytes, 'before'.length, bytes.length - 'after'.length) - 'before'.length;
    } catch (error) {
      this.#fault(error);
      return 0;
    }
  }

  /** Reads piece by piece until one is not wholly taken; returns how much was taken of all. */
  feedAll(pieces: Iterable<string>): number {
    let taken = 0;
    for (const piece of pieces) {
      const ofPiece = this.feed(piece);
      taken += ofPiece;
      if (ofPiece < piece.length) break;
    }
    return taken;
  }

  /** The server closes its side. */
  end(): void {
    try {
      this.reader.end();
    } catch (error) {
      this.#fault(error);
    }
  }

  #tell(event: Told): void {
    this.events++;
    const last = this.told.at(-1);
    if (event.is === 'body' && last?.is === 'body') {
      this.told[this.told.length - 1] = { is: 'body', text: last.text + event.text };
    } else {
      this.told.push(event);
    }
    if (this.events === this.#stopAt) this.reader.stop();
  }

  #fault(error: unknown): void {
    if (error instanceof PeerFault) this.told.push({ is: 'fault', why: error.kind });
    else if (error instanceof LimitFault) this.told.push({ is: 'fault', why: error.limit });
    else throw error;
  }
}
