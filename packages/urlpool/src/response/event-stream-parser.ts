// Server-sent events out of the lines of their stream (WHATWG HTML §9.2.6, "Interpreting an event stream"). It knows no
// bytes: the stream is UTF-8 without its byte order mark, split at LF, CRLF and CR.

/** One event of a stream. */
export interface ServerSentEvent {
  /** What the server calls it. @default 'message' */
  readonly type: string;
  /** Its data lines, joined with LF. */
  readonly data: string;
  /** The id of the last event that had one; empty before the first. */
  readonly lastEventId: string;
}

/** The state of one event stream. */
export class EventStreamParser {
  #lastEventId: string;
  #nextId: string;
  #type = '';
  #data: string[] = [];
  #dataBytes = 0;
  #retry: number | null = null;
  readonly #maxBytes: number;
  readonly #tooLarge: () => Error;

  /**
   * @param lastEventId That of the connection before this one, as browsers take it over.
   * @param tooLarge Makes the error of an event whose data are longer than `maxBytes`.
   */
  constructor(lastEventId: string, maxBytes: number, tooLarge: () => Error) {
    this.#lastEventId = lastEventId;
    this.#nextId = lastEventId;
    this.#maxBytes = maxBytes;
    this.#tooLarge = tooLarge;
  }

  /** The id to go on from: that of the last event which was complete, data or not. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** For how long to wait before connecting anew, in ms; null where the server has not said. */
  get retry(): number | null {
    return this.#retry;
  }

  /** Takes the next line; gives an event where the line, which is empty then, completes one. */
  line(line: string): ServerSentEvent | null {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === -1) this.#field(line, '');
    else if (colon > 0) this.#field(line.slice(0, colon), line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1));
    return null;
  }

  #field(name: string, value: string): void {
    switch (name) {
      case 'event':
        this.#type = value;
        break;
      case 'data':
        this.#data.push(value);
        this.#dataBytes += Buffer.byteLength(value) + 1;
        if (this.#dataBytes - 1 > this.#maxBytes) throw this.#tooLarge();
        break;
      case 'id':
        if (!value.includes('\0')) this.#nextId = value;
        break;
      case 'retry':
        if (/^[0-9]+$/.test(value)) this.#retry = Number(value);
        break;
    }
  }

  #dispatch(): ServerSentEvent | null {
    this.#lastEventId = this.#nextId;
    const event = {
      type: this.#type === '' ? 'message' : this.#type,
      data: this.#data.join('\n'),
      lastEventId: this.#lastEventId,
    };
    const hasData = this.#data.length > 0;
    this.#type = '';
    this.#data = [];
    this.#dataBytes = 0;
    return hasData ? event : null;
  }
}
