// What every response has, whichever way its body comes: what its head says, and how it came here.

import type { Attempt } from '../errors/attempt.ts';
import type { Refusal, RequestHistory } from '../errors/http-error.ts';
import type { Timings } from '../errors/timings.ts';
import { type Fields, findField } from '../message/fields.ts';
import type { Head } from '../message/head.ts';
import { HTTPHeaders } from '../message/http-headers.ts';
import { type Link, parseLinks } from '../message/link.ts';
import { type MediaType, parseMediaType } from '../message/media-type.ts';
import { parseServerTiming, type ServerTiming } from '../message/server-timing.ts';
import type { Retry } from '../policy/retry.ts';
import type { CallStory } from '../trace/call-story.ts';
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
  readonly refused: Refusal | null;
  readonly elapsed: number;
  readonly attempt: number;
  readonly story: CallStory;
}

let partsOfResponse: (response: BaseResponse) => ResponseParts;

/** What a response was made of, for another one of the same. */
export function partsOf(response: BaseResponse): ResponseParts {
  return partsOfResponse(response);
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
  /** Why the call was not tried again though its Retry asked for it, by this status; null where it did not. */
  readonly refused: Refusal | null;
  /** How long the call took, in ms: until the head of a streamed response was there, else until the end of the body. */
  readonly elapsed: number;
  /** The method that was answered: a redirect may have changed it. */
  readonly method: string;
  readonly #parts: ResponseParts;
  #headers: HTTPHeaders | null = null;

  static {
    partsOfResponse = (response) => response.#parts;
  }

  constructor(parts: ResponseParts) {
    this.url = parts.url;
    this.status = parts.head.status;
    this.connection = parts.connection;
    this.history = parts.retries.history;
    this.retries = parts.retries;
    this.refused = parts.refused;
    this.elapsed = parts.elapsed;
    this.method = parts.method;
    this.#parts = parts;
  }

  /** Where the time of the call went, in ms; of a streamed response, as far as its body has come. */
  get timings(): Timings {
    const { story, attempt } = this.#parts;
    const timings = story.timings(attempt, null);
    return { ...timings, total: Math.max(this.elapsed, timings.total) };
  }

  /** All attempts of the call, the answered one last: replays, retries and redirects. */
  get attempts(): readonly Attempt[] {
    const { method, url, status, connection } = this;
    const { story, attempt } = this.#parts;
    return story.attempts({ method, url, status, connection, attempt, error: null }, null);
  }

  /** The reason phrase; empty where the server gave none. */
  get reason(): string {
    return this.#parts.head.reason;
  }

  /** The version of HTTP that the server answered with: "1.0" or "1.1". */
  get version(): string {
    return this.#parts.head.version;
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
    error.timings = this.timings;
    error.attempts = this.attempts;
    Error.captureStackTrace(error, this.raiseForStatus);
    throw error;
  }

  /** The header fields. They are the caller's to change: what the response itself says stays what came. */
  get headers(): HTTPHeaders {
    this.#headers ??= new HTTPHeaders(this.#parts.head.fields);
    return this.#headers;
  }

  /** The fields as they came, whatever became of `headers`. */
  protected get fields(): Fields {
    return this.#parts.head.fields;
  }

  /** Content-Type, taken apart; null where there is none, or what it says is no media type. */
  get contentType(): MediaType | null {
    const value = findField(this.#parts.head.fields, 'content-type');
    return value === null ? null : parseMediaType(value);
  }

  /** The media type without its parameters, in lower case: `text/html`; null as above. */
  get mediaType(): string | null {
    return this.contentType?.type ?? null;
  }

  /** The charset that Content-Type names, in lower case; null where it names none. */
  get charset(): string | null {
    return this.contentType?.parameters.get('charset')?.toLowerCase() ?? null;
  }

  /** What the server says of its own time (Server-Timing, W3C Server Timing). */
  get serverTimings(): ServerTiming[] {
    const { fields } = this;
    return fields.flatMap((name, i) =>
      i % 2 === 0 && name.toLowerCase() === 'server-timing' ? parseServerTiming(fields[i + 1] ?? '') : [],
    );
  }

  /**
   * Where the response leads (Link, RFC 8288), one for each relation, with absolute URLs.
   *
   * @example
   * const next = response.links.find(({ rel }) => rel === 'next')?.url;
   */
  get links(): Link[] {
    const { fields } = this;
    const links: Link[] = [];
    for (let i = 0; i < fields.length; i += 2) {
      if (fields[i]?.toLowerCase() === 'link') links.push(...parseLinks(fields[i + 1] ?? '', this.url));
    }
    return links;
  }
}
