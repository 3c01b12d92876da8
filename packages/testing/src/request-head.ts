// A strict reading of a request's head, independent of urlpool: the tests' second opinion on what the client wrote.
// What RFC 9112 lets a lenient server accept (bare LF, a blank line in front, folded lines) is refused here, since a
// client must not send it. Pure: bytes in, a value out.

import { type Field, fieldValues, isToken, parseField } from './field.ts';
import { MalformedRequestError } from './malformed-request-error.ts';

/** Request line and headers of one request. */
export interface RequestHead {
  readonly method: string;
  /** The request target as it was written: `/path?query`, `http://host/path`, `host:port` or `*`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** In the order and case they were sent. */
  readonly headers: readonly Field[];
}

/** How the body is delimited (RFC 9112 §6.3). */
export type BodyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' };

const TARGET = /^[\x21-\x7e]+$/;

/**
 * Parses the lines of a head, without their CRLFs and without the empty line at its end.
 *
 * @throws {MalformedRequestError} on anything a client must not send.
 */
export function parseRequestHead(lines: readonly string[]): RequestHead {
  const [requestLine = '', ...fieldLines] = lines;
  const [method = '', target = '', protocol = '', ...rest] = requestLine.split(' ');
  const version = protocol === 'HTTP/1.1' ? '1.1' : protocol === 'HTTP/1.0' ? '1.0' : null;
  if (!isToken(method) || !TARGET.test(target) || version === null || rest.length > 0) {
    throw new MalformedRequestError('the request line is not "method target HTTP/1.1"', requestLine);
  }
  const headers = fieldLines.map(parseField);
  const hosts = fieldValues(headers, 'host');
  // RFC 9112 §3.2: a client must send exactly one Host in HTTP/1.1.
  if (version === '1.1' && hosts.length !== 1) {
    throw new MalformedRequestError(`the head has ${hosts.length} Host fields`, requestLine);
  }
  return { method, target, version, headers };
}

/**
 * Decides how the body after `head` is delimited.
 *
 * @throws {MalformedRequestError} on Transfer-Encoding beside Content-Length, on more than one of either, and on values
 * other than `chunked` and a decimal number.
 */
export function bodyFraming(head: RequestHead): BodyFraming {
  const codings = fieldValues(head.headers, 'transfer-encoding');
  const lengths = fieldValues(head.headers, 'content-length');
  if (codings.length + lengths.length > 1) {
    // RFC 9112 §6.2: no Content-Length beside Transfer-Encoding; two of either are how requests are smuggled.
    throw new MalformedRequestError('the body is delimited twice', [...codings, ...lengths].join(' | '));
  }
  const [coding] = codings;
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked' || head.version === '1.0') {
      throw new MalformedRequestError(`Transfer-Encoding in HTTP/${head.version} is not "chunked" alone`, coding);
    }
    return { kind: 'chunked' };
  }
  const [length] = lengths;
  if (length === undefined) return { kind: 'none' };
  if (!/^\d{1,15}$/.test(length)) throw new MalformedRequestError('Content-Length is not a decimal number', length);
  return { kind: 'length', length: Number(length) };
}
