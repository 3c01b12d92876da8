// The exchanges of a trace, in columns: a page with 100,000 of them looks at their times in every frame, and an object
// for each would cost several times the memory. An exchange has a number, from 0 in the order of beginning; the columns
// are a ring, so that the oldest make room for the newest.

import type { Lane } from './lane.ts';
import type { SeenError } from './seen-event.ts';

/** Why there was an exchange: because the call began, or again after another one. */
export const MARKS = ['none', 'retry', 'replay', 'redirect'] as const;
export type Mark = (typeof MARKS)[number];

/** How many columns hold room for at first. */
const FIRST_SIZE = 1024;

/** One exchange, put together from the columns. Times are by the clock of the events, in ms; NaN for what was not reached. */
export interface Bar {
  readonly id: number;
  readonly lane: Lane;
  readonly call: number;
  readonly attempt: number;
  readonly method: string;
  readonly url: string;
  readonly mark: Mark;
  /** Whether its connection had carried another before. */
  readonly reused: boolean;
  readonly from: number;
  /** When all of the request was written. */
  readonly sentAt: number;
  /** When the head of the response was there. */
  readonly headAt: number;
  /** When it was over; NaN while it is under way. */
  readonly to: number;
  /** 0 while there is none. */
  readonly status: number;
  readonly reason: string;
  readonly error: SeenError | null;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Names and values in turn. */
  readonly requestFields: readonly string[];
  readonly responseFields: readonly string[];
}

/** What is known of an exchange when it begins. */
export type NewBar = Pick<
  Bar,
  'lane' | 'call' | 'attempt' | 'method' | 'url' | 'mark' | 'reused' | 'from' | 'requestFields'
>;

/** The columns. They are read by `slotOf(id)`, and replaced where they grow: ask for them anew for every look. */
export class Bars {
  from: Float64Array = new Float64Array(0);
  sentAt: Float64Array = new Float64Array(0);
  headAt: Float64Array = new Float64Array(0);
  to: Float64Array = new Float64Array(0);
  call: Float64Array = new Float64Array(0);
  bytesSent: Float64Array = new Float64Array(0);
  bytesReceived: Float64Array = new Float64Array(0);
  attempt: Uint16Array = new Uint16Array(0);
  /** 0 while there is none. */
  status: Uint16Array = new Uint16Array(0);
  /** An index of `MARKS`. */
  mark: Uint8Array = new Uint8Array(0);
  /** 1 where the connection had carried another before. */
  reused: Uint8Array = new Uint8Array(0);
  /** Whether it failed, 1 or 0: what `error` says in words. */
  failed: Uint8Array = new Uint8Array(0);
  readonly lane: Lane[] = [];
  readonly method: string[] = [];
  readonly url: string[] = [];
  readonly reason: string[] = [];
  readonly error: (SeenError | null)[] = [];
  /** Names and values, a line each. */
  readonly requestFields: string[] = [];
  readonly responseFields: string[] = [];
  readonly #most: number;
  #size = 0;
  #first = 0;
  #next = 0;

  /** @param most How many are held at most. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The number of the oldest that is held. */
  get first(): number {
    return this.#first;
  }

  /** One above the number of the newest. */
  get next(): number {
    return this.#next;
  }

  get isFull(): boolean {
    return this.#next - this.#first >= this.#most;
  }

  has(id: number): boolean {
    return id >= this.#first && id < this.#next;
  }

  /** Where in the columns an exchange stands. */
  slotOf(id: number): number {
    return id % this.#size;
  }

  /** Takes one in, and gives its number. There must be room: see `isFull` and `forgetFirst()`. */
  add(bar: NewBar): number {
    if (this.#next >= this.#size && this.#size < this.#most) this.#grow();
    const id = this.#next++;
    const slot = id % this.#size;
    this.from[slot] = bar.from;
    this.sentAt[slot] = Number.NaN;
    this.headAt[slot] = Number.NaN;
    this.to[slot] = Number.NaN;
    this.call[slot] = bar.call;
    this.bytesSent[slot] = 0;
    this.bytesReceived[slot] = 0;
    this.attempt[slot] = bar.attempt;
    this.status[slot] = 0;
    this.mark[slot] = MARKS.indexOf(bar.mark);
    this.reused[slot] = bar.reused ? 1 : 0;
    this.failed[slot] = 0;
    this.lane[slot] = bar.lane;
    this.method[slot] = bar.method;
    this.url[slot] = bar.url;
    this.reason[slot] = '';
    this.error[slot] = null;
    this.requestFields[slot] = bar.requestFields.join('\n');
    this.responseFields[slot] = '';
    return id;
  }

  /** Lets the oldest go, and gives the lane that it stood in. */
  forgetFirst(): Lane | undefined {
    return this.lane[this.slotOf(this.#first++)];
  }

  /** One of them as an object; null where it is not held. */
  get(id: number): Bar | null {
    const slot = this.slotOf(id);
    const lane = this.lane[slot];
    if (!this.has(id) || lane === undefined) return null;
    return {
      id,
      lane,
      call: this.call[slot] ?? 0,
      attempt: this.attempt[slot] ?? 0,
      method: this.method[slot] ?? '',
      url: this.url[slot] ?? '',
      mark: MARKS[this.mark[slot] ?? 0] ?? 'none',
      reused: this.reused[slot] === 1,
      from: this.from[slot] ?? Number.NaN,
      sentAt: this.sentAt[slot] ?? Number.NaN,
      headAt: this.headAt[slot] ?? Number.NaN,
      to: this.to[slot] ?? Number.NaN,
      status: this.status[slot] ?? 0,
      reason: this.reason[slot] ?? '',
      error: this.error[slot] ?? null,
      bytesSent: this.bytesSent[slot] ?? 0,
      bytesReceived: this.bytesReceived[slot] ?? 0,
      requestFields: fieldsOf(this.requestFields[slot]),
      responseFields: fieldsOf(this.responseFields[slot]),
    };
  }

  #grow(): void {
    const size = Math.min(this.#most, Math.max(FIRST_SIZE, this.#size * 2));
    this.from = grown(this.from, new Float64Array(size));
    this.sentAt = grown(this.sentAt, new Float64Array(size));
    this.headAt = grown(this.headAt, new Float64Array(size));
    this.to = grown(this.to, new Float64Array(size));
    this.call = grown(this.call, new Float64Array(size));
    this.bytesSent = grown(this.bytesSent, new Float64Array(size));
    this.bytesReceived = grown(this.bytesReceived, new Float64Array(size));
    this.attempt = grown(this.attempt, new Uint16Array(size));
    this.status = grown(this.status, new Uint16Array(size));
    this.mark = grown(this.mark, new Uint8Array(size));
    this.reused = grown(this.reused, new Uint8Array(size));
    this.failed = grown(this.failed, new Uint8Array(size));
    this.#size = size;
  }
}

function grown<Column extends Float64Array | Uint16Array | Uint8Array>(old: Column, room: Column): Column {
  room.set(old);
  return room;
}

/** No field's name or value holds a line feed (RFC 9110 §5.5). */
function fieldsOf(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split('\n');
}
