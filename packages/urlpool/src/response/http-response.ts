// A response whose body has been read: everything here is already in memory, so nothing of it is asynchronous and its
// connection is back in the pool.

import type { Fields } from '../message/fields.ts';
import { HTTPHeaders } from '../message/http-headers.ts';
import { BaseResponse, type ResponseParts } from './base-response.ts';
import { bodyJSON, bodyText } from './body-text.ts';

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
  /** The body. */
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

  /** The body as UTF-8 text, without a byte order mark. */
  text(): string {
    return bodyText(this.data);
  }

  /**
   * The body as JSON. The type is the caller's claim: nothing checks it.
   *
   * @throws {DecodeError} `ERR_INVALID_JSON`, with the status and the beginning of what came instead.
   */
  json<T = unknown>(): T {
    return bodyJSON<T>(this.text(), this);
  }
}
