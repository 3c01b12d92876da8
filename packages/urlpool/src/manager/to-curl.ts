// A request as a command for curl, so that somebody else can try it: the same method, URL, header fields and body, and what
// this library does by itself where curl does not.

import { checkedMethod, checkedRequestOptions, prepareRequest } from '../call/prepare-request.ts';
import type { RequestOptions } from '../call/request-options.ts';
import { checkNames } from '../errors/invalid-option.ts';
import { checkFlag } from '../errors/option-values.ts';
import { FieldBlock } from '../message/field-block.ts';
import { type Fields, findField } from '../message/fields.ts';
import { originText, parseUrl } from '../message/origin.ts';
import type { RequestBody } from '../request/request-body.ts';

export interface ToCurlOptions {
  /** Whether credentials are shown: those of the URL, and the fields Authorization, Proxy-Authorization and Cookie. @default false */
  readonly credentials?: boolean | undefined;
}

/** A request as `many()` takes it. */
export interface CurlRequest extends RequestOptions {
  /** @default 'GET' */
  readonly method?: string | undefined;
  /** An absolute http or https URL. */
  readonly url: string | URL;
}

const CREDENTIALS = new Set(['authorization', 'proxy-authorization', 'cookie']);
/** Fields that curl makes by itself. */
const OWN = new Set(['content-length', 'transfer-encoding']);

const NO_FIELDS = { block: new FieldBlock([]), hasCodings: true };

/**
 * The command for a POSIX shell that sends the same request by curl. Header fields that this library sends by default are
 * not in it; a body that is not in memory comes from standard input, and binary bytes by way of base64.
 *
 * @example
 * toCurl({ method: 'POST', url: 'https://example.org/a', json: { a: 1 } });
 * // curl --location --compressed --header 'Content-Type: application/json' --data-raw '{"a":1}' 'https://example.org/a'
 *
 * @throws {RequestError} for a request that could not be sent.
 */
export function toCurl(request: CurlRequest | string | URL, options: ToCurlOptions = {}): string {
  checkNames('toCurl', options, ['credentials']);
  const { credentials = false } = options;
  checkFlag('credentials', credentials);
  const given = typeof request === 'string' || request instanceof URL ? { url: request } : request;
  const { method: givenMethod = 'GET', url, ...more } = given;
  const method = checkedMethod(givenMethod, '/');
  const rest = checkedRequestOptions(more);
  const { origin, target, userinfo } = parseUrl(url);
  const { fields, body, query } = prepareRequest(method, rest, NO_FIELDS);
  const parts = ['curl'];
  if (rest.redirect !== false && rest.retries !== false) parts.push('--location');
  if (rest.decodeContent !== false) parts.push('--compressed');
  parts.push(...methodPart(method, body));
  if (userinfo !== null) parts.push('--user', quoted(credentials ? userinfo : 'REDACTED:REDACTED'));
  parts.push(...headerParts(fields.fields, credentials));
  // Else curl would say that it is a form.
  if (body !== null && findField(fields.fields, 'content-type') === null) parts.push('--header', 'Content-Type:');
  const { piped, options: bodyOptions } = bodyPart(body);
  const full = query === '' ? target : `${target}${target.includes('?') ? '&' : '?'}${query}`;
  return `${piped}${[...parts, ...bodyOptions, quoted(originText(origin) + full)].join(' ')}`;
}

function methodPart(method: string, body: RequestBody | null): string[] {
  if (method === 'HEAD') return ['--head'];
  const usual = body === null ? 'GET' : 'POST';
  return method === usual ? [] : ['--request', quoted(method)];
}

function headerParts(fields: Fields, credentials: boolean): string[] {
  const parts: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const [name = '', value = ''] = [fields[i], fields[i + 1]];
    if (OWN.has(name.toLowerCase())) continue;
    const shown = !credentials && CREDENTIALS.has(name.toLowerCase()) ? 'REDACTED' : value;
    // By a semicolon curl sends a field without a value; by a colon it would leave the field out.
    parts.push('--header', quoted(shown === '' ? `${name};` : `${name}: ${shown}`));
  }
  return parts;
}

/** What gives curl the body: an option, or a command before it. */
function bodyPart(body: RequestBody | null): { readonly piped: string; readonly options: readonly string[] } {
  if (body === null) return { piped: '', options: [] };
  if (body.bytes === null) return { piped: '', options: ['--data-binary', '@-'] };
  const bytes = Buffer.from(body.bytes);
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes) && !text.includes('\0'))
    return { piped: '', options: ['--data-raw', quoted(text)] };
  return { piped: `printf %s ${bytes.toString('base64')} | base64 -d | `, options: ['--data-binary', '@-'] };
}

/** A word of a POSIX shell (XCU §2.2.2). */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
