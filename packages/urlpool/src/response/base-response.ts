// What every response has, whichever way its body comes: what its head says, and how it came here.

import type { RequestHistory } from '../errors/http-error.ts';
import type { Head } from '../message/head.ts';
import { HTTPHeaders } from '../message/http-headers.ts';
import type { Retry } from '../policy/retry.ts';
import { StatusError } from './status-error.ts';

/** The connection that carried a response. */
export interface ResponseConnection {
  readonly id: number;
  /** Whether it had served an exchange before this one. */
  readonly reused: boolean;
  /** The peer's address and port. */
  readonly address: string;
}

/** What a response is made of, apart from its body. */
export interface ResponseParts {
  readonly method: string;
  readonly url: string;
  readonly head: Head;
  readonly connection: ResponseConnection;
  readonly retries: Retry;
  readonly elapsed: number;
}

export abstract class BaseResponse {
  /** The URL that answered, after all redirects, without credentials. */
  readonly url: string;
  readonly status: number;
  /** The connection that carried it. */
  readonly connection: ResponseConnection;
  /** The attempts before the one that answered, failed and redirected ones, oldest first. */
  readonly history: readonly RequestHistory[];
  /** What the call may still have done: its counters are what is left of the Retry that it began with. */
  readonly retries: Retry;
  /** How long the call took, in ms: until the head of a streamed response was there, else until the end of the body. */
  readonly elapsed: number;
  /** The method that was answered: a redirect may have changed it. */
  readonly method: string;
  readonly #head: Head;
  #headers: HTTPHeaders | null = null;

  constructor(parts: ResponseParts) {
    this.url = parts.url;
    this.status = parts.head.status;
    this.connection = parts.connection;
    this.history = parts.retries.history;
    this.retries = parts.retries;
    this.elapsed = parts.elapsed;
    this.method = parts.method;
    this.#head = parts.head;
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

  /**
   * The response itself, if its status is below 400.
   *
   * @throws {StatusError} `ERR_STATUS`, with this response.
   */
  raiseForStatus(): this {
    if (this.status < 400) return this;
    const { method, url, connection, status, reason, headers } = this;
    const error = new StatusError({ method, url, connection, status, reason, fields: headers }, this, this.history);
    Error.captureStackTrace(error, this.raiseForStatus);
    throw error;
  }

  get headers(): HTTPHeaders {
    this.#headers ??= new HTTPHeaders(this.#head.fields);
    return this.#headers;
  }
}
