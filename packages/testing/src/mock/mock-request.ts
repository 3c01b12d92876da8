// A request as a test wants to look at it: its URL whole, its fields by name, its body decoded.

import { HTTPHeaders } from 'urlpool';
import type { Field } from '../field.ts';
import type { ReceivedRequest } from '../received-request.ts';

/** A request that a mock server got. */
export class MockRequest {
  readonly method: string;
  /** Absolute, as it was asked for. */
  readonly url: string;
  /** As it was sent: encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: HTTPHeaders;
  /** Content as it was sent: content codings as they are. */
  readonly body: Buffer;
  readonly trailers: HTTPHeaders;
  /** Index of the connection it came on, in order of opening, from 0. */
  readonly connection: number;
  /** Index of the request on its connection, from 0. */
  readonly exchange: number;
  /** What the parameters of the route's path stood for, decoded. */
  params: Readonly<Record<string, string>> = {};

  /** @param origin What the target is relative to, unless it is absolute itself. */
  constructor(received: ReceivedRequest, origin: string) {
    const { method, target, connection, exchange } = received;
    this.method = method;
    this.url = absolute(target, origin);
    const { pathname, searchParams } = new URL(this.url);
    this.path = pathname;
    this.query = searchParams;
    this.headers = new HTTPHeaders(flat(received.headers));
    this.body = received.body;
    this.trailers = new HTTPHeaders(flat(received.trailers));
    this.connection = connection;
    this.exchange = exchange;
  }

  /**
   * The body as UTF-8, its codings undone.
   *
   * @throws {Error} where they cannot be.
   */
  text(): string {
    return decoded(this).toString('utf8');
  }

  /**
   * The body as JSON.
   *
   * @throws {Error} where it is none.
   */
  json<T = unknown>(): T {
    const text = this.text();
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      const start = text.length > 60 ? `${text.slice(0, 60)}…` : text;
      throw new Error(`Cannot read the body of ${this.method} ${this.url} as JSON: ${JSON.stringify(start)}`, {
        cause,
      });
    }
  }
}

/** RFC 9112 §3.2: a path, a URL to a proxy, `*`, or for CONNECT an authority. */
function absolute(target: string, origin: string): string {
  if (/^https?:\/\//i.test(target)) return new URL(target).href;
  if (target.startsWith('/')) return new URL(origin + target).href;
  return target === '*' ? new URL(origin).href : new URL(`http://${target}`).href;
}

/** As the list that an HTTPHeaders holds; the parser has checked them. */
function flat(fields: readonly Field[]): string[] {
  return fields.flat();
}

function decoded({ headers, body, method, url }: MockRequest): Buffer {
  const codings = (headers.get('content-encoding') ?? '').toLowerCase().split(',');
  return codings.reduceRight((bytes, name) => {
    const coding = name.trim();
    if (coding === '' || coding === 'identity') return bytes;
    const undo = decoder(coding);
    if (undo === null) throw new Error(`Cannot read the body of ${method} ${url}: its coding "${coding}" is unknown`);
    try {
      return undo(bytes);
    } catch (cause) {
      throw new Error(`Cannot read the body of ${method} ${url}: it is no ${coding}`, { cause });
    }
  }, body);
}

function decoder(coding: string): ((bytes: Buffer) => Buffer) | null {
  const zlib = process.getBuiltinModule('node:zlib');
  if (coding === 'gzip' || coding === 'x-gzip') return zlib.gunzipSync;
  if (coding === 'deflate') return zlib.inflateSync;
  if (coding === 'br') return zlib.brotliDecompressSync;
  // Node 20 has none.
  const zstd: unknown = coding === 'zstd' ? Reflect.get(zlib, 'zstdDecompressSync') : null;
  return typeof zstd === 'function' ? (bytes) => zstd(bytes) as Buffer : null;
}
