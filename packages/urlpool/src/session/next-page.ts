// Which page follows a page: a pure decision, of what was found on it and of what the first one was asked for with. What
// the caller gave for the first page's origin, credentials and header fields, goes to no other.

import { QUERY_METHODS } from '../call/prepare-body.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { RequestError } from '../errors/request-error.ts';
import { absoluteUrl } from '../message/absolute-url.ts';
import { linesOver } from '../message/header-overlay.ts';
import { type HeaderEntry, headerEntries } from '../message/headers-input.ts';
import { redactUrl } from '../message/redact-url.ts';
import { namesSocket } from '../message/socket-path.ts';
import { standardMethod } from '../policy/method.ts';
import type { QueryPairs } from '../request/query.ts';
import { SESSION_REQUEST_NAMES, type SessionRequestOptions } from './session-options.ts';
import { defaultParams, paramsOver } from './session-url.ts';

/** What the next page is asked for with, over what the first one was: parameters and header fields by name. */
export interface NextPageOptions<Context extends object = Record<string, unknown>>
  extends SessionRequestOptions<Context> {
  readonly method?: string | undefined;
  /** Relative to the page before. @default that of the first page, with its parameters */
  readonly url?: string | URL | undefined;
}

/** What `next` of `pages()` gives: the URL of the next page, relative to this one; options; or nothing, false or an empty text, at the end. */
export type NextPage<Context extends object = Record<string, unknown>> =
  | string
  | URL
  | NextPageOptions<Context>
  | false
  | null
  | undefined;

/** A page to ask for. */
export interface PageRequest<Context extends object = Record<string, unknown>> {
  readonly method: string;
  readonly url: string | URL;
  readonly options: SessionRequestOptions<Context>;
}

/** The first page, and what else is the same for all. */
export interface FirstPage<Context extends object = Record<string, unknown>> extends PageRequest<Context> {
  /** Its URL, absolute. */
  readonly whole: string;
  /** Parameters of the session, which every query has. */
  readonly params: QueryPairs;
  /** Whether a header field goes to any origin; its name is in lower case. */
  goesAnywhere(name: string): boolean;
}

/**
 * The page after this one; null where this is the last.
 *
 * @param given What `next` gave.
 * @param from The URL of this page.
 * @throws {RequestError} `ERR_INVALID_OPTION`; `ERR_INVALID_URL` for what is no URL.
 */
export function nextPage<Context extends object>(
  given: NextPage<Context>,
  from: string,
  first: FirstPage<Context>,
): PageRequest<Context> | null {
  if (given === null || given === undefined || given === false || given === '') return null;
  if (typeof given === 'string' || given instanceof URL) return pageAt(given, {}, from, first);
  if (typeof given !== 'object')
    throw invalidOption('what next() gives', given, 'give a URL, options, or null at the end');
  checkNames('the next page', given, [...SESSION_REQUEST_NAMES, 'method', 'url']);
  const { url, ...over } = given;
  if (url !== undefined) return pageAt(url, over, from, first);
  const { method = first.method, params, headers, ...rest } = over;
  return {
    method,
    url: first.url,
    options: {
      ...first.options,
      ...rest,
      params:
        params === undefined
          ? first.options.params
          : params && paramsOver(defaultParams(first.options.params), defaultParams(params)),
      headers: fieldsOver(fieldsOf(first), headers),
    },
  };
}

/** A page at a URL of its own, which stands for itself: the first one's parameters are not added to it. */
function pageAt<Context extends object>(
  url: string | URL,
  { method: own, headers, ...over }: Omit<NextPageOptions<Context>, 'url'>,
  from: string,
  first: FirstPage<Context>,
): PageRequest<Context> {
  const to = absoluteUrl(String(url), from);
  // Which sockets of this machine are connected to is not for a server to say; to the parser their origin is none.
  const isOtherSocket = to !== null && namesSocket(to.href) && to.host !== new URL(from).host;
  if (to === null || isOtherSocket) {
    const why = isOtherSocket ? 'names a socket, which no server may choose' : 'is no URL';
    const message = `Cannot ask for the page after ${from}: "${redactUrl(String(url))}" ${why}`;
    throw new RequestError(message, { code: 'ERR_INVALID_URL', phase: 'request', method: first.method, url: from });
  }
  const method = own ?? first.method;
  const { params: _, fields, ...others } = first.options;
  const isQuery = QUERY_METHODS.includes(standardMethod(method));
  const shared = isQuery || fields === undefined ? others : { ...others, fields };
  const home = new URL(first.whole);
  if (to.origin !== home.origin) {
    const { auth, cookies, ...rest } = shared;
    const kept = fieldsOf(first).filter(([name]) => first.goesAnywhere(name.toLowerCase()));
    return {
      method,
      url: to.href,
      options: { ...rest, socketPath: null, params: null, ...over, headers: fieldsOver(kept, headers) },
    };
  }
  if (to.username === '' && to.password === '') {
    to.username = home.username;
    to.password = home.password;
  }
  const params = paramsBeside(to, first.params);
  return {
    method,
    url: to.href,
    options: { ...shared, params, ...over, headers: fieldsOver(fieldsOf(first), headers) },
  };
}

/** Parameters of the session are left out where a URL has them. */
function paramsBeside(url: URL, params: QueryPairs): Record<string, null> {
  const named = params.filter(([name]) => url.searchParams.has(name));
  return Object.fromEntries(named.map(([name]) => [name, null]));
}

function fieldsOf({ options }: PageRequest): readonly HeaderEntry[] {
  return headerEntries(options.headers ?? []);
}

function fieldsOver(fields: readonly HeaderEntry[], headers: SessionRequestOptions['headers']): readonly HeaderEntry[] {
  return headers === undefined ? fields : linesOver(fields, headerEntries(headers));
}
