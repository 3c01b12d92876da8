// A connection of one's own, as Python's http.client has it: one request at a time, over one connection that is opened
// when it is needed, and again when the server has closed it. Nothing is retried and no redirect is followed unless it is
// asked for.

import type { RequestOptions } from '../call/request-options.ts';
import { checkNames } from '../errors/invalid-option.ts';
import { PoolError } from '../errors/pool-error.ts';
import { type Origin, originText, parseHost } from '../message/origin.ts';
import { redactUrl } from '../message/redact-url.ts';
import type { HTTPResponse } from '../response/http-response.ts';
import type { HTTPConnectionPoolOptions } from './http-connection-pool.ts';
import { type OriginClient, responseOf } from './origin-client.ts';
import { singleClient } from './pool-for.ts';
import { POOL_OPTION_NAMES, poolSettings } from './pool-options.ts';
import { sendTo } from './send-to.ts';

/** What a pool is told of several connections, and of waiting for one. */
const NOT_TAKEN = ['block', 'maxIdle', 'maxQueued', 'maxSize', 'minIdle', 'poolTimeout'] as const;

/** Options of one connection: those of a pool that are not about several. */
export type HTTPConnectionOptions = Omit<HTTPConnectionPoolOptions, (typeof NOT_TAKEN)[number]>;

const NAMES: readonly string[] = [
  ...POOL_OPTION_NAMES.filter((name) => !NOT_TAKEN.some((other) => other === name)),
  'port',
];

/**
 * One connection to a host over http.
 *
 * @example
 * const connection = new HTTPConnection('example.org');
 * await connection.connect();
 * const response = await connection.request('GET', '/');
 * await connection.close();
 */
export class HTTPConnection implements AsyncDisposable {
  readonly #client: OriginClient;
  #busy = false;

  /** @throws {RequestError} for a host or an option that cannot be used. */
  constructor(host: string, options: HTTPConnectionOptions = {}) {
    checkNames('the connection', options, NAMES);
    const settings = poolSettings({ retries: false, ...options, maxSize: 1 }, ['port']);
    this.#client = singleClient(parseHost(this.scheme, host, options.port), settings);
  }

  /** How the host is spoken to. */
  get scheme(): Origin['scheme'] {
    return 'http';
  }

  /** Whether it is open now. */
  get isConnected(): boolean {
    return this.#client.pool.snapshot().open > 0;
  }

  /**
   * Opens the connection, if it is not open. A request does so by itself.
   *
   * @throws {HTTPError} where it cannot be opened.
   */
  async connect(): Promise<void> {
    await this.#alone(null, () => this.#client.connect());
  }

  /**
   * Sends a request and reads the response with its whole body.
   *
   * @throws {PoolError} `ERR_CONNECTION_BUSY` while another request runs.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async request(method: string, target: string, options?: RequestOptions): Promise<HTTPResponse> {
    return await this.#alone([method, target], async () =>
      responseOf<HTTPResponse>(await sendTo(this.#client, method, target, options, { wants: 'body', fields: null })),
    );
  }

  /** Closes the connection; a running request fails. A request opens no new one. */
  close(): Promise<void> {
    return this.#client.close(0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Does something while nothing else is done; `request` is the method and the target, null for opening it. */
  async #alone<Result>(request: readonly [string, string] | null, act: () => Promise<Result>): Promise<Result> {
    if (this.#busy) {
      const what = request === null ? 'connect' : `send ${request.map((part) => redactUrl(String(part))).join(' ')}`;
      const why = 'a request is under way, and HTTP/1.1 carries one at a time; use a pool, or wait for it';
      throw new PoolError(`Cannot ${what} over the connection to ${originText(this.#client.origin)}: ${why}`, {
        code: 'ERR_CONNECTION_BUSY',
        phase: 'pool',
      });
    }
    this.#busy = true;
    try {
      return await act();
    } finally {
      this.#busy = false;
    }
  }
}
