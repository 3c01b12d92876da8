// Reads a body in the chunked coding (RFC 9112 §7.1), from bytes in any pieces.
//
//   strict                                                        lenient
//   sizes are 1 to 16 hex digits: no sign, no 0x, no space        spaces and tabs between the size and what follows it:
//   before; at most 2^53 − 1                                      old servers pad sizes with them
//   CRLF ends size lines, chunk data and trailers: bare CR and    extensions are skipped, whatever they say, up to a limit
//   bare LF are refused (§2.2 allows a bare LF in heads only)     (§7.1.1)
//   control characters in extensions

import { isValueCode } from '../message/characters.ts';
import type { Limits } from '../policy/limits.ts';
import { LimitFault, PeerFault } from './fault.ts';
import { FieldSectionReader, MORE } from './field-section-reader.ts';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const SEMICOLON = 0x3b;
const MAX_SIZE_DIGITS = 16;
/** Blanks after one size: old servers fill it up to the width of a number. */
const MAX_PADDING = 256;

type State =
  | 'size' // in the digits of a chunk size
  | 'padding' // whitespace after them
  | 'extension'
  | 'size-lf' // after the CR of a size line
  | 'data'
  | 'data-cr' // after the last byte of a chunk
  | 'data-lf'
  | 'trailers'
  | 'done';

/** Receives the bytes of chunks; false stops the reading. */
export type ChunkSink = (bytes: Buffer) => boolean;

/** One chunked body. */
export class ChunkedReader {
  #state: State = 'size';
  #digits = 0;
  #padding = 0;
  /** The chunk's size while it is read, then what is left of the chunk. */
  #left = 0;
  #extensionBytes = 0;
  readonly #maxExtensionBytes: number;
  readonly #trailers: FieldSectionReader;

  constructor(limits: Limits) {
    this.#maxExtensionBytes = limits.maxChunkExtensionBytes;
    this.#trailers = new FieldSectionReader({
      maxBytes: limits.maxTrailerBytes,
      maxFields: limits.maxFields,
      bytesOption: 'maxTrailerBytes',
      bareLineFeeds: false,
    });
  }

  get done(): boolean {
    return this.#state === 'done';
  }

  /** The trailer fields; complete once the body is done. */
  get trailers(): string[] {
    return this.#trailers.fields;
  }

  /** Prepares for the next body. */
  reset(): void {
    this.#state = 'size';
    this.#digits = 0;
    this.#padding = 0;
    this.#left = 0;
    this.#extensionBytes = 0;
    this.#trailers.reset();
  }

  /** Where the body was when it was cut off, for a message. */
  get position(): string {
    if (this.#state === 'data') return `${this.#left} bytes before the end of a chunk`;
    if (this.#state === 'trailers') return 'before the end of the trailers';
    return 'between chunks';
  }

  /** Takes bytes from `from` to `end`; returns the position after the last one that belongs to the body. */
  read(bytes: Buffer, from: number, end: number, sink: ChunkSink): number {
    let at = from;
    while (at < end && this.#state !== 'done') {
      if (this.#state === 'data') {
        const to = Math.min(end, at + this.#left);
        this.#left -= to - at;
        if (this.#left === 0) this.#state = 'data-cr';
        if (!sink(bytes.subarray(at, to))) return to;
        at = to;
      } else if (this.#state === 'trailers') {
        at = this.#trailers.read(bytes, at, end);
        if (at === MORE) return end;
        this.#state = 'done';
      } else {
        this.#readOctet(bytes[at] ?? 0);
        at++;
      }
    }
    return at;
  }

  #readOctet(octet: number): void {
    switch (this.#state) {
      case 'size': {
        const digit = hexDigit(octet);
        if (digit >= 0) this.#addDigit(digit);
        else if (this.#digits === 0) throw new PeerFault('protocol', `a chunk size begins with ${show(octet)} (§7.1)`);
        else this.#afterSize(octet);
        return;
      }
      case 'padding':
        this.#afterSize(octet);
        return;
      case 'extension':
        if (octet === CR) this.#state = 'size-lf';
        else if (isValueCode(octet)) this.#countExtension();
        else throw new PeerFault('protocol', `${show(octet)} in a chunk extension (RFC 9112 §7.1.1)`);
        return;
      case 'size-lf':
        if (octet !== LF) throw new PeerFault('protocol', 'a carriage return without a line feed in a chunk size line');
        this.#digits = 0;
        this.#padding = 0;
        this.#state = this.#left === 0 ? 'trailers' : 'data';
        return;
      case 'data-cr':
        if (octet !== CR) throw new PeerFault('protocol', `${show(octet)} after the last byte of a chunk (§7.1)`);
        this.#state = 'data-lf';
        return;
      default:
        if (octet !== LF) throw new PeerFault('protocol', 'a carriage return without a line feed after a chunk');
        this.#state = 'size';
    }
  }

  #addDigit(digit: number): void {
    this.#digits++;
    this.#left = 16 * this.#left + digit;
    if (this.#digits > MAX_SIZE_DIGITS || !Number.isSafeInteger(this.#left)) {
      throw new PeerFault('protocol', 'a chunk size above 2^53 - 1 or of more than 16 digits (RFC 9112 §7.1)');
    }
  }

  #afterSize(octet: number): void {
    if (octet === CR) {
      this.#state = 'size-lf';
    } else if (octet === SEMICOLON) {
      this.#state = 'extension';
      this.#countExtension();
    } else if (octet === SPACE || octet === TAB) {
      this.#state = 'padding';
      if (++this.#padding > MAX_PADDING)
        throw new PeerFault('protocol', `more than ${MAX_PADDING} blanks after a chunk size`);
    } else {
      throw new PeerFault('protocol', `${show(octet)} after a chunk size (RFC 9112 §7.1)`);
    }
  }

  #countExtension(): void {
    if (++this.#extensionBytes > this.#maxExtensionBytes) {
      throw new LimitFault(`more than ${this.#maxExtensionBytes} bytes of chunk extensions`, 'maxChunkExtensionBytes');
    }
  }
}

function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const lower = octet | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function show(octet: number): string {
  return octet > 0x20 && octet < 0x7f ? `"${String.fromCharCode(octet)}"` : `0x${octet.toString(16).padStart(2, '0')}`;
}
