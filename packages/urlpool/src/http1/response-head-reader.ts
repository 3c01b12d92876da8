// Reads the head of a response: the status line (RFC 9112 §4), then the fields.
//
//   strict                                                        lenient
//   exactly "HTTP/1." and one digit, one space, three digits      no reason, with or without the space before it
//   no empty line before the status line (only servers skip       a bare LF ends the line (§2.2)
//   one, §2.2): it would be what is left of a response before     a minor version above 1 is read as 1.1 (RFC 9110 §2.5)
//   HTTP/0.9, which has no head at all, is refused                 any status from 100 to 999 (RFC 9110 §15)

import { isValueCode } from '../message/characters.ts';
import type { Head } from '../message/head.ts';
import type { Limits } from '../policy/limits.ts';
import { LimitFault, PeerFault, quote } from './fault.ts';
import { FieldSectionReader, MORE } from './field-section-reader.ts';

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const ZERO = 0x30;
const PREFIX = 'HTTP/1.';
/** Before the reason: "HTTP/1.1 200". */
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

  constructor(limits: Limits) {
    this.#maxBytes = limits.maxHeadBytes;
    this.#section = new FieldSectionReader({
      maxBytes: limits.maxHeadBytes,
      maxFields: limits.maxFields,
      bytesOption: 'maxHeadBytes',
      bareLineFeeds: true,
    });
  }

  /** Whether a byte of a head has come whose end has not. */
  get begun(): boolean {
    return this.#carry !== '';
  }

  /** Takes text from its beginning; returns the position after the head's end, or MORE. */
  read(text: string): number {
    let at = 0;
    if (this.#carry !== null) {
      at = this.#readStatusLine(text);
      if (at === MORE) return MORE;
    }
    const end = this.#section.read(text, at);
    if (end === MORE) return MORE;
    this.fields = this.#section.fields;
    this.#section.reset();
    this.#carry = '';
    return end;
  }

  #readStatusLine(text: string): number {
    const carried = this.#carry ?? '';
    const line = carried === '' ? text : carried + text;
    const whole = carried.length < PREFIX.length || text.includes('\n');
    const end = whole ? this.#parseStatusLine(line) : MORE;
    if (end === MORE) {
      if (line.length > this.#maxBytes) {
        throw new LimitFault(`more than ${this.#maxBytes} bytes of a status line`, 'maxHeadBytes');
      }
      this.#carry = line;
      return MORE;
    }
    this.#carry = null;
    this.#section.reset(end);
    return end - carried.length;
  }

  #parseStatusLine(line: string): number {
    const { length } = line;
    if (!line.startsWith(PREFIX)) {
      if (length < PREFIX.length && PREFIX.startsWith(line)) return MORE;
      throw new PeerFault('protocol', `a response begins with "HTTP/1.", this with ${quote(line.slice(0, 20))}`);
    }
    let at = STATUS_END;
    if (length > STATUS_END) {
      const code = line.charCodeAt(STATUS_END);
      if (code === SPACE) at++;
      else if (code !== CR && code !== LF) throw badStatusLine(line);
    }
    while (at < length && isValueCode(line.charCodeAt(at))) at++;
    if (at >= length) {
      if (line.includes('\n')) throw badStatusLine(line);
      return MORE;
    }
    const code = line.charCodeAt(at);
    if (code === CR && at + 1 === length) return MORE;
    const end = code === LF ? at + 1 : code === CR && line.charCodeAt(at + 1) === LF ? at + 2 : MORE;
    const minor = line.charCodeAt(7) - ZERO;
    const hundreds = line.charCodeAt(9) - ZERO;
    const tens = line.charCodeAt(10) - ZERO;
    const ones = line.charCodeAt(11) - ZERO;
    const digits = isDigit(minor) && isDigit(tens) && isDigit(ones) && hundreds >= 1 && hundreds <= 9;
    if (end === MORE || !digits || line.charCodeAt(8) !== SPACE) throw badStatusLine(line);
    this.version = minor === 0 ? '1.0' : '1.1';
    this.status = 100 * hundreds + 10 * tens + ones;
    this.reason = at > STATUS_END + 1 ? line.slice(STATUS_END + 1, at) : '';
    return end;
  }
}

function isDigit(value: number): boolean {
  return value >= 0 && value <= 9;
}

function badStatusLine(line: string): PeerFault {
  const text = line.slice(0, line.search(/[\r\n]|$/));
  return new PeerFault('protocol', `a malformed status line (RFC 9112 §4): ${quote(text)}`);
}
