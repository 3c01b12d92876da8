// Reads header or trailer fields up to the empty line that ends them (RFC 9112 §5), from bytes in any pieces.
//
// One pass over the bytes both validates them and finds where lines and the section end, so that no other search can
// disagree with it; the names and values are then cut out of one string. A line that is cut by the end of a piece is
// kept and read when its line feed has come: a section that arrives one byte at a time costs no more than twice its
// length.
//
//   strict, since leniency here is how requests are smuggled      lenient, since servers need it or the RFC asks for it
//   bare CR (RFC 9112 §2.2), NUL and other control characters     a bare LF ends a line of a head (§2.2), not of trailers
//   (RFC 9110 §5.5), whitespace before the colon (§5.1), a line    obs-fold in a response becomes one space (§5.2)
//   without a colon, an empty name, whitespace before the first    octets above 0x7F are kept, as latin1 (RFC 9110 §5.5)
//   field (§2.2)

import { CLASSES, TOKEN, trimBlanks, VALUE } from '../message/characters.ts';
import { LimitFault, PeerFault, quote } from './fault.ts';
import type { LineMemo } from './line-memo.ts';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;

/** The reading position when a line's end has not come yet. */
export const MORE = -1;

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
  readonly #memo: LineMemo | null;
  /** The beginning of a line whose line feed has not come. */
  #carry = '';
  /** Bytes of complete lines. */
  #bytes = 0;
  /** Set by the empty line. */
  #ended = false;

  /** @param memo What lines to expect; null where none repeat. */
  constructor(limits: SectionLimits, memo: LineMemo | null = null) {
    this.#limits = limits;
    this.#memo = memo;
  }

  /** Forgets everything, for the next section; `bytes` were read before it and count against the same limit. */
  reset(bytes = 0): void {
    this.fields = [];
    this.#carry = '';
    this.#bytes = bytes;
    this.#ended = false;
  }

  /**
   * Takes bytes from `from` to `end`. Returns the position after the line feed of the empty line, or MORE where the
   * section does not end in this piece, which is then wholly taken.
   */
  read(bytes: Buffer, from: number, end: number): number {
    let at = from;
    if (this.#carry !== '') {
      at = this.#readCarried(bytes, from, end);
      if (at === MORE) return MORE;
      if (this.#ended) return this.#take(at);
    }
    const { fields } = this;
    const memo = this.#memo;
    const room = 2 * this.#limits.maxFields;
    const first = at;
    let text = '';
    let base = -1;
    for (;;) {
      // Plain lines, each a name, a colon, a value and CRLF, are read here in full: calls would cost 0.4 µs a head.
      const start = at;
      const index = fields.length >> 1;
      const known = memo === null ? null : memo.find(index, bytes, start, end);
      if (known !== null && fields.length < room) {
        fields.push(known.name, known.value);
        at += known.bytes.length;
        continue;
      }
      if (bytes[start] === CR && start + 1 < end && bytes[start + 1] === LF) {
        this.#count(start + 2 - first);
        return start + 2;
      }
      if (base === -1) {
        base = start;
        text = bytes.toString('latin1', base, end);
      }
      while (at < end && ((CLASSES[bytes[at] ?? 0] ?? 0) & TOKEN) !== 0) at++;
      const colon = at;
      if (bytes[at] === COLON && colon > start && fields.length < room) {
        at++;
        while (at < end && isBlank(bytes[at])) at++;
        const valueStart = at;
        while (at < end && ((CLASSES[bytes[at] ?? 0] ?? 0) & VALUE) !== 0) at++;
        if (at + 1 < end && bytes[at] === CR && bytes[at + 1] === LF) {
          let valueEnd = at;
          while (valueEnd > valueStart && isBlank(bytes[valueEnd - 1])) valueEnd--;
          const name = text.slice(start - base, colon - base);
          const value = text.slice(valueStart - base, valueEnd - base);
          fields.push(name, value);
          at += 2;
          memo?.put(index, bytes, start, at, name, value);
          continue;
        }
      }
      const next = this.#readLine(bytes, start, end, text, base);
      if (next === MORE) {
        this.#carry = text.slice(start - base);
        this.#count(end - first);
        return MORE;
      }
      at = next;
      if (this.#ended) {
        this.#count(at - first);
        return this.#take(at);
      }
    }
  }

  #take(at: number): number {
    this.#ended = false;
    return at;
  }

  #readCarried(bytes: Buffer, from: number, end: number): number {
    // Only what came now is searched: what lies behind it in the slab is of no concern, and long.
    const lineFeed = bytes.subarray(from, end).indexOf(LF);
    const to = lineFeed === -1 ? end : from + lineFeed + 1;
    this.#count(to - from);
    this.#carry += bytes.toString('latin1', from, to);
    if (lineFeed === -1) return MORE;
    const line = this.#carry;
    this.#carry = '';
    this.#readLine(Buffer.from(line, 'latin1'), 0, line.length, line, 0);
    return to;
  }

  /** Reads one line, of which `text` holds a copy from `base` on; returns the position after its line feed, or MORE. */
  #readLine(bytes: Buffer, from: number, end: number, text: string, base: number): number {
    let at = from;
    while (at < end && (classOf(bytes, at) & TOKEN) !== 0) at++;
    if (at === end) return MORE;
    const nameEnd = at;
    if (bytes[at] !== COLON || nameEnd === from) return this.#readOther(bytes, from, at, end, text, base);
    at++;
    while (at < end && isBlank(bytes[at])) at++;
    const valueStart = at;
    while (at < end && (classOf(bytes, at) & VALUE) !== 0) at++;
    if (at === end) return MORE;
    const next = this.#lineEnd(bytes, at, end);
    if (next === MORE) return MORE;
    while (at > valueStart && isBlank(bytes[at - 1])) at--;
    const { maxFields } = this.#limits;
    if (this.fields.length >= 2 * maxFields) throw new LimitFault(`more than ${maxFields} fields`, 'maxFields');
    this.fields.push(text.slice(from - base, nameEnd - base), text.slice(valueStart - base, at - base));
    return next;
  }

  /** A line that does not begin with a name and a colon; `at` is its first byte that is no part of a name. */
  #readOther(bytes: Buffer, from: number, at: number, end: number, text: string, base: number): number {
    const code = bytes[at];
    if (at > from || code === COLON) {
      if (at > from && isBlank(code)) {
        throw new PeerFault('protocol', 'whitespace between a field name and its colon (RFC 9112 §5.1)');
      }
      const line = quote(text.slice(from - base, at - base + 1));
      throw new PeerFault('protocol', `a field line that has no name and colon: ${line}`);
    }
    if (isBlank(code)) return this.#readFold(bytes, from, end, text, base);
    const next = this.#lineEnd(bytes, at, end);
    this.#ended = next !== MORE;
    return next;
  }

  /** A line that begins with whitespace continues the field before it (obs-fold, §5.2). */
  #readFold(bytes: Buffer, from: number, end: number, text: string, base: number): number {
    let at = from;
    while (at < end && (classOf(bytes, at) & VALUE) !== 0) at++;
    if (at === end) return MORE;
    const next = this.#lineEnd(bytes, at, end);
    if (next === MORE) return MORE;
    const last = this.fields.length - 1;
    if (last < 0) throw new PeerFault('protocol', 'whitespace before the first field (RFC 9112 §2.2)');
    const more = trimBlanks(text.slice(from - base, at - base));
    const value = this.fields[last] ?? '';
    if (more !== '') this.fields[last] = value === '' ? more : `${value} ${more}`;
    return next;
  }

  /** The position after a line end that begins at `at`, MORE if it is cut, or a fault if none begins there. */
  #lineEnd(bytes: Buffer, at: number, end: number): number {
    const code = bytes[at];
    if (code === CR) {
      if (at + 1 === end) return MORE;
      if (bytes[at + 1] === LF) return at + 2;
      throw new PeerFault('protocol', 'a carriage return without a line feed (RFC 9112 §2.2)');
    }
    if (code === LF) {
      if (this.#limits.bareLineFeeds) return at + 1;
      throw new PeerFault('protocol', 'a line feed without a carriage return in the trailers (RFC 9112 §2.2)');
    }
    const shown = (code ?? 0).toString(16).padStart(2, '0');
    throw new PeerFault('protocol', `the character 0x${shown} in a field (RFC 9110 §5.5)`);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    const { maxBytes, bytesOption } = this.#limits;
    if (this.#bytes > maxBytes) throw new LimitFault(`more than ${maxBytes} bytes of fields`, bytesOption);
  }
}

function classOf(bytes: Buffer, at: number): number {
  return CLASSES[bytes[at] ?? 0] ?? 0;
}

function isBlank(code: number | undefined): boolean {
  return code === SPACE || code === TAB;
}
