// One pool per origin, found by the URL of a request: the object that a program makes once and keeps.

import type { RequestOptions } from '../call/request-options.ts';
import { PoolError } from '../errors/pool-error.ts';
import { originText, parseUrl } from '../message/origin.ts';
import type { HTTPResponse } from '../response/http-response.ts';
import type { CloseReason } from '../trace/close-reason.ts';
import type { ManagerSnapshot } from '../trace/snapshot.ts';
import { type CloseOptions, DEFAULT_CLOSE_TIMEOUT } from './http-connection-pool.ts';
import { OriginClient, responseOf } from './origin-client.ts';
import { type PoolOptions, type PoolSettings, poolSettings } from './pool-options.ts';

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
  readonly #clients = new Map<string, OriginClient>();
  #closed = false;

  /** @throws {RequestError} for an option that cannot be used. */
  constructor(options: PoolOptions = {}) {
    this.#settings = poolSettings(options);
  }

  /**
   * Sends a request and reads the response with its whole body; the connection is back in its pool by then.
   *
   * @param url An absolute http or https URL; a user and password in it become Basic authentication.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async request(method: string, url: string | URL, options?: RequestOptions): Promise<HTTPResponse> {
    const { origin, target, userinfo } = parseUrl(url);
    if (this.#closed) {
      throw new PoolError(`Cannot send ${method} ${originText(origin)}${target}: the manager was closed by close()`, {
        code: 'ERR_POOL_CLOSED',
        phase: 'pool',
      });
    }
    const key = originText(origin);
    let client = this.#clients.get(key);
    if (client === undefined) {
      client = new OriginClient(origin, this.#settings);
      this.#clients.set(key, client);
    }
    const authorization = userinfo === null ? null : `Basic ${Buffer.from(userinfo, 'utf8').toString('base64')}`;
    return responseOf(await client.send(method, target, options, authorization));
  }

  /** The manager at this moment, as plain JSON: every pool, and their sums. */
  snapshot(): ManagerSnapshot {
    const pools = [...this.#clients.values()].map((client) => client.pool.snapshot());
    const sum = (count: (pool: (typeof pools)[number]) => number): number =>
      pools.reduce((total, pool) => total + count(pool), 0);
    const closed: Partial<Record<CloseReason, number>> = {};
    for (const pool of pools) {
      for (const [reason, count] of Object.entries(pool.closed) as [CloseReason, number][]) {
        closed[reason] = (closed[reason] ?? 0) + count;
      }
    }
    return {
      open: sum((pool) => pool.open),
      idle: sum((pool) => pool.idle),
      active: sum((pool) => pool.active),
      dialling: sum((pool) => pool.dialling),
      queued: sum((pool) => pool.queued),
      numConnections: sum((pool) => pool.numConnections),
      numRequests: sum((pool) => pool.numRequests),
      created: sum((pool) => pool.created),
      reused: sum((pool) => pool.reused),
      resumed: sum((pool) => pool.resumed),
      closed,
      bytesIn: sum((pool) => pool.bytesIn),
      bytesOut: sum((pool) => pool.bytesOut),
      pools,
    };
  }

  /** Closes idle connections now and busy ones when they are done. The manager stays usable. */
  clear(): void {
    for (const client of this.#clients.values()) client.pool.clear();
  }

  /** Refuses new requests, waits for those it has accepted, then closes every connection. */
  async close(options: CloseOptions = {}): Promise<void> {
    this.#closed = true;
    const timeout = options.timeout ?? DEFAULT_CLOSE_TIMEOUT;
    await Promise.all([...this.#clients.values()].map((client) => client.pool.close(timeout)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
