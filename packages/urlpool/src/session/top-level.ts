// Requests without a manager of one's own, for scripts: all of them go over one manager, which is made when the first of
// them is sent. Nothing but its connections outlives a request: no cookies, no header fields, no credentials.

import type { Fetch } from '../fetch/create-fetch.ts';
import type { DownloadedFile } from '../manager/download.ts';
import type { EventStream } from '../manager/event-stream.ts';
import type { ManyResults } from '../manager/many.ts';
import type { ManyItem } from '../manager/many-item.ts';
import type { ManyOptions, StreamedManyOptions } from '../manager/many-options.ts';
import { insideOf, PoolManager } from '../manager/pool-manager.ts';
import type { HTTPResponse } from '../response/http-response.ts';
import type { StreamedResponse } from '../response/streamed-response.ts';
import { Session } from './session.ts';
import type { SessionRequestOptions } from './session-options.ts';
import type { SessionDownloadOptions, SessionEventStreamOptions } from './undertakings.ts';

/** Options of a request without a session: those of a request of one, but for `context`, which nothing would read. */
export type TopLevelOptions = Omit<SessionRequestOptions, 'context'>;

let current: { readonly session: Session; isClosing(): boolean } | null = null;

function defaultSession(): Session {
  if (current === null || current.isClosing()) {
    const manager = new PoolManager();
    const { calls } = insideOf(manager).settings;
    current = { session: new Session({ manager, cookies: false }), isClosing: () => calls.closing };
  }
  return current.session;
}

/**
 * The manager of the functions of this module: to look at it, or to close it. Idle connections do not keep a program from
 * ending, so that it need not be closed; after `close()` the next request makes another one.
 *
 * @example
 * await get('https://example.org/');
 * console.log(defaultManager().snapshot().open);
 */
export function defaultManager(): PoolManager {
  return defaultSession().manager;
}

/**
 * Sends a request and reads the response with its whole body.
 *
 * @example
 * const response = await request('GET', 'https://example.org/', { params: { page: 2 } });
 * console.log(response.status, response.text());
 *
 * @param url An absolute http or https URL.
 * @throws {StatusError} for a status of 400 or more, where `raiseForStatus` says so.
 * @throws {HTTPError} One of its kinds; if the call was aborted, the signal's reason.
 */
export async function request(method: string, url: string | URL, options?: TopLevelOptions): Promise<HTTPResponse> {
  return await defaultSession().request(method, url, options);
}

/**
 * The standard's fetch(); see `fetch` of a PoolManager.
 *
 * @example
 * const response = await fetch('https://example.org/', { method: 'POST', body: 'text' });
 */
export const fetch: Fetch = (input, init) => defaultManager().fetch(input, init);

/** GET; see request(). */
export async function get(url: string | URL, options?: TopLevelOptions): Promise<HTTPResponse> {
  return await defaultSession().request('GET', url, options);
}

/** POST; see request(). */
export async function post(url: string | URL, options?: TopLevelOptions): Promise<HTTPResponse> {
  return await defaultSession().request('POST', url, options);
}

/** PUT; see request(). */
export async function put(url: string | URL, options?: TopLevelOptions): Promise<HTTPResponse> {
  return await defaultSession().request('PUT', url, options);
}

/** PATCH; see request(). */
export async function patch(url: string | URL, options?: TopLevelOptions): Promise<HTTPResponse> {
  return await defaultSession().request('PATCH', url, options);
}

/** DELETE, whose own name is a word of the language; see request(). */
export async function del(url: string | URL, options?: TopLevelOptions): Promise<HTTPResponse> {
  return await defaultSession().request('DELETE', url, options);
}

/** HEAD; see request(). */
export async function head(url: string | URL, options?: TopLevelOptions): Promise<HTTPResponse> {
  return await defaultSession().request('HEAD', url, options);
}

/** OPTIONS; see request(). */
export async function options(url: string | URL, options?: TopLevelOptions): Promise<HTTPResponse> {
  return await defaultSession().request('OPTIONS', url, options);
}

/**
 * Sends a request and resolves when the head of the response is there: the body is read as it is taken.
 *
 * @throws {HTTPError} as request() does.
 */
export async function stream(method: string, url: string | URL, options?: TopLevelOptions): Promise<StreamedResponse> {
  return await defaultSession().stream(method, url, options);
}

/**
 * Sends many requests, a bounded number at once; see `many()` of a PoolManager.
 *
 * @example
 * for await (const { request, response, error } of many(urls)) console.log(request, error ?? response.status);
 */
export function many<Item extends ManyItem<TopLevelOptions>>(
  items: Iterable<Item> | AsyncIterable<Item>,
  options: StreamedManyOptions,
): ManyResults<Item, StreamedResponse>;
export function many<Item extends ManyItem<TopLevelOptions>>(
  items: Iterable<Item> | AsyncIterable<Item>,
  options?: ManyOptions,
): ManyResults<Item>;
export function many<Item extends ManyItem<TopLevelOptions>>(
  items: Iterable<Item> | AsyncIterable<Item>,
  options: ManyOptions | StreamedManyOptions = {},
): ManyResults<Item, HTTPResponse | StreamedResponse> {
  // One call for each type of response: what is overloaded takes no union.
  return options.stream === true ? defaultSession().many(items, options) : defaultSession().many(items, options);
}

/**
 * Downloads a file by GET, and asks for its rest where a connection drops; see `download()` of a PoolManager.
 *
 * @example
 * await download('https://example.org/large.iso', 'large.iso', { resume: true });
 */
export async function download(
  url: string | URL,
  path: string,
  options?: Omit<SessionDownloadOptions, 'context'>,
): Promise<DownloadedFile> {
  return await defaultSession().download(url, path, options);
}

/**
 * The server-sent events of a URL, for as long as the loop goes on; see `eventStream()` of a PoolManager.
 *
 * @example
 * for await (const { type, data } of eventStream('https://example.org/events')) console.log(type, data);
 */
export function eventStream(url: string | URL, options?: Omit<SessionEventStreamOptions, 'context'>): EventStream {
  return defaultSession().eventStream(url, options);
}
