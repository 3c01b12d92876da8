// Reads header or trailer fields up to the empty line that ends them (RFC 9112 §5), from text in any pieces.
//
// One pass over the characters both validates them and finds where lines and the section end, so that no other search
// can disagree with it. A line that is cut by the end of a piece is kept and read when its line feed has come: a
// section that arrives one byte at a time costs no more than twice its length.
//
//   strict, since leniency here is how requests are smuggled      lenient, since servers need it or the RFC asks for it
//   bare CR (RFC 9112 §2.2), NUL and other control characters     a bare LF ends a line of a head (§2.2), not of trailers
//   (RFC 9110 §5.5), whitespace before the colon (§5.1), a line    obs-fold in a response becomes one space (§5.2)
//   without a colon, an empty name, whitespace before the first    octets above 0x7F are kept, as latin1 (RFC 9110 §5.5)
//   field (§2.2)

import { isTokenCode, isValueCode } from '../message/characters.ts';
import { LimitFault, PeerFault, quote } from './fault.ts';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;

/** The reading position when a line's end has not come yet. */
export const MORE = -1;

/**
 * A whole section as nearly all are: every line a name, a colon, a value and CRLF. What does not match, because it is
 * cut, folded, ended by bare line feeds or wrong, is read line by line. Matching a head of 250 bytes and cutting it up
 * takes 0.5 µs where reading it character by character takes 0.8 (Node 24); each alternative of the pattern begins with
 * a character that the others cannot, so that its time is linear.
 */
const PLAIN_SECTION = /(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n/y;

/** What a section may hold, and how it ends its lines. */
export interface SectionLimits {
  readonly maxBytes: number;
  readonly maxFields: number;
  /** The option's name for `maxBytes`. */
  readonly bytesOption: string;
  /** Whether a bare LF ends a line. */
  readonly bareLineFeeds: boolean;
}

/** Collects the fields of one section. */
export class FieldSectionReader {
  /** Name, value, name, value …; complete once `read()` has returned an end. */
  fields: string[] = [];
  readonly #limits: SectionLimits;
  /** The beginning of a line whose line feed has not come. */
  #carry = '';
  /** Bytes of complete lines. */
  #bytes = 0;

  constructor(limits: SectionLimits) {
    this.#limits = limits;
  }

  /** Bytes taken so far. */
  get bytes(): number {
    return this.#bytes + this.#carry.length;
  }

  /** Forgets everything, for the next section; `bytes` were read before it and count against the same limit. */
  reset(bytes = 0): void {
    this.fields = [];
    this.#carry = '';
    this.#bytes = bytes;
  }

  /**
   * Takes text from `from` on. Returns the position after the line feed of the empty line, or MORE where the section
   * does not end in this piece, which is then wholly taken.
   */
  read(text: string, from: number): number {
    if (this.#carry !== '') return this.#readCarried(text, from);
    PLAIN_SECTION.lastIndex = from;
    if (PLAIN_SECTION.test(text)) return this.#splitPlain(text, from, PLAIN_SECTION.lastIndex);
    let at = from;
    for (;;) {
      const end = this.#readLine(text, at);
      if (end === MORE) {
        this.#bytes += at - from;
        this.#carry = at === 0 ? text : text.slice(at);
        this.#checkBytes(this.bytes);
        return MORE;
      }
      if (this.#isEmptyLine(text, at, end)) {
        this.#bytes += end - from;
        this.#checkBytes(this.#bytes);
        return end;
      }
      at = end;
    }
  }

  /** Takes the fields out of a section that is known to be plain: there is nothing left to check but the limits. */
  #splitPlain(text: string, from: number, end: number): number {
    const { fields } = this;
    this.#bytes += end - from;
    this.#checkBytes(this.#bytes);
    for (let at = from; at < end - 2; ) {
      const colon = text.indexOf(':', at);
      const lineEnd = text.indexOf('\r', colon);
      let valueStart = colon + 1;
      let valueEnd = lineEnd;
      while (valueStart < valueEnd && isBlank(text.charCodeAt(valueStart))) valueStart++;
      while (valueEnd > valueStart && isBlank(text.charCodeAt(valueEnd - 1))) valueEnd--;
      this.#checkRoom();
      fields.push(text.slice(at, colon), text.slice(valueStart, valueEnd));
      at = lineEnd + 2;
    }
    return end;
  }

  #readCarried(text: string, from: number): number {
    const lineFeed = text.indexOf('\n', from);
    if (lineFeed === -1) {
      this.#carry += from === 0 ? text : text.slice(from);
      this.#checkBytes(this.bytes);
      return MORE;
    }
    const line = this.#carry + text.slice(from, lineFeed + 1);
    this.#carry = '';
    this.#readLine(line, 0);
    this.#bytes += line.length;
    this.#checkBytes(this.#bytes);
    const at = lineFeed + 1;
    return this.#isEmptyLine(line, 0, line.length) ? at : this.read(text, at);
  }

  #isEmptyLine(text: string, from: number, end: number): boolean {
    return end - from <= 2 && (text.charCodeAt(from) === LF || text.charCodeAt(from) === CR);
  }

  /** Reads one line; returns the position after its line feed, or MORE. */
  #readLine(text: string, from: number): number {
    const { length } = text;
    let at = from;
    while (at < length && isTokenCode(text.charCodeAt(at))) at++;
    if (at === length) return MORE;
    const nameEnd = at;
    const code = text.charCodeAt(at);
    if (code !== COLON || nameEnd === from) {
      if (nameEnd > from || code === COLON) throw notAName(text, from, at);
      return isBlank(code) ? this.#readFold(text, from) : this.#lineEnd(text, at);
    }
    at++;
    while (at < length && isBlank(text.charCodeAt(at))) at++;
    const valueStart = at;
    while (at < length && isValueCode(text.charCodeAt(at))) at++;
    if (at === length) return MORE;
    const end = this.#lineEnd(text, at);
    if (end === MORE) return MORE;
    while (at > valueStart && isBlank(text.charCodeAt(at - 1))) at--;
    this.#checkRoom();
    this.fields.push(text.slice(from, nameEnd), text.slice(valueStart, at));
    return end;
  }

  /** A line that begins with whitespace continues the field before it (obs-fold, §5.2). */
  #readFold(text: string, from: number): number {
    const { length } = text;
    let at = from;
    while (at < length && isValueCode(text.charCodeAt(at))) at++;
    if (at === length) return MORE;
    const end = this.#lineEnd(text, at);
    if (end === MORE) return MORE;
    const last = this.fields.length - 1;
    if (last < 0) throw new PeerFault('protocol', 'whitespace stands before the first field (RFC 9112 §2.2)');
    const more = text.slice(from, at).replace(/^[ \t]+|[ \t]+$/g, '');
    const value = this.fields[last] ?? '';
    if (more !== '') this.fields[last] = value === '' ? more : `${value} ${more}`;
    return end;
  }

  /** The position after a line end that begins at `at`, MORE if it is cut, or a fault if none begins there. */
  #lineEnd(text: string, at: number): number {
    const code = text.charCodeAt(at);
    if (code === CR) {
      if (at + 1 === text.length) return MORE;
      if (text.charCodeAt(at + 1) === LF) return at + 2;
      throw new PeerFault('protocol', 'a carriage return without a line feed (RFC 9112 §2.2)');
    }
    if (code === LF) {
      if (this.#limits.bareLineFeeds) return at + 1;
      throw new PeerFault('protocol', 'a line feed without a carriage return in the trailers (RFC 9112 §2.2)');
    }
    throw new PeerFault('protocol', `the character 0x${code.toString(16).padStart(2, '0')} in a field (RFC 9110 §5.5)`);
  }

  #checkRoom(): void {
    const { maxFields } = this.#limits;
    if (this.fields.length >= 2 * maxFields) throw new LimitFault(`more than ${maxFields} fields`, 'maxFields');
  }

  #checkBytes(bytes: number): void {
    const { maxBytes, bytesOption } = this.#limits;
    if (bytes > maxBytes) throw new LimitFault(`more than ${maxBytes} bytes of fields`, bytesOption);
  }
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function notAName(text: string, from: number, at: number): PeerFault {
  const code = text.charCodeAt(at);
  if (isBlank(code)) {
    return new PeerFault('protocol', 'whitespace between a field name and its colon (RFC 9112 §5.1)');
  }
  const line = quote(text.slice(from, at + 1));
  return new PeerFault('protocol', `a field line that has no name and colon: ${line}`);
}
