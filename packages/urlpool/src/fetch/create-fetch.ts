// fetch() of the WHATWG Fetch standard over any way of sending a request: what it is given is read and checked by
// fetch-request.ts, what it gives is made by fetch-response.ts. What a browser's fetch has beyond a client's (CORS, caches,
// referrers, service workers) is accepted and does nothing, as in Node's.
//
// What the standard leaves to the client is the sender's: which failures are tried again (a status is an answer, unless the
// sender was told otherwise), which header fields a redirect takes to another origin, and all limits.

import type { RequestOptions } from '../call/request-options.ts';
import { isRedirect } from '../policy/redirect.ts';
import { HTTPResponse } from '../response/http-response.ts';
import { type StreamedResponse, takeWhole } from '../response/streamed-response.ts';
import { FetchContent } from './fetch-content.ts';
import { fetchError, networkError } from './fetch-error.ts';
import { type FetchRequest, fetchRequest } from './fetch-request.ts';
import { fetchResponse } from './fetch-response.ts';
import { hasIntegrity, parseIntegrity } from './integrity.ts';
import { readAhead } from './read-ahead.ts';

/** What fetch() asks of its sender for one request; each is left out where the request does not say. */
export type FetchSendOptions = Pick<RequestOptions, 'body' | 'headers' | 'redirect' | 'signal'>;

/** How a request of a `credentials` mode is to be sent. */
export interface FetchSendContext {
  /** Whether cookies and credentials that the sender keeps stay at home (`credentials: 'omit'`). */
  readonly omitsCredentials: boolean;
}

/** Sends a request, and gives its response when the head is there. */
export type FetchSend = (
  method: string,
  url: string,
  options: FetchSendOptions | undefined,
  context: FetchSendContext,
) => Promise<StreamedResponse | HTTPResponse>;

/** The global fetch's own type, so that it goes where that goes. */
export type Fetch = typeof globalThis.fetch;

/** The runtime's, for what no connection is needed for; taken now, since a program may put another one in its place. */
const runtimeFetch: Fetch | undefined = globalThis.fetch;

/** URLs that hold or name what is in this process (RFC 2397, W3C File API §8). */
const LOCAL = /^\s*(?:data|blob):/i;

/** Statuses whose responses have no body (WHATWG Fetch §2.2.3). */
const NULL_BODY: readonly number[] = [101, 103, 204, 205, 304];

/**
 * A fetch() over a way of sending. It is bound: it can be passed alone.
 *
 * @example
 * const patient = createFetch((method, url, options) => http.stream(method, url, { ...options, timeout: 600_000 }));
 * const response = await patient('https://example.org/report');
 *
 * @param send What sends: `stream()` of a PoolManager or of a Session say, with options of your own.
 */
export function createFetch(send: FetchSend): Fetch {
  return async function fetch(input: unknown, init?: RequestInit): Promise<Response> {
    const request = fetchRequest(input, init);
    if (LOCAL.test(request.url) && runtimeFetch !== undefined) return await runtimeFetch(input as string, init);
    let response: StreamedResponse | HTTPResponse;
    try {
      const { method, url, omitsCredentials } = request;
      response = await send(method, url, await optionsOf(request), { omitsCredentials });
    } catch (reason) {
      throw fetchError(reason, request.url);
    }
    if (isRedirect(response.status)) checkRedirect(response, request);
    return request.integrity === '' ? answer(response, request) : await checkedAnswer(response, request);
  };
}

/** The options that say what is not usual; none at all where nothing is, which is what costs least. */
async function optionsOf(request: FetchRequest): Promise<FetchSendOptions | undefined> {
  const { headers, signal, redirect, stream } = request;
  const body = stream === null ? request.body : await readAhead(stream);
  if (headers === null && body === null && signal === null && redirect === null) return undefined;
  return {
    ...(headers === null ? {} : { headers }),
    ...(body === null ? {} : { body }),
    ...(signal === null ? {} : { signal }),
    ...(redirect === null ? {} : { redirect: redirect === 'follow' }),
  };
}

/** @throws {TypeError} for a redirect that was not to come, or leads nowhere: an empty Location is one to itself. */
function checkRedirect(response: StreamedResponse | HTTPResponse, { redirect, url }: FetchRequest): void {
  const isEndless = redirect !== 'manual' && response.headers.get('location') === '';
  if (redirect !== 'error' && !isEndless) return;
  leave(response);
  const why =
    redirect === 'error'
      ? `the answer is a redirect (${response.status}), and the option redirect is 'error'`
      : `the answer is a redirect (${response.status}) to itself, without end`;
  throw networkError(url, why);
}

function answer(response: StreamedResponse | HTTPResponse, { method, signal }: FetchRequest): Response {
  if (method !== 'HEAD' && !NULL_BODY.includes(response.status)) {
    return answerWith(response, signal, heldOf(response));
  }
  leave(response);
  return answerWith(response, signal, null);
}

/** The response, when its whole body is here and is what it should be. */
async function checkedAnswer(response: StreamedResponse | HTTPResponse, request: FetchRequest): Promise<Response> {
  const metadata = parseIntegrity(request.integrity);
  if (metadata === null) return answer(response, request);
  const { signal, url } = request;
  const body = await new FetchContent(heldOf(response), { url, signal }).bytes();
  if (hasIntegrity(body, metadata)) return answerWith(response, signal, body);
  throw networkError(url, `the body has none of the ${metadata.algorithm} digests that the option integrity names`);
}

function answerWith(
  response: StreamedResponse | HTTPResponse,
  signal: AbortSignal | null,
  held: Buffer | StreamedResponse | null,
): Response {
  const redirected = response.retries.history.some(({ redirectLocation }) => redirectLocation !== null);
  const content = held === null ? null : new FetchContent(held, { url: response.url, signal });
  return fetchResponse({ response, redirected, content });
}

/** The body, whole where it is here already. */
function heldOf(response: StreamedResponse | HTTPResponse): Buffer | StreamedResponse {
  return response instanceof HTTPResponse ? response.data : (takeWhole(response) ?? response);
}

/** Gives up a body that nobody gets. */
function leave(response: StreamedResponse | HTTPResponse): void {
  if (!(response instanceof HTTPResponse)) void response.dispose();
}
