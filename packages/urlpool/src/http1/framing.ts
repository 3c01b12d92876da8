// How long the body of a response is: RFC 9112 §6.3 step by step, as a function of the request's method and of what the
// head says. What real servers send and attackers use differ in one thing: whether two readers could disagree on it.
// Where they could, the response is refused; where one reading is certain but the head is odd, it is read and the
// connection closed after it.

import { trimBlanks } from '../message/characters.ts';
import type { Fields } from '../message/fields.ts';
import type { Head } from '../message/head.ts';
import { tokenList } from '../message/token-list.ts';
import { PeerFault, quote } from './fault.ts';

/** How the body ends, and whether the connection may be kept after it as far as framing goes. */
export type Framing =
  | { readonly is: 'none'; readonly keeps: boolean }
  | { readonly is: 'length'; readonly length: number; readonly keeps: boolean }
  | { readonly is: 'chunked'; readonly keeps: boolean }
  | { readonly is: 'until-close'; readonly keeps: false };

/** The fields of a head that say how its message is framed and what becomes of the connection; null where absent. */
export interface FramingFields {
  contentLength: string | null;
  transferEncoding: string | null;
  connection: string | null;
  keepAlive: string | null;
}

const NONE: Framing = { is: 'none', keeps: true };
const NONE_THEN_CLOSE: Framing = { is: 'none', keeps: false };
const CHUNKED: Framing = { is: 'chunked', keeps: true };
const CHUNKED_1_0: Framing = { is: 'chunked', keeps: false };
const UNTIL_CLOSE: Framing = { is: 'until-close', keeps: false };

/** Finds the fields that matter here; repeated ones are joined with ", " (RFC 9110 §5.3). */
export function framingFields(fields: Fields): FramingFields {
  const found: FramingFields = { contentLength: null, transferEncoding: null, connection: null, keepAlive: null };
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const { length } = name;
    if (length === 14) {
      if (is(name, 'Content-Length')) found.contentLength = join(found.contentLength, fields[i + 1]);
    } else if (length === 10) {
      if (is(name, 'Connection')) found.connection = join(found.connection, fields[i + 1]);
      else if (is(name, 'Keep-Alive')) found.keepAlive = join(found.keepAlive, fields[i + 1]);
    } else if (length === 17) {
      if (is(name, 'Transfer-Encoding')) found.transferEncoding = join(found.transferEncoding, fields[i + 1]);
    }
  }
  return found;
}

/** Whether a name is `usual` in any case; nearly always it is spelled so. */
function is(name: string, usual: string): boolean {
  return name === usual || name.toLowerCase() === usual.toLowerCase();
}

function join(before: string | null, value = ''): string {
  return before === null ? value : `${before}, ${value}`;
}

/**
 * Decides how the body of a final response is framed.
 *
 * @throws {PeerFault} where the length is invalid, or two readings are possible.
 */
export function framing(method: string, head: Pick<Head, 'status' | 'version'>, found: FramingFields): Framing {
  const { status } = head;
  // 1. HEAD, 204 and 304 have no body, whatever the fields say. (1xx never comes here.)
  if (method === 'HEAD' || status === 304) return NONE;
  if (status === 204) {
    // A server must not send these fields with 204 (RFC 9110 §8.6, RFC 9112 §6.1); one that does may send a body too.
    const empty = found.contentLength === null || found.contentLength === '0';
    return empty && found.transferEncoding === null ? NONE : NONE_THEN_CLOSE;
  }
  // 2. A 2xx to CONNECT turns the connection into a tunnel: no other request can follow on it.
  if (method === 'CONNECT' && status >= 200 && status < 300) return NONE_THEN_CLOSE;
  if (found.transferEncoding !== null) {
    // 3. Transfer-Encoding overrides Content-Length, but a message with both is how responses are split.
    if (found.contentLength !== null) {
      throw new PeerFault('protocol', 'both Transfer-Encoding and Content-Length (RFC 9112 §6.3)');
    }
    return transferCoding(found.transferEncoding, head.version);
  }
  // 5. An invalid length cannot be recovered from; 6. a valid one counts.
  if (found.contentLength !== null) {
    return { is: 'length', length: parseContentLength(found.contentLength), keeps: true };
  }
  // 8. Else the body ends with the connection. (7 is about requests.)
  return UNTIL_CLOSE;
}

/** 4. Chunked counts if it is the last coding; a body in any other coding ends with the connection. */
function transferCoding(value: string, version: Head['version']): Framing {
  const names = tokenList(value);
  const chunked = names.filter((name) => name === 'chunked').length;
  if (chunked > 1) throw new PeerFault('protocol', 'the chunked coding applied twice (RFC 9112 §6.1)');
  if (names.at(-1) !== 'chunked') return UNTIL_CLOSE;
  // HTTP/1.0 knows no Transfer-Encoding: read it, but trust nothing after it (§6.1).
  return version === '1.0' ? CHUNKED_1_0 : CHUNKED;
}

/**
 * A Content-Length: digits only, at most 2^53 − 1. The same number repeated, in one field or several, is one (§6.3 rule
 * 5); anything else, even another spelling of the same number, is not.
 */
export function parseContentLength(value: string): number {
  let text = value;
  if (value.includes(',')) {
    const values = value.split(',').map(trimBlanks);
    text = values[0] ?? '';
    if (values.some((item) => item !== text)) {
      throw new PeerFault('protocol', `differing Content-Lengths: ${quote(value)} (RFC 9112 §6.3)`);
    }
  }
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) length = Number.NaN;
    length = 10 * length + digit;
  }
  if (text === '' || !Number.isSafeInteger(length)) {
    throw new PeerFault('protocol', `an invalid Content-Length: ${quote(value)} (RFC 9112 §6.3)`);
  }
  return length;
}
