// Reads the head of a response: the status line (RFC 9112 §4), then the fields.
//
//   strict                                                        lenient
//   exactly "HTTP/1." and one digit, one space, three digits      no reason, with or without the space before it
//   no empty line before the status line (only servers skip       a bare LF ends the line (§2.2)
//   one, §2.2): it would be what is left of a response before     a minor version above 1 is read as 1.1 (RFC 9110 §2.5)
//   HTTP/0.9, which has no head at all, is refused                 any status from 100 to 999 (RFC 9110 §15)

import { CLASSES, VALUE } from '../message/characters.ts';
import type { Head } from '../message/head.ts';
import type { Limits } from '../policy/limits.ts';
import { LimitFault, PeerFault, quote } from './fault.ts';
import { FieldSectionReader, MORE } from './field-section-reader.ts';
import type { LineMemo } from './line-memo.ts';

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const ZERO = 0x30;
/** What a TLS record begins with that is an alert (RFC 8446 §5.1). */
const TLS_ALERT = 0x15;
const PREFIX = 'HTTP/1.';
/** Where what follows the status begins: "HTTP/1.1 200". */
const STATUS_END = 12;

/** Reads head after head, one at a time. */
export class ResponseHeadReader {
  /** What was read; valid once `read()` has returned an end. */
  version: Head['version'] = '1.1';
  status = 0;
  reason = '';
  fields: string[] = [];
  readonly #section: FieldSectionReader;
  readonly #maxBytes: number;
  /** The status line as far as it has come; null once it was read. */
  #carry: string | null = '';

  constructor(limits: Limits, memo: LineMemo | null = null) {
    this.#maxBytes = limits.maxHeadBytes;
    this.#section = new FieldSectionReader(
      {
        maxBytes: limits.maxHeadBytes,
        maxFields: limits.maxFields,
        bytesOption: 'maxHeadBytes',
        bareLineFeeds: true,
      },
      memo,
    );
  }

  /** Whether a byte of a head has come whose end has not. */
  get begun(): boolean {
    return this.#carry !== '';
  }

  /** Takes bytes from `from` to `end`; returns the position after the head's end, or MORE. */
  read(bytes: Buffer, from: number, end: number): number {
    let at = from;
    if (this.#carry !== null) {
      at = this.#readStatusLine(bytes, from, end);
      if (at === MORE) return MORE;
    }
    const next = this.#section.read(bytes, at, end);
    if (next === MORE) return MORE;
    this.fields = this.#section.fields;
    this.#section.reset();
    this.#carry = '';
    return next;
  }

  #readStatusLine(bytes: Buffer, from: number, end: number): number {
    const carried = this.#carry ?? '';
    if (carried === '') {
      const next = this.#parseStatusLine(bytes, from, end);
      if (next === MORE) this.#keep(bytes.toString('latin1', from, end));
      else this.#statusLineTaken(next - from);
      return next;
    }
    // Only what came now is searched: what lies behind it in the slab is of no concern, and long.
    const lineFeed = bytes.subarray(from, end).indexOf(LF);
    const to = lineFeed === -1 ? end : from + lineFeed + 1;
    const line = carried + bytes.toString('latin1', from, to);
    const isWhole = lineFeed !== -1;
    // Until it is whole only its first bytes are looked at: so what is not HTTP is refused as soon as it shows.
    if (isWhole || carried.length < PREFIX.length) {
      if (this.#parseStatusLine(Buffer.from(line, 'latin1'), 0, line.length) !== MORE) {
        this.#statusLineTaken(line.length);
        return to;
      }
    }
    this.#keep(line);
    return MORE;
  }

  #keep(line: string): void {
    if (line.length > this.#maxBytes) {
      throw new LimitFault(`more than ${this.#maxBytes} bytes of a status line`, 'maxHeadBytes');
    }
    this.#carry = line;
  }

  #statusLineTaken(length: number): void {
    this.#carry = null;
    this.#section.reset(length);
  }

  #parseStatusLine(bytes: Buffer, from: number, end: number): number {
    for (let i = 0; i < PREFIX.length; i++) {
      if (from + i === end) return MORE;
      if (bytes[from + i] !== PREFIX.charCodeAt(i)) throw notHTTP(bytes, from, end);
    }
    let at = from + STATUS_END;
    if (at < end && bytes[at] === SPACE) at++;
    else if (at < end && bytes[at] !== CR && bytes[at] !== LF) throw badStatusLine(bytes, from, end);
    while (at < end && ((CLASSES[bytes[at] ?? 0] ?? 0) & VALUE) !== 0) at++;
    if (at >= end) {
      if (bytes.subarray(from, end).includes(LF)) throw badStatusLine(bytes, from, end);
      return MORE;
    }
    if (bytes[at] === CR && at + 1 === end) return MORE;
    const next = bytes[at] === LF ? at + 1 : bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : MORE;
    const minor = digitAt(bytes, from + 7);
    const status = 100 * digitAt(bytes, from + 9) + 10 * digitAt(bytes, from + 10) + digitAt(bytes, from + 11);
    // A character that is no digit has made it NaN.
    if (next === MORE || !(minor >= 0) || !(status >= 100) || bytes[from + 8] !== SPACE) {
      throw badStatusLine(bytes, from, end);
    }
    this.version = minor === 0 ? '1.0' : '1.1';
    this.status = status;
    this.reason = reasonText(bytes, from + STATUS_END + 1, at);
    return next;
  }
}

function digitAt(bytes: Buffer, at: number): number {
  const digit = (bytes[at] ?? 0) - ZERO;
  return digit >= 0 && digit <= 9 ? digit : Number.NaN;
}

/** The reason phrase; "OK", which nearly all are, without making a string. */
function reasonText(bytes: Buffer, from: number, end: number): string {
  if (end <= from) return '';
  if (end - from === 2 && bytes[from] === 0x4f && bytes[from + 1] === 0x4b) return 'OK';
  return bytes.toString('latin1', from, end);
}

function notHTTP(bytes: Buffer, from: number, end: number): PeerFault {
  if (bytes[from] === TLS_ALERT) {
    return new PeerFault('protocol', 'a TLS alert where a response begins with "HTTP/1."; is it an https:// port?');
  }
  const text = bytes.toString('latin1', from, Math.min(end, from + 20));
  return new PeerFault('protocol', `${quote(text)} where a response begins with "HTTP/1."`);
}

function badStatusLine(bytes: Buffer, from: number, end: number): PeerFault {
  const text = bytes.toString('latin1', from, Math.min(end, from + 200));
  const line = text.slice(0, text.search(/[\r\n]|$/));
  return new PeerFault('protocol', `a malformed status line (RFC 9112 §4): ${quote(line)}`);
}
