// Requests that belong together: one base URL, header fields, parameters, cookies, credentials and connections for all of
// them. A session stands above a manager and adds; it knows nothing of pools.

import { closedError } from '../call/call-error.ts';
import { invalidOption } from '../errors/invalid-option.ts';
import { createFetch, type Fetch } from '../fetch/create-fetch.ts';
import type { CloseOptions } from '../manager/close-options.ts';
import { type DownloadedFile, download } from '../manager/download.ts';
import { type EventStream, eventStream } from '../manager/event-stream.ts';
import { type ManyResults, many } from '../manager/many.ts';
import type { ManyItem } from '../manager/many-item.ts';
import type { ManyOptions, StreamedManyOptions } from '../manager/many-options.ts';
import type { ManyResponse } from '../manager/many-run.ts';
import { insideOf, type PoolManager } from '../manager/pool-manager.ts';
import type { PreconnectOptions } from '../manager/preconnect-options.ts';
import type { RouteOptions } from '../manager/route-options.ts';
import { redactUrl } from '../message/redact-url.ts';
import type { BaseResponse } from '../response/base-response.ts';
import { HTTPResponse } from '../response/http-response.ts';
import { StreamedResponse } from '../response/streamed-response.ts';
import type { ManagerSnapshot } from '../trace/snapshot.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import { ownOptions } from '../util/own-options.ts';
import { CookieJar } from './cookies/cookie-jar.ts';
import type { CookieStore } from './cookies/cookie-store.ts';
import { cookiesFrom } from './cookies/cookies-option.ts';
import type { SessionRequest } from './middleware.ts';
import { type ItemsOptions, items, type PageSurroundings, type PagesOptions, pages } from './pages.ts';
import { SessionClient } from './session-client.ts';
import { extendedOptions, type SessionOptions, type SessionRequestOptions, sortOptions } from './session-options.ts';
import type { SessionDownloadOptions, SessionEventStreamOptions } from './undertakings.ts';

/**
 * Keeps what requests have in common.
 *
 * @example
 * const session = new Session({ baseUrl: 'https://api.example/v1', auth: ['user', 'secret'] });
 * const users = await session.get('/users', { params: { page: 2 } });
 * console.log(users.json());
 * await session.close();
 */
export class Session<Context extends object = Record<string, unknown>> implements AsyncDisposable {
  /** Its cookies; null where it keeps none, or keeps them in a store of another kind. */
  readonly cookies: CookieJar | null;
  readonly #store: CookieStore | null;
  /** The connections that it uses. */
  readonly manager: PoolManager;
  readonly #options: SessionOptions<Context>;
  readonly #client: SessionClient<Context>;
  #fetch: Fetch | null = null;
  #closed = false;

  /** @throws {RequestError} for an option that cannot be used. */
  constructor(options: SessionOptions<Context> = {}) {
    const sorted = sortOptions(options);
    this.#options = ownOptions(options);
    this.#store = cookiesFrom(this.#options.cookies);
    this.cookies = this.#store instanceof CookieJar ? this.#store : null;
    this.manager = sorted.manager;
    this.#client = new SessionClient(sorted, this.#store);
  }

  /**
   * Sends a request and reads the response with its whole body.
   *
   * @param url Absolute, or below the session's base URL.
   * @throws {StatusError} for a status of 400 or more, where `raiseForStatus` says so.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async request(method: string, url: string | URL, options?: SessionRequestOptions<Context>): Promise<HTTPResponse> {
    return wholeResponse(await this.#call('body', method, url, options));
  }

  /**
   * Sends a request and resolves when the head of the response is there: the body is read as it is taken.
   *
   * @param url Absolute, or below the session's base URL.
   * @throws {StatusError} for a status of 400 or more, where `raiseForStatus` says so. It holds the response whole, an
   *   HTTPResponse, unless its body has more than 256 KiB.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async stream(method: string, url: string | URL, options?: SessionRequestOptions<Context>): Promise<StreamedResponse> {
    const response = await this.#call('stream', method, url, options);
    if (response instanceof StreamedResponse) return response;
    throw invalidOption('what a middleware gives', response, 'give a StreamedResponse, as next() does');
  }

  /**
   * The standard's fetch() over the session: with its base URL, parameters, header fields, cookies, credentials and
   * middleware, but a status is never an error. `credentials: 'omit'` leaves cookies and credentials at home. It is bound: it
   * can be passed alone.
   *
   * @example
   * const client = new OpenAI({ fetch: session.fetch });
   *
   * @throws {TypeError} where the request cannot be made or the network fails, by the error of this library as its `cause`;
   *   if the call was aborted, the signal's reason.
   */
  get fetch(): Fetch {
    this.#fetch ??= createFetch((method, url, options, { omitsCredentials }) => {
      const kept = omitsCredentials ? { auth: null, cookies: null } : {};
      return this.stream(method, url, { ...options, ...kept, raiseForStatus: false });
    });
    return this.#fetch;
  }

  async get(url: string | URL, options?: SessionRequestOptions<Context>): Promise<HTTPResponse> {
    return await this.request('GET', url, options);
  }

  async post(url: string | URL, options?: SessionRequestOptions<Context>): Promise<HTTPResponse> {
    return await this.request('POST', url, options);
  }

  async put(url: string | URL, options?: SessionRequestOptions<Context>): Promise<HTTPResponse> {
    return await this.request('PUT', url, options);
  }

  async patch(url: string | URL, options?: SessionRequestOptions<Context>): Promise<HTTPResponse> {
    return await this.request('PATCH', url, options);
  }

  async delete(url: string | URL, options?: SessionRequestOptions<Context>): Promise<HTTPResponse> {
    return await this.request('DELETE', url, options);
  }

  /** The same as `delete()`, by the name that the function of the module has. */
  async del(url: string | URL, options?: SessionRequestOptions<Context>): Promise<HTTPResponse> {
    return await this.request('DELETE', url, options);
  }

  async head(url: string | URL, options?: SessionRequestOptions<Context>): Promise<HTTPResponse> {
    return await this.request('HEAD', url, options);
  }

  async options(url: string | URL, options?: SessionRequestOptions<Context>): Promise<HTTPResponse> {
    return await this.request('OPTIONS', url, options);
  }

  /**
   * Sends many requests, a bounded number at once, and gives each result as it completes or in the order of the source.
   * Items have the options of any request of the session. A failure is a result like any other and ends nothing; leaving
   * the loop aborts what still runs. What is added to a list while the loop runs is sent too.
   *
   * @example
   * for await (const { index, response, error } of session.many(['/users/1', '/users/2'])) {
   *   console.log(index, error ?? response.json());
   * }
   */
  many<Item extends ManyItem<SessionRequestOptions<Context>>>(
    items: Iterable<Item> | AsyncIterable<Item>,
    options: StreamedManyOptions,
  ): ManyResults<Item, StreamedResponse>;
  many<Item extends ManyItem<SessionRequestOptions<Context>>>(
    items: Iterable<Item> | AsyncIterable<Item>,
    options?: ManyOptions,
  ): ManyResults<Item>;
  many<Item extends ManyItem<SessionRequestOptions<Context>>>(
    items: Iterable<Item> | AsyncIterable<Item>,
    options: ManyOptions | StreamedManyOptions = {},
  ): ManyResults<Item, HTTPResponse | StreamedResponse> {
    return many(items, options, (rateLimit) => {
      const session = rateLimit === undefined ? this : this.extend({ rateLimit });
      const sender = (): Session<Context> => (this.#closed ? this : session);
      return {
        ...session.#client.turns,
        maxSize: insideOf(this.manager).settings.poolLimits.maxSize,
        originOf: (url) => session.#client.originOf(url),
        send: async (method, url, each): Promise<ManyResponse> =>
          options.stream === true
            ? await sender().stream(method, url, each)
            : await sender().request(method, url, each),
      };
    });
  }

  /**
   * Downloads a file by GET, and asks for its rest where a connection drops; see `download()` of a PoolManager. Each of its
   * requests is one of the session, with its cookies, credentials and middleware.
   *
   * @param url Absolute, or below the session's base URL.
   * @throws {StatusError} for a response that is no file: any status but 2xx.
   * @throws {FileError} where it cannot be written, `ERR_FILE_EXISTS` where it is there and `overwrite` is false.
   * @throws {DigestError} where the file is not what the digest says.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  async download(
    url: string | URL,
    path: string,
    options: SessionDownloadOptions<Context> = {},
  ): Promise<DownloadedFile> {
    return await download(path, options, {
      ...this.#client.surroundings(url, options?.params),
      stream: (each) => this.stream('GET', url, { ...each, raiseForStatus: false }),
    });
  }

  /**
   * The server-sent events of a URL, for as long as the loop goes on; see `eventStream()` of a PoolManager. Each of its
   * requests is one of the session, with its cookies, credentials and middleware.
   *
   * @param url Absolute, or below the session's base URL.
   * @throws {RequestError} `ERR_INVALID_OPTION`, at once.
   * @throws {StatusError} for a status that no later connection would mend.
   * @throws {DecodeError} `ERR_EVENT_STREAM` for another media type.
   */
  eventStream(url: string | URL, options: SessionEventStreamOptions<Context> = {}): EventStream {
    return eventStream(options, {
      ...this.#client.surroundings(url, options?.params),
      stream: (method, each) => this.stream(method, url, { ...each, raiseForStatus: false }),
    });
  }

  /**
   * The pages of a list, one request each, for as long as the loop goes on: from the links of each page to the next
   * (Link, rel="next"), or as `next` says. A page is asked for only when it is wanted. The session's credentials and its
   * header fields, and those given here, go only to the origin of the first page.
   *
   * @example
   * for await (const page of session.pages('/repos', { params: { per_page: 100 } })) console.log(page.json());
   *
   * @example
   * const next = (page) => page.json().cursor && { params: { cursor: page.json().cursor } };
   * for await (const page of session.pages('/search', { next, maxPages: 10 })) console.log(page.json().results);
   *
   * @param url Absolute, or below the session's base URL.
   * @throws {RequestError} `ERR_INVALID_OPTION`, at once; `ERR_PAGE_LOOP` for a page that was asked for before.
   * @throws {StatusError} for a status of 400 or more, unless `raiseForStatus` is false.
   * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
   */
  pages(url: string | URL, options: PagesOptions<Context> = {}): AsyncGenerator<HTTPResponse, void> & AsyncDisposable {
    return pages(url, options, this.#pageSurroundings());
  }

  /**
   * What stands on the pages of a list, one after the other; see `pages()`.
   *
   * @example
   * for await (const user of session.items('/users', { items: (page) => page.json().users })) console.log(user);
   *
   * @param url Absolute, or below the session's base URL.
   * @throws {HTTPError} as pages() does.
   */
  items<Item = unknown>(
    url: string | URL,
    options: ItemsOptions<Item, Context> = {},
  ): AsyncGenerator<Item, void> & AsyncDisposable {
    return items(url, options, this.#pageSurroundings());
  }

  /**
   * A session with other options over this one's: header fields, parameters and context by name, middleware and hooks after
   * this one's, anything else in its place; what is undefined changes nothing. It shares connections, and unless it is given
   * others, cookies and the turns of the rate limit too.
   */
  extend(options: SessionOptions<Context>): Session<Context> {
    const shared = { manager: this.manager, cookies: this.#store ?? false };
    return new Session(extendedOptions({ ...this.#options, ...shared }, options));
  }

  /**
   * Tells a listener of everything that happens from now on on the connections that it uses, those of its manager; see
   * `subscribe()` of a PoolManager.
   *
   * @throws {RequestError} `ERR_INVALID_OPTION` for what is no function.
   */
  subscribe(listener: TraceListener): () => void {
    return this.manager.subscribe(listener);
  }

  /**
   * Opens connections to an origin before they are needed; see `preconnect()` of a PoolManager.
   *
   * @param url Absolute, or below the session's base URL.
   * @returns How many are warm.
   * @throws {HTTPError} where none is free and none could be opened; the signal's reason, where it aborts.
   */
  async preconnect(url: string | URL, count?: number, options?: PreconnectOptions & RouteOptions): Promise<number> {
    return await this.#client.preconnect(url, count, options, this.#closed);
  }

  /** The connections that it uses, at this moment, as plain JSON. */
  snapshot(): ManagerSnapshot {
    return this.manager.snapshot();
  }

  /** Closes idle connections now and busy ones when they are done. The session stays usable. */
  clear(): Promise<void> {
    return this.manager.clear();
  }

  /** Refuses new requests; where the connections are its own, waits for those it has accepted, and closes them. */
  async close(options: CloseOptions = {}): Promise<void> {
    this.#closed = true;
    if (this.#options.manager === undefined) await this.#client.close(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #call(
    wants: SessionRequest['wants'],
    method: string,
    url: string | URL,
    options?: SessionRequestOptions<Context>,
    home?: string,
  ): Promise<BaseResponse> {
    if (this.#closed || this.#client.isClosing) throw closedError({ method, url: redactUrl(String(url)) });
    return this.#client.call(wants, method, url, options, home);
  }

  #pageSurroundings(): PageSurroundings<Context> {
    return {
      ...this.#client.ofPages,
      send: async ({ method, url, options }, home) => {
        return wholeResponse(await this.#call('body', method, url, options, home));
      },
    };
  }
}

function wholeResponse(response: BaseResponse): HTTPResponse {
  if (response instanceof HTTPResponse) return response;
  throw invalidOption('what a middleware gives', response, 'give an HTTPResponse, as next() does');
}
