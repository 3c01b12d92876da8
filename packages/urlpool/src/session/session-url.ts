// Where a request of a session goes: its URL over the session's base, with the session's parameters and its own.

import { invalidOption } from '../errors/invalid-option.ts';
import { RequestError } from '../errors/request-error.ts';
import { originText, parseUrl } from '../message/origin.ts';
import { redactUrl } from '../message/redact-url.ts';
import { type QueryFields, type QueryPairs, queryPairs } from '../request/query.ts';

/** Parameters of a query: as `fields`, or the query itself as text. */
export type Params = QueryFields | string;

/** What the URLs of a session begin with. */
export interface Base {
  /** Scheme, credentials, host, port and path, without a slash at its end. */
  readonly text: string;
  readonly origin: string;
  /** The query of every request, without "?"; empty for none. */
  readonly query: string;
}

/**
 * A base as it was given.
 *
 * @throws {RequestError} `ERR_INVALID_URL`
 */
export function baseFrom(baseUrl: string | URL): Base {
  const { origin } = parseUrl(baseUrl);
  const url = new URL(baseUrl);
  const query = url.search.slice(1);
  url.search = '';
  url.hash = '';
  return { text: url.href.replace(/\/+$/, ''), origin: originText(origin), query };
}

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * The whole URL. One that is not absolute goes below the base, with a slash in front or without: `/users` over
 * `https://api.example/v1` is `https://api.example/v1/users`. An absolute one stands for itself.
 *
 * @throws {RequestError} `ERR_INVALID_URL` for `//host/path`, which is neither; `ERR_INVALID_OPTION` for what is no text.
 */
export function sessionUrl(url: string | URL, base: Base | null): string {
  const text: unknown = typeof url === 'object' && url !== null ? url.href : url;
  if (typeof text !== 'string') throw invalidOption('the URL', url, 'give a text or a URL');
  if (base === null || ABSOLUTE.test(text)) return text;
  if (/^[/\\]{2}/.test(text)) {
    const why = 'it begins with two slashes: give a path below the base URL, or a URL with its scheme';
    throw new RequestError(`Cannot use the URL ${JSON.stringify(redactUrl(text))}: ${why}`, {
      code: 'ERR_INVALID_URL',
      phase: 'request',
    });
  }
  const joined = text === '' || /^[?#]/.test(text) ? base.text + text : `${base.text}/${text.replace(/^\//, '')}`;
  return withQuery(joined, base.query);
}

/** Parameters, the first over the second: a name that the request gives takes the place of the session's. */
export function paramsText(option: Params | null | undefined, defaults: QueryPairs): string {
  if (option === null || (option === undefined && defaults.length === 0)) return '';
  if (typeof option === 'string') {
    const rest = pairsText(defaults.filter(([name]) => !new URLSearchParams(option).has(name)));
    return [rest, option.replace(/^\?/, '')].filter((part) => part !== '').join('&');
  }
  return pairsText(option === undefined ? defaults : paramsOver(defaults, givenParams(option)));
}

/** Parameters with others over them: a name in `own` takes the place of all of that name in `base`. */
export function paramsOver(base: QueryPairs, own: QueryPairs): QueryPairs {
  const names = new Set(own.map(([name]) => name));
  return [...base.filter(([name]) => !names.has(name)), ...own];
}

/** Parameters of a session. */
export function defaultParams(option: Params | null | undefined): QueryPairs {
  if (option === undefined || option === null) return [];
  if (typeof option === 'string') return [...new URLSearchParams(option)];
  if (typeof option !== 'object') throw invalidOption('params', option, 'give an object, pairs or a query');
  return givenParams(option);
}

/** Names and values; as with header fields, what is undefined is not given, and null removes. */
function givenParams(option: QueryFields): QueryPairs {
  if (typeof option !== 'object' || Symbol.iterator in option) return queryPairs('params', option);
  return queryPairs('params', Object.fromEntries(Object.entries(option).filter(([, value]) => value !== undefined)));
}

function pairsText(pairs: QueryPairs): string {
  const query = new URLSearchParams();
  for (const [name, value] of pairs) if (value !== null) query.append(name, value);
  return query.toString();
}

/** A URL with a query more, before its fragment. */
export function withQuery(url: string, query: string): string {
  if (query === '') return url;
  const hash = url.indexOf('#');
  const [plain, fragment] = hash === -1 ? [url, ''] : [url.slice(0, hash), url.slice(hash)];
  const joint = plain.includes('?') ? (/[?&]$/.test(plain) ? '' : '&') : '?';
  return plain + joint + query + fragment;
}
