// A response whose body has been read: everything here is already in memory, so nothing of it is asynchronous and its
// connection is back in the pool.

import type { Fields } from '../message/fields.ts';
import { HTTPHeaders } from '../message/http-headers.ts';
import { BaseResponse, type ResponseParts } from './base-response.ts';
import { bodyText, encodingFrom, utf8Text } from './body-decoder.ts';
import { bodyJSON } from './body-json.ts';
import { type LineOptions, linesOfText } from './body-lines.ts';

/**
 * A response, whole.
 *
 * @example
 * const response = await http.request('GET', 'https://example.org/');
 * response.status; // 200
 * response.headers.get('content-type'); // 'text/html'
 * response.text(); // the body, as text
 * response.connection.reused; // whether a kept connection carried it
 */
export class HTTPResponse extends BaseResponse {
  /** The body, without the codings of its Content-Encoding unless `decodeContent` is false. */
  readonly data: Buffer;
  readonly #trailerFields: Fields;
  #trailers: HTTPHeaders | null = null;

  constructor(parts: ResponseParts, data: Buffer, trailers: Fields) {
    super(parts);
    this.data = data;
    this.#trailerFields = trailers;
  }

  /** The fields that came after a chunked body. */
  get trailers(): HTTPHeaders {
    this.#trailers ??= new HTTPHeaders(this.#trailerFields);
    return this.#trailers;
  }

  /** The body: `data`, by the name that a streamed response has for it. */
  bytes(): Buffer {
    return this.data;
  }

  /**
   * The body as text, without a byte order mark.
   *
   * @param charset The encoding to read by, a label of the Encoding standard. @default that of a byte order mark, else
   * that of Content-Type, else UTF-8, which an unknown one is taken for as well
   * @throws {RequestError} `ERR_INVALID_OPTION` for a label that is not known.
   */
  text(charset?: string): string {
    return bodyText(this.data, encodingFrom(charset, this.charset));
  }

  /**
   * The body as JSON, in UTF-8 (RFC 8259). The type is the caller's claim: nothing checks it.
   *
   * @throws {DecodeError} `ERR_INVALID_JSON`, with the status, the place and some characters around it.
   */
  json<T = unknown>(): T {
    return bodyJSON<T>(utf8Text(this.data), this);
  }

  /**
   * The body line by line, without their ends: LF, CRLF or CR.
   *
   * @throws {LimitError} for a line longer than `maxLineBytes`.
   */
  lines(options: LineOptions = {}): Generator<string, void> {
    return linesOfText(this, (charset) => this.text(charset), options);
  }
}
