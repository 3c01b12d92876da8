// The connections of one origin, as urllib3's HTTPConnectionPool: requests take a path, and the counters tell what
// became of the connections.

import { REQUEST_OPTION_NAMES } from '../call/prepare-request.ts';
import type { RequestOptions } from '../call/request-options.ts';
import { type Origin, originText, parseHost } from '../message/origin.ts';
import { poolTarget } from '../message/pool-target.ts';
import type { HTTPResponse } from '../response/http-response.ts';
import type { StreamedResponse } from '../response/streamed-response.ts';
import type { UpgradedResponse } from '../response/upgraded-response.ts';
import type { PoolSnapshot } from '../trace/snapshot.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import { type CloseOptions, closeTimeout } from './close-options.ts';
import { type EventStream, type EventStreamOptions, eventStream } from './event-stream.ts';
import { type OriginClient, responseOf } from './origin-client.ts';
import { singleClient } from './pool-for.ts';
import { type PoolOptions, type PoolSettings, poolSettings } from './pool-options.ts';
import { checkPreconnect, type PreconnectOptions } from './preconnect-options.ts';
import { sendTo } from './send-to.ts';
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

/** Options of one pool. */
export interface HTTPConnectionPoolOptions extends PoolOptions {
  /** @default 80, or 443 for https */
  readonly port?: number | undefined;
}

const PRELOADED = { wants: 'body', fields: null } as const;
const STREAMED = { wants: 'stream', fields: null } as const;

/**
 * A pool of kept connections to one host over http. Redirects are followed as long as they stay at that host.
 *
 * @example
 * const pool = new HTTPConnectionPool('example.org', { maxSize: 1 });
 * await pool.request('GET', '/a');
 * await pool.request('GET', '/b');
 * pool.numConnections; // 1
 * pool.numRequests; // 2
 * await pool.close();
 */
export class HTTPConnectionPool implements AsyncDisposable {
  readonly #client: OriginClient;
  readonly #settings: PoolSettings;

  /** @throws {RequestError} for a host or an option that cannot be used. */
  constructor(host: string, options: HTTPConnectionPoolOptions = {}) {
    const settings = poolSettings(options, ['port']);
    this.#settings = settings;
    this.#client = singleClient(parseHost(this.scheme, host, options.port), settings);
  }

  /** How the host is spoken to. */
  get scheme(): Origin['scheme'] {
    return 'http';
  }

  /** Lower-case name, or an IP address without brackets. */
  get host(): string {
    return this.#client.origin.host;
  }

  get port(): number {
    return this.#client.origin.port;
  }

  /** Connections opened so far, those included that could not be. */
  get numConnections(): number {
    return this.#client.pool.numConnections;
  }

  /** Requests sent so far, each time counted if one was sent again. */
  get numRequests(): number {
    return this.#client.pool.numRequests;
  }

  /**
   * Sends a request and reads the response with its whole body; the connection is back in the pool by then.
   *
   * @param target A path with an optional query, e.g. `/search?q=1`; `*` for OPTIONS; or a URL at this origin, whose user and
   *   password become Basic authentication.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async request(method: string, target: string, options?: RequestOptions): Promise<HTTPResponse> {
    return responseOf(await sendTo(this.#client, method, target, options, PRELOADED));
  }

  /**
   * Sends a request and resolves when the head of the response is there: the body is read as it is taken.
   *
   * @param target A path with an optional query, e.g. `/search?q=1`; `*` for OPTIONS; or a URL at this origin, whose user and
   *   password become Basic authentication.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async stream(method: string, target: string, options?: RequestOptions): Promise<StreamedResponse> {
    return responseOf(await sendTo(this.#client, method, target, options, STREAMED));
  }

  /**
   * Asks for another protocol on a connection of the pool, which then is the caller's own.
   *
   * @throws {RequestError} `ERR_INVALID_OPTION`
   * @throws {StatusError} `ERR_UPGRADE_REFUSED` for any other answer than 101, which it holds.
   * @throws {ProtocolError} where the server switches to a protocol that was not asked for.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async upgrade(target: string, options: UpgradeOptions): Promise<UpgradedResponse> {
    checkUpgradeNames(options, REQUEST_OPTION_NAMES);
    const { method = 'GET', protocol } = options;
    const choices = { wants: 'upgrade', fields: upgradeFields(protocol) } as const;
    return upgradedOf(await sendTo(this.#client, method, target, plainOptions(options), choices), protocol);
  }

  /**
   * Opens a tunnel through this host, a proxy, to another one (CONNECT).
   *
   * @param authority Host and port, e.g. `example.org:443`.
   * @throws {RequestError} `ERR_INVALID_OPTION`
   * @throws {StatusError} `ERR_UPGRADE_REFUSED` for an answer other than 2xx, which it holds.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async tunnel(authority: string, options: TunnelOptions = {}): Promise<UpgradedResponse> {
    const target = tunnelTarget(authority);
    checkTunnelNames(options, REQUEST_OPTION_NAMES);
    const choices = { wants: 'upgrade', fields: { Host: target } } as const;
    return upgradedOf(await this.#client.send('CONNECT', target, plainOptions(options), choices), null);
  }

  /**
   * The server-sent events of a path (WHATWG HTML §9.2), for as long as the loop goes on: where the connection ends it is
   * asked for again from the last event on. See `eventStream()` of a PoolManager.
   *
   * @param target A path with an optional query, e.g. `/events?of=all`, or a URL at this origin.
   * @throws {RequestError} `ERR_INVALID_OPTION`, `ERR_INVALID_TARGET` or `ERR_INVALID_URL`, at once.
   */
  eventStream(target: string, options: EventStreamOptions = {}): EventStream {
    const { clock, random, calls } = this.#settings;
    const { origin } = this.#client;
    return eventStream(options, {
      url: originText(origin) + poolTarget(origin, 'GET', target).target,
      optionNames: REQUEST_OPTION_NAMES,
      clock,
      random,
      calls,
      stream: (method, each) => this.stream(method, target, each),
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
   * Opens connections, TLS and tunnels included, until `count` are free or on their way. See `preconnect()` of a PoolManager.
   *
   * @example
   * await pool.preconnect(4); // 4, or fewer where maxSize or maxIdle is less
   *
   * @throws {HTTPError} where none is free and none could be opened; the signal's reason, where it aborts.
   */
  async preconnect(count = 1, options: PreconnectOptions = {}): Promise<number> {
    checkPreconnect(count, options);
    return await this.#client.preconnect(count, options);
  }

  /** The pool at this moment, as plain JSON. */
  snapshot(): PoolSnapshot {
    return this.#client.pool.snapshot();
  }

  /** Closes idle connections now and busy ones when they are done. The pool stays usable. */
  async clear(): Promise<void> {
    this.#client.pool.clear();
  }

  /** Refuses new requests, waits for those it has accepted, then closes every connection. */
  close(options: CloseOptions = {}): Promise<void> {
    return this.#client.close(closeTimeout(options));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
