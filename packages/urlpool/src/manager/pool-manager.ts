// One pool per origin and route, found by the URL of a request: the object that a program makes once and keeps.

import { closedError } from '../call/call-error.ts';
import type { Outcome } from '../call/outcome.ts';
import { REQUEST_OPTION_NAMES } from '../call/prepare-request.ts';
import type { RequestOptions } from '../call/request-options.ts';
import { checkNames } from '../errors/invalid-option.ts';
import { createFetch, type Fetch } from '../fetch/create-fetch.ts';
import { overlaid } from '../message/header-overlay.ts';
import { originText, type ParsedUrl, parseUrl } from '../message/origin.ts';
import { rateLimitFrom } from '../policy/rate-limit.ts';
import { RateLimiter } from '../policy/rate-limiter.ts';
import { Timeout } from '../policy/timeout.ts';
import { Room } from '../pool/room.ts';
import { basicAuthorization } from '../request/header-fields.ts';
import { releaseInput } from '../request/release-input.ts';
import type { HTTPResponse } from '../response/http-response.ts';
import type { StreamedResponse } from '../response/streamed-response.ts';
import type { UpgradedResponse } from '../response/upgraded-response.ts';
import type { ManagerSnapshot } from '../trace/snapshot.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import { ownOptions } from '../util/own-options.ts';
import { type CloseOptions, closeTimeout } from './close-options.ts';
import { type DownloadedFile, type DownloadOptions, download } from './download.ts';
import { type EventStream, type EventStreamOptions, eventStream } from './event-stream.ts';
import { type ManyResults, many } from './many.ts';
import type { ManyItem } from './many-item.ts';
import type { ManyOptions, StreamedManyOptions } from './many-options.ts';
import type { ManyResponse } from './many-run.ts';
import { responseOf, type SendChoices } from './origin-client.ts';
import { PoolFinder } from './pool-finder.ts';
import { POOL_OPTION_NAMES, type PoolOptions, type PoolSettings, poolSettings, whole } from './pool-options.ts';
import { checkPreconnect, type PreconnectOptions } from './preconnect-options.ts';
import { RateHops } from './rate-hops.ts';
import { ROUTE_OPTION_NAMES, type RouteOptions, routeOptionsOf, withoutRoute } from './route-options.ts';
import {
  checkTunnelNames,
  checkUpgradeNames,
  plainOptions,
  type TunnelOptions,
  tunnelTarget,
  type UpgradeOptions,
  upgradedOf,
  upgradeFields,
} from './upgrade.ts';

/** Options of a PoolManager: its own, and those of its pools. */
export interface PoolManagerOptions extends PoolOptions {
  /** Pools to keep, softly: one in use is never given up. @default 256 */
  readonly numPools?: number | undefined;
  /** Connections of all pools at once, dials under way included. @default 512 */
  readonly maxConnections?: number | undefined;
}

/** Their names. */
export const MANAGER_OPTION_NAMES: readonly string[] = [...POOL_OPTION_NAMES, 'maxConnections', 'numPools'];

/** Options of one request to a manager: those of any request, and how its origin is reached. */
export interface ManagerRequestOptions extends RequestOptions, RouteOptions {}

/** Their names. */
export const MANAGER_REQUEST_NAMES: readonly string[] = [...REQUEST_OPTION_NAMES, ...ROUTE_OPTION_NAMES];

/** Parsed URLs to remember: a program asks for few again and again, or for each once. */
const REMEMBERED_URLS = 256;

const PRELOADED = { wants: 'body', fields: null } as const;
const STREAMED = { wants: 'stream', fields: null } as const;

/** A URL taken apart, and its origin as text. */
interface Destination extends ParsedUrl {
  readonly text: string;
}

/** A manager from within, for the session that stands above it. */
export interface ManagerInside {
  readonly settings: PoolSettings;
  /** As PoolManager.request() and its like begin; the promise never rejects. */
  send(
    method: string,
    url: string | URL,
    options: ManagerRequestOptions | undefined,
    choices: SendChoices,
  ): Promise<Outcome>;
  /**
   * The origin of an absolute URL, as text.
   *
   * @throws {RequestError} `ERR_INVALID_URL`
   */
  originOf(url: string): string;
}

let inside: (manager: PoolManager) => ManagerInside;

export function insideOf(manager: PoolManager): ManagerInside {
  return inside(manager);
}

/**
 * Keeps connections to any number of origins.
 *
 * @example
 * const http = new PoolManager();
 * const response = await http.request('GET', 'https://example.org/');
 * console.log(response.status, response.text());
 * await http.close();
 */
export class PoolManager implements AsyncDisposable {
  readonly #settings: PoolSettings;
  readonly #pools: PoolFinder;
  readonly #urls = new Map<string, Destination>();
  #fetch: Fetch | null = null;

  static {
    inside = (manager) => ({
      settings: manager.#settings,
      send: (...given) => manager.#send(...given),
      originOf: (url) => manager.#parse(url).text,
    });
  }

  /** @throws {RequestError} for an option that cannot be used. */
  constructor(options: PoolManagerOptions = {}) {
    checkNames('the manager', options, MANAGER_OPTION_NAMES);
    const { numPools, maxConnections, ...poolOptions } = ownOptions(options);
    const room = new Room(whole('maxConnections', maxConnections, 512));
    this.#settings = poolSettings(poolOptions, [], room);
    this.#pools = new PoolFinder(this.#settings, whole('numPools', numPools, 256));
  }

  /**
   * Sends a request and reads the response with its whole body; the connection is back in its pool by then.
   *
   * @param url An absolute http or https URL; a user and password in it become Basic authentication.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async request(method: string, url: string | URL, options?: ManagerRequestOptions): Promise<HTTPResponse> {
    return responseOf(await this.#send(method, url, options, PRELOADED));
  }

  /**
   * Sends a request and resolves when the head of the response is there: the body is read as it is taken.
   *
   * @example
   * const file = await http.stream('GET', 'https://example.org/large.csv');
   * for await (const chunk of file) process.stdout.write(chunk);
   *
   * @param url An absolute http or https URL; a user and password in it become Basic authentication.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async stream(method: string, url: string | URL, options?: ManagerRequestOptions): Promise<StreamedResponse> {
    return responseOf(await this.#send(method, url, options, STREAMED));
  }

  /**
   * The standard's fetch() over the manager's connections, with its limits, retries and header fields: it takes what the
   * global fetch takes and gives a global Response. It is bound: it can be passed alone.
   *
   * @example
   * const { fetch } = http;
   * const response = await fetch('https://example.org/', { method: 'POST', body: 'text' });
   * console.log(response.status, await response.text());
   *
   * @throws {TypeError} where the request cannot be made or the network fails, by the error of this library as its `cause`;
   *   if the call was aborted, the signal's reason.
   */
  get fetch(): Fetch {
    this.#fetch ??= createFetch((method, url, options) => this.stream(method, url, options));
    return this.#fetch;
  }

  /**
   * Asks for another protocol, on a connection that then is the caller's own.
   *
   * @example
   * const { stream } = await http.upgrade('http://localhost:8080/chat', { protocol: 'websocket', headers });
   *
   * @throws {RequestError} `ERR_INVALID_OPTION`
   * @throws {StatusError} `ERR_UPGRADE_REFUSED` for any other answer than 101, which it holds.
   * @throws {ProtocolError} where the server switches to a protocol that was not asked for.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async upgrade(url: string | URL, options: UpgradeOptions & RouteOptions): Promise<UpgradedResponse> {
    checkUpgradeNames(options, MANAGER_REQUEST_NAMES);
    const { method = 'GET', protocol } = options;
    const choices = { wants: 'upgrade', fields: upgradeFields(protocol) } as const;
    return upgradedOf(await this.#send(method, url, plainOptions(options), choices), protocol);
  }

  /**
   * Opens a tunnel through a proxy to another host (CONNECT).
   *
   * @param url The proxy's; a user and password in it become Basic authentication of the proxy.
   * @param authority Host and port, e.g. `example.org:443`.
   * @throws {RequestError} `ERR_INVALID_OPTION`
   * @throws {StatusError} `ERR_UPGRADE_REFUSED` for an answer other than 2xx, which it holds.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async tunnel(
    url: string | URL,
    authority: string,
    options: TunnelOptions & RouteOptions = {},
  ): Promise<UpgradedResponse> {
    const target = tunnelTarget(authority);
    checkTunnelNames(options, MANAGER_REQUEST_NAMES);
    const choices = { wants: 'upgrade', fields: { Host: target } } as const;
    return upgradedOf(await this.#send('CONNECT', url, plainOptions(options), choices, target), null);
  }

  /**
   * Sends many requests, a bounded number at once, and gives each result as it completes or in the order of the source.
   * A failure is a result like any other and ends nothing; leaving the loop aborts what still runs. What is added to a list
   * while the loop runs is sent too, as a crawler needs it.
   *
   * @example
   * for await (const { request, response, error } of http.many(urls, { concurrency: 64 })) {
   *   console.log(request, error ?? response.status);
   * }
   *
   * @example
   * for await (const { response, error } of http.many(urls, { stream: true, concurrency: 8 })) {
   *   if (error === null) await response.saveTo(`/tmp/${new URL(response.url).pathname.slice(1)}`);
   * }
   */
  many<Item extends ManyItem>(
    items: Iterable<Item> | AsyncIterable<Item>,
    options: StreamedManyOptions,
  ): ManyResults<Item, StreamedResponse>;
  many<Item extends ManyItem>(items: Iterable<Item> | AsyncIterable<Item>, options?: ManyOptions): ManyResults<Item>;
  many<Item extends ManyItem>(
    items: Iterable<Item> | AsyncIterable<Item>,
    options: ManyOptions | StreamedManyOptions = {},
  ): ManyResults<Item, HTTPResponse | StreamedResponse> {
    const { clock, poolLimits } = this.#settings;
    return many(items, options, (rateLimit) => {
      const limit = rateLimitFrom(rateLimit);
      const rate = limit === null ? null : new RateLimiter(limit, clock);
      const plain = options.stream === true ? STREAMED : PRELOADED;
      const choices = rate === null ? plain : { ...plain, hops: new RateHops(rate) };
      return {
        clock,
        rate,
        maxSize: poolLimits.maxSize,
        originOf: (url) => this.#parse(url).text,
        send: async (method, url, each) => responseOf<ManyResponse>(await this.#send(method, url, each, choices)),
      };
    });
  }

  /**
   * Downloads a file by GET, and asks for its rest where a connection drops, as the call's Retry allows. What has come
   * stands in `path.part`; it takes its place when it is complete. Never are two versions of a file put together.
   *
   * @example
   * await http.download('https://example.org/large.iso', 'large.iso', {
   *   resume: true,
   *   onProgress: ({ bytes, total }) => console.log(bytes, total),
   * });
   *
   * @throws {StatusError} for a response that is no file: any status but 2xx.
   * @throws {FileError} where it cannot be written, `ERR_FILE_EXISTS` where it is there and `overwrite` is false.
   * @throws {DigestError} where the file is not what the digest says.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async download(
    url: string | URL,
    path: string,
    options: DownloadOptions & RouteOptions = {},
  ): Promise<DownloadedFile> {
    const { text, target } = this.#parse(url);
    const { clock, random, calls, timeout } = this.#settings;
    return await download(path, options, {
      url: text + target,
      optionNames: MANAGER_REQUEST_NAMES,
      clock,
      random,
      calls,
      timeoutFrom: (option) => Timeout.from(option, timeout),
      stream: (each) => this.stream('GET', url, each),
    });
  }

  /**
   * The server-sent events of a URL (WHATWG HTML §9.2), for as long as the loop goes on: where the connection ends it is
   * asked for again from the last event on, after the wait that the server asks for, longer after failures.
   *
   * It ends for good with a 204, and by an error for another media type, for a status of 400 or more that is neither 429 nor
   * 5xx, where the signal aborts, and when the manager is closed.
   *
   * @example
   * for await (const { type, data } of http.eventStream('https://example.org/events')) console.log(type, data);
   *
   * @throws {RequestError} `ERR_INVALID_OPTION`, at once.
   * @throws {StatusError} for a status that no later connection would mend.
   * @throws {DecodeError} `ERR_EVENT_STREAM` for another media type.
   */
  eventStream(url: string | URL, options: EventStreamOptions & RouteOptions = {}): EventStream {
    const { text, target } = this.#parse(url);
    const { clock, random, calls } = this.#settings;
    return eventStream(options, {
      url: text + target,
      optionNames: MANAGER_REQUEST_NAMES,
      clock,
      random,
      calls,
      stream: (method, each) => this.stream(method, url, each),
    });
  }

  /**
   * Tells a listener of everything that happens from now on, until the function that it returns is called; `onEvent` does
   * from the beginning. What is under way ends without having been told to start.
   *
   * @example
   * const unsubscribe = http.subscribe((event) => console.log(event.type));
   *
   * @throws {RequestError} `ERR_INVALID_OPTION` for what is no function.
   */
  subscribe(listener: TraceListener): () => void {
    return this.#settings.tracer.subscribe(listener);
  }

  /**
   * Opens connections to an origin before they are needed: until `count` are free, or on their way and nobody waits for them.
   * TLS is spoken and tunnels are opened. It closes no other connection for them, so that there may be fewer where `maxSize`,
   * `maxIdle` or `maxConnections` is less. Free ones close after `idleTimeout`; the option `minIdle` opens others.
   *
   * @example
   * const warm = await http.preconnect('https://example.org', 4);
   *
   * @param url Any URL at the origin.
   * @returns How many are warm: those that were free, and those that have been opened.
   * @throws {HTTPError} where none is free and none could be opened; the signal's reason, where it aborts.
   */
  async preconnect(url: string | URL, count = 1, options: PreconnectOptions & RouteOptions = {}): Promise<number> {
    checkPreconnect(count, options, ROUTE_OPTION_NAMES);
    const { origin, text } = this.#parse(url);
    return await this.#pools.clientFor(origin, text, routeOptionsOf(options)).preconnect(count, options);
  }

  /** The manager at this moment, as plain JSON: every pool, and their sums. */
  snapshot(): ManagerSnapshot {
    return this.#pools.directory.snapshot();
  }

  /** Closes idle connections now and busy ones when they are done. The manager stays usable. */
  async clear(): Promise<void> {
    for (const { pool } of [...this.#pools.directory.values()]) pool.clear();
  }

  /** Refuses new requests, waits for those it has accepted, then closes every connection. */
  async close(options: CloseOptions = {}): Promise<void> {
    const timeout = closeTimeout(options);
    for (const { pool } of this.#pools.directory.values()) pool.stopWarming();
    await this.#settings.calls.close(timeout);
    this.#settings.room.close();
    for (const { pool } of this.#pools.directory.values()) pool.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #send(
    method: string,
    url: string | URL,
    options: ManagerRequestOptions | undefined,
    choices: SendChoices,
    connectTarget: string | null = null,
  ) {
    const to = this.#parse(url);
    const target = connectTarget ?? to.target;
    if (this.#settings.calls.closing) {
      releaseInput(options);
      throw closedError({ method, url: to.text + to.target });
    }
    const credentials = connectTarget === null ? 'Authorization' : 'Proxy-Authorization';
    const chosen = to.userinfo === null ? choices : withCredentials(choices, credentials, to.userinfo);
    if (options === undefined)
      return this.#pools.clientFor(to.origin, to.text, null).send(method, target, options, chosen);
    checkNames('the request', options, MANAGER_REQUEST_NAMES);
    const isRouted = ROUTE_OPTION_NAMES.some((name) => Object.hasOwn(options, name));
    const route = isRouted ? routeOptionsOf(options) : null;
    const plain = isRouted ? withoutRoute(options) : options;
    return this.#pools.clientFor(to.origin, to.text, route).send(method, target, plain, chosen);
  }

  #parse(url: string | URL): Destination {
    const text = typeof url === 'object' && url !== null ? url.href : url;
    const known = this.#urls.get(text);
    if (known !== undefined) return known;
    const parts = parseUrl(url);
    const parsed = { ...parts, text: originText(parts.origin) };
    if (this.#urls.size >= REMEMBERED_URLS) this.#urls.clear();
    this.#urls.set(text, parsed);
    return parsed;
  }
}

/** The credentials of a URL: those of a proxy where it is one that is asked for a tunnel (RFC 9110 §11.7.2). */
function withCredentials(choices: SendChoices, name: string, userinfo: string): SendChoices {
  const forced = { [name]: basicAuthorization(userinfo) };
  return { ...choices, fields: overlaid(choices.fields ?? undefined, { defaults: {}, forced }) };
}
