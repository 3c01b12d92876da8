// A response whose body has been read: everything here is already in memory, so nothing of it is asynchronous and its
// connection is back in the pool.

import { DecodeError } from '../errors/decode-error.ts';
import type { Fields } from '../message/fields.ts';
import type { Head } from '../message/head.ts';
import { HTTPHeaders } from '../message/http-headers.ts';

/** The connection that carried a response. */
export interface ResponseConnection {
  readonly id: number;
  /** Whether it had served an exchange before this one. */
  readonly reused: boolean;
  /** The peer's address and port. */
  readonly address: string;
}

/** What a response is made of. */
export interface ResponseParts {
  readonly method: string;
  readonly url: string;
  readonly head: Head;
  readonly data: Buffer;
  readonly trailers: Fields;
  readonly connection: ResponseConnection;
}

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
export class HTTPResponse {
  /** The URL that was asked for, without credentials. */
  readonly url: string;
  readonly status: number;
  /** The body. */
  readonly data: Buffer;
  /** The connection that carried it. */
  readonly connection: ResponseConnection;
  readonly #method: string;
  readonly #head: Head;
  readonly #trailerFields: Fields;
  #headers: HTTPHeaders | null = null;
  #trailers: HTTPHeaders | null = null;

  constructor(parts: ResponseParts) {
    this.url = parts.url;
    this.status = parts.head.status;
    this.data = parts.data;
    this.connection = parts.connection;
    this.#method = parts.method;
    this.#head = parts.head;
    this.#trailerFields = parts.trailers;
  }

  /** The reason phrase; empty where the server gave none. */
  get reason(): string {
    return this.#head.reason;
  }

  /** The version of HTTP that the server answered with: "1.0" or "1.1". */
  get version(): string {
    return this.#head.version;
  }

  /** Whether the status is 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get headers(): HTTPHeaders {
    this.#headers ??= new HTTPHeaders(this.#head.fields);
    return this.#headers;
  }

  /** The fields that came after a chunked body. */
  get trailers(): HTTPHeaders {
    this.#trailers ??= new HTTPHeaders(this.#trailerFields);
    return this.#trailers;
  }

  /** The body as UTF-8 text, without a byte order mark. */
  text(): string {
    const { data } = this;
    const hasMark = data.length >= 3 && data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf;
    return data.toString('utf8', hasMark ? 3 : 0);
  }

  /**
   * The body as JSON. The type is the caller's claim: nothing checks it.
   *
   * @throws {DecodeError} `ERR_INVALID_JSON`, with the status and the beginning of what came instead.
   */
  json<T = unknown>(): T {
    const text = this.text();
    try {
      return JSON.parse(text);
    } catch (cause) {
      const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new DecodeError(
        `Cannot read the body of ${this.#method} ${this.url} (status ${this.status}) as JSON: ${why}; it begins with ${shown}`,
        {
          code: 'ERR_INVALID_JSON',
          phase: 'body',
          method: this.#method,
          url: this.url,
          connection: this.connection,
          cause,
        },
      );
    }
  }
}
