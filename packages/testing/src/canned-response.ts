// Builds the bytes of one correct response (RFC 9112), or refuses: for incorrect ones a script writes its own bytes.
// Pure.

import { STATUS_CODES } from 'node:http';
import { type Field, fieldValues, isFieldValue, isToken } from './field.ts';

/** A response to build. */
export interface ResponseChoices {
  /**
   * Three digits.
   * @default 200
   */
  readonly status?: number;
  /** Reason phrase; by default the usual one of the status, or none. */
  readonly reason?: string;
  /**
   * Fields, written as they are and in this order; by default none. The one that delimits the body follows them, unless
   * a right Content-Length is among them.
   */
  readonly headers?: readonly Field[] | Readonly<Record<string, string>>;
  /**
   * Content; a string is encoded as UTF-8.
   * @default ''
   */
  readonly body?: string | Uint8Array;
  /**
   * Delimit the body by chunks, one chunk for the whole of it, in place of Content-Length.
   * @default false
   */
  readonly chunked?: boolean;
  /** Fields after the last chunk; they make the response chunked. */
  readonly trailers?: readonly Field[] | Readonly<Record<string, string>>;
  /**
   * Method of the request it answers: the answer to HEAD has the fields of a body, and no body.
   * @default 'GET'
   */
  readonly method?: string;
}

/**
 * The bytes of a correct response: head, the field that delimits the body, and the body. A 1xx or 204 response, and a
 * 2xx to CONNECT, has neither such a field nor a body; a 304 has no body.
 *
 * @throws {RangeError} when the status is not of three digits.
 * @throws {TypeError} when a name or value could not stand in a head (a line break, say), when a response that has no
 * body is given one, and when `headers` delimit the body in another way than `body` and `chunked` do.
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { cannedResponse } from 'urlpool-testing';
 *
 * const bytes = cannedResponse({ headers: { 'Content-Type': 'text/plain' }, body: 'hello' });
 * assert.equal(
 *   bytes.toString(),
 *   'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello',
 * );
 * ```
 */
export function cannedResponse(choices: ResponseChoices = {}): Buffer {
  const { status = 200, chunked = choices.trailers !== undefined, method = 'GET' } = choices;
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    throw new RangeError(`Cannot build a response: status ${status} is not a number of three digits`);
  }
  const body = Buffer.from(choices.body ?? '');
  const headers = fieldList(choices.headers);
  const reason = choices.reason ?? STATUS_CODES[status] ?? '';
  if (!isFieldValue(reason)) refuse('the reason has control characters');

  // RFC 9110 §8.6 and RFC 9112 §6.1: these have no field that delimits a body …
  const bare = status < 200 || status === 204 || (method === 'CONNECT' && status < 300);
  // … and these may say what the body of a GET would have been.
  const bodiless = bare || status === 304 || method === 'HEAD';
  if (body.length > 0 && (bare || status === 304)) refuse(`${status} to ${method} has no body, and one was given`);
  if (!chunked && choices.trailers !== undefined) refuse('trailers come after chunks alone');
  const lengths = fieldValues(headers, 'content-length');
  if (fieldValues(headers, 'transfer-encoding').length > 0) refuse('Transfer-Encoding is set by the option chunked');
  if (lengths.length > 0 && (bare || chunked)) refuse('Content-Length has no place in it');
  if (!bodiless && lengths.some((length) => length !== String(body.length))) {
    refuse(`Content-Length is not the length of the body, ${body.length}`);
  }
  if (!bare && status !== 304 && lengths.length === 0) {
    headers.push(chunked ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(body.length)]);
  }

  const head = Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${lines(headers)}\r\n`, 'latin1');
  if (bodiless) return head;
  return Buffer.concat(chunked ? [head, ...chunks(body, fieldList(choices.trailers))] : [head, body]);
}

function refuse(why: string): never {
  throw new TypeError(`Cannot build a response: ${why}`);
}

function chunks(body: Buffer, trailers: readonly Field[]): Buffer[] {
  const data = body.length === 0 ? [] : [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')];
  return [...data, Buffer.from(`0\r\n${lines(trailers)}\r\n`, 'latin1')];
}

function fieldList(fields: ResponseChoices['headers'] = []): Field[] {
  return isFieldList(fields) ? [...fields] : Object.entries(fields);
}

function isFieldList(fields: readonly Field[] | Readonly<Record<string, string>>): fields is readonly Field[] {
  return Array.isArray(fields);
}

function lines(fields: readonly Field[]): string {
  return fields
    .map(([name, value]) => {
      const line = `${name}: ${value}`;
      if (!isToken(name) || !isFieldValue(value)) refuse(`${JSON.stringify(line)} cannot stand in a head`);
      return `${line}\r\n`;
    })
    .join('');
}
