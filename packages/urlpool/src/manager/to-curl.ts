// A request as a command for curl, so that somebody else can try it: the same method, URL, header fields and body, and what
// this library does by itself where curl does not. What only says how long to wait, or how often to try, is not in it.

import { checkedMethod, checkedRequestOptions, prepareRequest } from '../call/prepare-request.ts';
import type { RequestOptions } from '../call/request-options.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkFlag } from '../errors/option-values.ts';
import { RequestError } from '../errors/request-error.ts';
import { FieldBlock } from '../message/field-block.ts';
import { type Fields, findField } from '../message/fields.ts';
import { type HeadersInput, headerEntries } from '../message/headers-input.ts';
import { authority, parseUrl } from '../message/origin.ts';
import { REDACTED, shownFields } from '../message/shown-fields.ts';
import { expectsBody } from '../policy/method.ts';
import type { RequestBody } from '../request/request-body.ts';
import { CURL_ROUTE_NAMES, type CurlRoute, curlRoute } from './curl-route.ts';
import { ROUTE_OPTION_NAMES } from './route-options.ts';

export interface ToCurlOptions {
  /** Whether credentials are shown: those of URLs, and fields as Authorization, Cookie and X-API-Key. @default false */
  readonly credentials?: boolean | undefined;
}

/** A request as `many()` takes it, as far as a command can say how its origin is reached. */
export interface CurlRequest extends RequestOptions, CurlRoute {
  /** @default 'GET' */
  readonly method?: string | undefined;
  /** An absolute http or https URL. */
  readonly url: string | URL;
}

/** What this library sends unasked and curl does too: a request that leaves it out has to say so. */
const DEFAULTS: readonly string[] = ['accept', 'user-agent'];

/** Characters of a URL by which curl means many of them, unless it is told not to. */
const GLOB = /[[\]{}]/;

/** The longest word of a command, in bytes: Linux takes 128 KiB. What is longer goes by way of standard input. */
const LONGEST_WORD = 100_000;

const NO_FIELDS = { block: new FieldBlock([]), hasCodings: true };

/**
 * The command for a POSIX shell that sends the same request by curl. Header fields that this library sends by default are
 * not in it; a body that is not in memory comes from standard input, and binary bytes by way of base64. To a HEAD with a body
 * curl awaits a body in the answer too: no option of its own says otherwise.
 *
 * @example
 * toCurl({ method: 'POST', url: 'https://example.org/a', json: { a: 1 } });
 * // curl --location --compressed --header 'Content-Type: application/json' --data-raw '{"a":1}' https://example.org/a
 *
 * @throws {RequestError} for a request that could not be sent.
 */
export function toCurl(request: CurlRequest | string | URL, options: ToCurlOptions = {}): string {
  checkNames('toCurl()', options, ['credentials']);
  const { credentials = false } = options;
  checkFlag('credentials', credentials);
  const given = typeof request === 'string' || request instanceof URL ? { url: request } : request;
  if (typeof given !== 'object' || given === null) {
    throw invalidOption('a request', given, 'give a URL, or an object with a url and the options of a request');
  }
  const { method: givenMethod = 'GET', url, proxy, rejectUnauthorized, socketPath, ...more } = given;
  const unsaid = ROUTE_OPTION_NAMES.find((name) => name in more);
  if (unsaid !== undefined) {
    const text = `Cannot use the option ${unsaid} of toCurl(): a command cannot say it; known are ${CURL_ROUTE_NAMES.join(', ')}`;
    throw new RequestError(text, { code: 'ERR_INVALID_OPTION', phase: 'request' });
  }
  const method = checkedMethod(givenMethod, '/');
  const rest = checkedRequestOptions(more);
  const { origin, target, userinfo } = parseUrl(url);
  const { fields, body, query } = prepareRequest(method, rest, NO_FIELDS);
  const full = query === '' ? target : `${target}${target.includes('?') ? '&' : '?'}${query}`;
  const { piped, options: bodyOptions } = bodyPart(method, body);
  const parts = [
    'curl',
    ...behaviour(rest, fields.fields),
    ...curlRoute({ proxy, rejectUnauthorized, socketPath }, origin, credentials).map(quoted),
    ...(GLOB.test(full) ? ['--globoff'] : []),
    ...methodPart(method, bodyOptions.length > 0),
    // Fields of the request's own win, here as there.
    ...(userinfo === null || findField(fields.fields, 'authorization') !== null
      ? []
      : ['--user', quoted(credentials ? userinfo : `${REDACTED}:${REDACTED}`)]),
    ...headerParts(credentials ? fields.fields : shownFields(fields.fields)),
    ...removedParts(rest.headers),
    // Else curl would say that it is a form.
    ...(bodyOptions.length > 0 && findField(fields.fields, 'content-type') === null
      ? ['--header', 'Content-Type:']
      : []),
    ...bodyOptions,
    quoted(`${origin.scheme}://${authority(origin)}${full}`),
  ];
  return `${piped}${parts.join(' ')}`;
}

/** What this library does unless it is told not to. */
function behaviour({ redirect, retries, decodeContent }: RequestOptions, fields: Fields): string[] {
  const follows = redirect !== false && retries !== false;
  // A part of an encoded body could not be decoded.
  const decodes = decodeContent !== false && findField(fields, 'range') === null;
  return [...(follows ? ['--location'] : []), ...(decodes ? ['--compressed'] : [])];
}

function methodPart(method: string, hasBody: boolean): string[] {
  if (method === 'HEAD' && !hasBody) return ['--head'];
  const usual = hasBody ? 'POST' : 'GET';
  return method === usual ? [] : ['--request', quoted(method)];
}

function headerParts(fields: Fields): string[] {
  const parts: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const [name = '', value = ''] = [fields[i], fields[i + 1]];
    // By a semicolon curl sends a field without a value; by a colon it would leave the field out.
    parts.push('--header', quotedLatin1(value === '' ? `${name};` : `${name}: ${value}`));
  }
  return parts;
}

/** Defaults that the request does without. */
function removedParts(headers: HeadersInput = {}): string[] {
  return headerEntries(headers)
    .filter(([name, value]) => value === null && DEFAULTS.includes(name.toLowerCase()))
    .flatMap(([name]) => ['--header', quoted(`${name}:`)]);
}

/** What gives curl the body: an option, or a command before it. */
function bodyPart(
  method: string,
  body: RequestBody | null,
): { readonly piped: string; readonly options: readonly string[] } {
  // An empty one is how curl says "Content-Length: 0".
  if (body === null) return { piped: '', options: expectsBody(method) ? ['--data-raw', quoted('')] : [] };
  if (body.bytes === null) return { piped: '', options: ['--data-binary', '@-'] };
  const bytes = Buffer.from(body.bytes);
  const text = bytes.toString('utf8');
  const isWord = bytes.length <= LONGEST_WORD && Buffer.from(text).equals(bytes) && !text.includes('\0');
  if (isWord) return { piped: '', options: ['--data-raw', quoted(text)] };
  return { piped: `printf %s ${bytes.toString('base64')} | base64 -d | `, options: ['--data-binary', '@-'] };
}

/** A word of a POSIX shell (XCU §2.2.2). */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A word whose characters are sent as a byte each, as those of a field are; the command itself is UTF-8. */
function quotedLatin1(text: string): string {
  if (!/[\x80-\xff]/.test(text)) return quoted(text);
  const format = text
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')
    .replaceAll("'", `'\\''`)
    .replace(/[\x80-\xff]/g, (character) => `\\${character.charCodeAt(0).toString(8)}`);
  return `"$(printf '${format}')"`;
}
