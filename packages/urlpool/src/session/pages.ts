// The pages of a list that comes in several, one request each: where the next one is stands in the one before. It is asked
// for only when it is wanted.

import { checkSignal } from '../call/prepare-request.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkBound, checkFunction } from '../errors/option-values.ts';
import { headerEntries } from '../message/headers-input.ts';
import type { HTTPResponse } from '../response/http-response.ts';
import { leavableLoop } from '../util/leavable-loop.ts';
import { type FirstPage, type NextPage, nextPage, type PageRequest } from './next-page.ts';
import { SeenPages } from './seen-pages.ts';
import { SESSION_REQUEST_NAMES, type SessionRequestOptions } from './session-options.ts';

/** Options of `pages()` of a session: those of the first page's request, and how the others are found. */
export interface PagesOptions<Context extends object = Record<string, unknown>> extends SessionRequestOptions<Context> {
  /** @default 'GET' */
  readonly method?: string | undefined;
  /**
   * Where the next page is: a URL, relative to this page; options over those of the first page; nothing, at the end.
   * `pages` is how many there were, this one included. @default where the response says so: Link, rel="next" (RFC 8288)
   */
  readonly next?:
    | ((response: HTTPResponse, pages: number) => NextPage<Context> | Promise<NextPage<Context>>)
    | undefined;
  /** Pages after which it ends, whether there are more or not. @default Infinity */
  readonly maxPages?: number | undefined;
  /** Whether a status of 400 or more is an error; if not, such a page may end the list too early. @default true */
  readonly raiseForStatus?: boolean | undefined;
}

/** Options of `items()` of a session. */
export interface ItemsOptions<Item, Context extends object = Record<string, unknown>> extends PagesOptions<Context> {
  /** What a page holds. @default the list that its body is in JSON */
  readonly items?: ((response: HTTPResponse) => Iterable<Item> | Promise<Iterable<Item>>) | undefined;
}

/** Who sends the requests. */
export interface PageSurroundings<Context extends object> extends Pick<FirstPage, 'goesAnywhere' | 'params'> {
  /** The only origin that the session's credentials are for, where the first page is at this URL; empty for none. */
  homeOf(whole: string): string;
  /**
   * A URL as it is sent.
   *
   * @throws {RequestError} `ERR_INVALID_URL`
   */
  wholeUrl(url: string | URL, params: SessionRequestOptions['params']): string;
  send(page: PageRequest<Context>, home: string): Promise<HTTPResponse>;
}

const NAMES: readonly string[] = [...SESSION_REQUEST_NAMES, 'maxPages', 'method', 'next'];

type Pages<T> = AsyncGenerator<T, void> & AsyncDisposable;

/**
 * See Session.pages().
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`, `ERR_INVALID_URL`
 */
export function pages<Context extends object>(
  url: string | URL,
  options: PagesOptions<Context>,
  surroundings: PageSurroundings<Context>,
): Pages<HTTPResponse> {
  checkNames('pages()', options, NAMES);
  const left = new AbortController();
  return leavableLoop(run(url, options, surroundings, left.signal)(), left, 'pages()');
}

/**
 * See Session.items().
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`, `ERR_INVALID_URL`
 */
export function items<Item, Context extends object>(
  url: string | URL,
  options: ItemsOptions<Item, Context>,
  surroundings: PageSurroundings<Context>,
): Pages<Item> {
  checkNames('items()', options, [...NAMES, 'items']);
  const { items: itemsOf = listOf<Item>, ...rest } = options;
  checkFunction('items', itemsOf);
  const left = new AbortController();
  const all = run(url, rest, surroundings, left.signal);
  const steps = async function* (): AsyncGenerator<Item, void> {
    for await (const page of all()) {
      const found: unknown = await itemsOf(page);
      if (typeof found !== 'object' || found === null || !(Symbol.iterator in found)) {
        throw invalidOption('what items() gives', found, 'give a list, or any other iterable');
      }
      yield* found as Iterable<Item>;
    }
  };
  return leavableLoop(steps(), left, 'items()');
}

/** Checks the options, and gives what asks for the pages. */
function run<Context extends object>(
  url: string | URL,
  given: PagesOptions<Context>,
  surroundings: PageSurroundings<Context>,
  left: AbortSignal,
): () => AsyncGenerator<HTTPResponse, void> {
  const { method = 'GET', next = byLink, maxPages = Number.POSITIVE_INFINITY, signal, ...options } = given;
  checkFunction('next', given.next);
  checkBound('maxPages', maxPages, 1);
  checkSignal(signal);
  const { goesAnywhere, params } = surroundings;
  const whole = surroundings.wholeUrl(url, options.params);
  const home = surroundings.homeOf(whole);
  const headers = headerEntries(options.headers ?? []);
  const either = signal === undefined ? left : AbortSignal.any([left, signal]);
  const first: FirstPage<Context> = {
    method,
    url,
    whole,
    options: { ...options, raiseForStatus: options.raiseForStatus ?? true, headers, signal: either },
    params,
    goesAnywhere,
  };
  return async function* () {
    const seen = new SeenPages();
    let page: PageRequest<Context> | null = first;
    for (let count = 1; page !== null; count++) {
      seen.add(page, surroundings.wholeUrl(page.url, page.options.params));
      const response = await surroundings.send(page, home);
      yield response;
      if (count >= maxPages) return;
      page = nextPage(await next(response, count), response.url, first);
    }
  };
}

function byLink({ links }: HTTPResponse): string | null {
  return links.find(({ rel }) => rel === 'next')?.url ?? null;
}

function listOf<Item>(response: HTTPResponse): Iterable<Item> {
  const body = response.json<unknown>();
  if (Array.isArray(body)) return body as Item[];
  const want = 'say where its items are, e.g. items: (response) => response.json().items';
  throw invalidOption(`the page ${response.url}`, body, want);
}
