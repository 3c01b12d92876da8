// Reads the responses of one connection: bytes in, events out (RFC 9112). It owns the server's side of the exchange's
// state; it knows no sockets, timers or requests beyond the method, on which a response's framing depends (§6.3).
//
// What it is given is read into a string only as far as a head may reach, and bodies are handed on as views, so that
// nothing is copied here. An event may end the exchange: `stop()` makes the reader return at once.

import { type Fields, NO_FIELDS } from '../message/fields.ts';
import type { Head } from '../message/head.ts';
import type { Limits } from '../policy/limits.ts';
import { ChunkedReader } from './chunked-reader.ts';
import { SERVER, type ServerState, step } from './exchange-state.ts';
import { LimitFault, PeerFault } from './fault.ts';
import { MORE } from './field-section-reader.ts';
import { type Framing, type FramingFields, framing, framingFields } from './framing.ts';
import type { LineMemo } from './line-memo.ts';
import { ResponseHeadReader } from './response-head-reader.ts';

/** What the reader tells, in this order: any number of informational heads, a head, bytes of the body, the end. */
export interface ResponseEvents {
  onInformational(head: Head): void;
  onHead(head: Head, framing: Framing, found: FramingFields): void;
  /** The view is valid during the call only. */
  onBody(bytes: Buffer): void;
  onResponseEnd(trailers: Fields): void;
  /** The connection carries another protocol from here on; the bytes after the head are its first. */
  onSwitch(head: Head): void;
}

/** How much of what came is made a string at a time while a head is read: at most, and beyond the last head's length. */
const MAX_HEAD_WINDOW = 2048;
const SPARE_BYTES = 64;
const OF_AN_EMPTY_BODY: Framing = { is: 'none', keeps: true };

/** The server's side of a connection's exchanges, one after the other. */
export class ResponseReader {
  readonly #events: ResponseEvents;
  readonly #limits: Limits;
  readonly #heads: ResponseHeadReader;
  /** Made when the first chunked body comes. */
  #chunks: ChunkedReader | null = null;
  #state: ServerState = 'idle';
  #method = '';
  #upgrade = false;
  #informational = 0;
  #framing: Framing = OF_AN_EMPTY_BODY;
  /** What is left of a body of known length. */
  #left = 0;
  #stopped = false;
  #window = MAX_HEAD_WINDOW;

  /** @param memo Shared by the connections to one origin; null for none. */
  constructor(events: ResponseEvents, limits: Limits, memo: LineMemo | null = null) {
    this.#events = events;
    this.#limits = limits;
    this.#heads = new ResponseHeadReader(limits, memo);
  }

  get state(): ServerState {
    return this.#state;
  }

  /** How much of a body is to come: its rest where the length is known, Infinity where it is not, 0 outside a body. */
  get left(): number {
    if (this.#state !== 'body') return 0;
    return this.#framing.is === 'length' ? this.#left : Number.POSITIVE_INFINITY;
  }

  /** A request goes out: its response may come. `upgrade` says whether another protocol was asked for. */
  begin(method: string, upgrade: boolean): void {
    if (this.#state === 'done') this.#state = step(SERVER, this.#state, 'next');
    this.#state = step(SERVER, this.#state, 'request');
    this.#method = method;
    this.#upgrade = upgrade;
    this.#informational = 0;
    this.#stopped = false;
  }

  /** No more events, whatever was given: the exchange is over for its user. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Takes bytes from `from` to `end`; returns the position after the last one that belongs to the response. What lies
   * after it answers no request.
   *
   * @throws {PeerFault | LimitFault} The connection must be closed.
   */
  read(bytes: Buffer, from: number, end: number): number {
    let at = from;
    try {
      while (at < end && !this.#stopped) {
        if (this.#state === 'awaiting') at = this.#readHead(bytes, at, end);
        else if (this.#state === 'body') at = this.#readBody(bytes, at, end);
        else return at;
      }
      return at;
    } catch (fault) {
      this.#state = step(SERVER, this.#state, 'break');
      throw fault;
    }
  }

  /**
   * The server will send nothing more.
   *
   * @throws {PeerFault} where the response was not complete.
   */
  end(): void {
    if (this.#state === 'body' && this.#framing.is === 'until-close') {
      this.#finish(NO_FIELDS);
      return;
    }
    const where = this.#whereCut();
    this.#state = step(SERVER, this.#state, 'break');
    throw new PeerFault('incomplete', where);
  }

  #whereCut(): string {
    if (this.#state === 'body') {
      if (this.#framing.is === 'chunked') return this.#chunks?.position ?? '';
      return `${this.#left} bytes before the end of the body`;
    }
    if (this.#heads.begun) return "before the end of the response's head";
    return this.#informational > 0 ? 'after an interim response, before the final one' : 'before a response began';
  }

  #readHead(bytes: Buffer, from: number, end: number): number {
    const to = Math.min(end, from + this.#window);
    const next = this.#heads.read(bytes, from, to);
    if (next === MORE) return to;
    // The next head of this server will be about as long: what follows it need not become a string.
    this.#window = Math.min(MAX_HEAD_WINDOW, next - from + SPARE_BYTES);
    const { status } = this.#heads;
    if (status < 200) this.#onInterim(this.#head(null));
    else if (this.#upgrade && this.#method === 'CONNECT' && status < 300) this.#switch();
    else this.#onFinalHead();
    return next;
  }

  #head(bodyLength: number | null): Head {
    const { version, status, reason, fields } = this.#heads;
    return { version, status, reason, fields, bodyLength };
  }

  #switch(): void {
    this.#state = step(SERVER, this.#state, 'switch');
    this.#events.onSwitch(this.#head(null));
  }

  #onFinalHead(): void {
    const found = framingFields(this.#heads.fields);
    const how = framing(this.#method, this.#heads, found);
    const head = this.#head(how.is === 'length' ? how.length : null);
    this.#framing = how;
    this.#state = step(SERVER, this.#state, 'head');
    if (how.is === 'length') this.#left = how.length;
    else if (how.is === 'chunked') {
      this.#chunks ??= new ChunkedReader(this.#limits);
      this.#chunks.reset();
    }
    this.#events.onHead(head, how, found);
    if (how.is === 'none' || (how.is === 'length' && how.length === 0)) this.#finish(NO_FIELDS);
  }

  #onInterim(head: Head): void {
    if (head.status === 101) {
      if (!this.#upgrade) throw new PeerFault('protocol', '101 Switching Protocols, which was not asked for');
      this.#switch();
      return;
    }
    if (++this.#informational > this.#limits.maxInformational) {
      throw new LimitFault(`more than ${this.#limits.maxInformational} interim responses`, 'maxInformational');
    }
    this.#state = step(SERVER, this.#state, 'informational');
    this.#events.onInformational(head);
  }

  #readBody(bytes: Buffer, from: number, end: number): number {
    if (this.#framing.is === 'length') {
      const to = Math.min(end, from + this.#left);
      this.#left -= to - from;
      this.#events.onBody(bytes.subarray(from, to));
      if (this.#left === 0) this.#finish(NO_FIELDS);
      return to;
    }
    if (this.#framing.is === 'until-close' || this.#chunks === null) {
      this.#events.onBody(bytes.subarray(from, end));
      return end;
    }
    const to = this.#chunks.read(bytes, from, end, this.#onChunk);
    if (this.#chunks.done) this.#finish(this.#chunks.trailers);
    return to;
  }

  readonly #onChunk = (bytes: Buffer): boolean => {
    this.#events.onBody(bytes);
    return !this.#stopped;
  };

  #finish(trailers: Fields): void {
    if (this.#stopped) return;
    this.#state = step(SERVER, this.#state, 'end');
    this.#events.onResponseEnd(trailers);
  }
}
