// What fetch() is asked for, as a value: its input and init read and checked by the rules of the Request constructor (WHATWG
// Fetch §5.4), with no Request made of them, which would cost more than all else here. A Request that is given, of the
// global class or of anybody's, is read by its members.

import { isToken } from '../message/characters.ts';
import { type BodyInput, describe } from '../request/body-input.ts';
import { type FetchBody, fetchBody } from './fetch-body.ts';
import { type FieldPair, fetchFields, findPair } from './fetch-fields.ts';

/** A request as fetch() sends it. */
export interface FetchRequest {
  readonly url: string;
  readonly method: string;
  /** Null for none. */
  readonly headers: readonly FieldPair[] | null;
  readonly body: BodyInput | null;
  /** The body of a Request, in place of `body`: how long it is, only its end tells. */
  readonly stream: ReadableStream<Uint8Array> | null;
  readonly signal: AbortSignal | null;
  /** Null where nothing is said of it: the sender's own way. */
  readonly redirect: 'follow' | 'error' | 'manual' | null;
  /** Subresource integrity metadata; empty for none. */
  readonly integrity: string;
  /** Whether nobody's credentials are to go along. */
  readonly omitsCredentials: boolean;
}

/** What a Request has, whoever made it. */
type Members = { readonly [name in keyof Request | keyof RequestInit]?: unknown };

/** Members whose values are of a closed list. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  cache: ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'],
  credentials: ['omit', 'same-origin', 'include'],
  duplex: ['half'],
  mode: ['cors', 'no-cors', 'same-origin'],
  priority: ['high', 'low', 'auto'],
  redirect: ['follow', 'error', 'manual'],
  referrerPolicy: [
    '',
    'no-referrer',
    'no-referrer-when-downgrade',
    'same-origin',
    'origin',
    'strict-origin',
    'origin-when-cross-origin',
    'strict-origin-when-cross-origin',
    'unsafe-url',
  ],
};

/** Methods that are written in capitals, whatever their case (WHATWG Fetch §2.2.1). */
const NORMALIZED: readonly string[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'];
const FORBIDDEN: readonly string[] = ['CONNECT', 'TRACE', 'TRACK'];

/**
 * The request that is asked for.
 *
 * @throws {TypeError} for what the standard refuses; `dispatcher`, which this fetch would have to ignore.
 */
export function fetchRequest(input: unknown, init: RequestInit | undefined): FetchRequest {
  const given = requestGiven(input);
  const url = checkedUrl(given === null ? textOf(input) : String(given.url));
  if (given === null && init === undefined) return plainGet(url);
  if (init !== undefined && init !== null && typeof init !== 'object' && typeof init !== 'function') {
    throw new TypeError(`Cannot use ${shown(init)} as the options of fetch(): give an object`);
  }
  const own: Members = init ?? {};
  checkInit(own);
  const method = checkedMethod(String(own.method ?? given?.method ?? 'GET'));
  const headers = fetchFields(own.headers === undefined ? given?.headers : own.headers);
  const found = bodyOf(own, given, method);
  const stream = isWebStream(found) ? found : null;
  const body = isWebStream(found) ? null : found;
  if (typeof body?.type === 'string' && findPair(headers, 'content-type') === null)
    headers.push(['Content-Type', body.type]);
  return {
    url,
    method,
    headers: headers.length === 0 ? null : headers,
    body: body?.body ?? null,
    stream,
    signal: checkedSignal(own.signal === undefined ? given?.signal : own.signal),
    redirect: (own.redirect ?? given?.redirect ?? null) as FetchRequest['redirect'],
    integrity: String(own.integrity ?? given?.integrity ?? ''),
    omitsCredentials: (own.credentials ?? given?.credentials) === 'omit',
  };
}

function plainGet(url: string): FetchRequest {
  return {
    url,
    method: 'GET',
    headers: null,
    body: null,
    stream: null,
    signal: null,
    redirect: null,
    integrity: '',
    omitsCredentials: false,
  };
}

/** The input as a Request; null for a URL. */
function requestGiven(input: unknown): Members | null {
  if (typeof input !== 'object' || input === null || 'href' in input) return null;
  return 'url' in input && 'method' in input && 'headers' in input ? (input as Members) : null;
}

function textOf(input: unknown): string {
  if (typeof input === 'string') return input;
  return typeof input === 'object' && input !== null && 'href' in input ? String(input.href) : String(input);
}

/** A URL with credentials is refused (WHATWG Fetch §5.4); whatever else is wrong with one, the engine says. */
function checkedUrl(text: string): string {
  const url = text.includes('@') && URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.username === '' && url.password === '')) return text;
  throw new TypeError(
    `Cannot fetch a URL with a user or a password, here at ${url.host}: give them in an Authorization header field`,
  );
}

function checkedMethod(given: string): string {
  if (!isToken(given)) throw new TypeError(`Cannot use ${JSON.stringify(given)} as a method: give a token, e.g. GET`);
  const upper = given.toUpperCase();
  if (FORBIDDEN.includes(upper))
    throw new TypeError(`Cannot use ${upper} as a method of fetch(): the standard forbids it`);
  return NORMALIZED.includes(upper) ? upper : given;
}

function checkInit(own: Members & { readonly dispatcher?: unknown }): void {
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = own[name as keyof Members];
    if (value === undefined || choices.includes(String(value))) continue;
    throw new TypeError(`Cannot use ${shown(value)} as ${name}: give one of ${choices.join(', ')}`);
  }
  if (own.window !== undefined && own.window !== null) {
    throw new TypeError('Cannot use the option window of fetch(): it can be null only');
  }
  if (own.cache === 'only-if-cached' && own.mode !== 'same-origin') {
    throw new TypeError("Cannot use the cache mode only-if-cached: it goes with the mode 'same-origin' only");
  }
  if (own.referrer !== undefined && !isReferrer(String(own.referrer))) {
    throw new TypeError(`Cannot use ${shown(own.referrer)} as referrer: it is no URL`);
  }
  if (own.dispatcher !== undefined) {
    throw new TypeError('Cannot use the option dispatcher: give its options to the PoolManager whose fetch this is');
  }
}

function isReferrer(text: string): boolean {
  return text === '' || URL.canParse(text);
}

function checkedSignal(signal: unknown): AbortSignal | null {
  if (signal === undefined || signal === null) return null;
  if (typeof signal === 'object' && 'aborted' in signal && 'addEventListener' in signal) return signal as AbortSignal;
  throw new TypeError(`Cannot use ${shown(signal)} as signal: give an AbortSignal`);
}

/** The body of the caller's own, or that of the Request; a web stream of a Request is told apart. */
function bodyOf(own: Members, given: Members | null, method: string): FetchBody | ReadableStream<Uint8Array> | null {
  const isOwn = own.body !== undefined && own.body !== null;
  const inherited = given?.body ?? null;
  if (!isOwn && inherited === null) return null;
  if (method === 'GET' || method === 'HEAD') {
    throw new TypeError(`Cannot send a body with ${method}: the standard has none there`);
  }
  if (!isOwn) {
    if (given?.bodyUsed === true) throw new TypeError('Cannot send the Request again: its body was read before');
    const body = fetchBody(inherited);
    return isWebStream(inherited) ? inherited : body;
  }
  const body = fetchBody(own.body);
  if (!body.isStream || own.duplex !== undefined) return body;
  throw new TypeError("Cannot send a stream as the body without the option duplex: 'half'");
}

function isWebStream(value: unknown): value is ReadableStream<Uint8Array> {
  return typeof value === 'object' && value !== null && 'getReader' in value;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : describe(value);
}
