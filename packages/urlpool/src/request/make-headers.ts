// Header fields by what they are for: urllib3's `make_headers()`.

import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkFlag } from '../errors/option-values.ts';
import { hasZstd } from './content-coding.ts';
import { basicAuthorization } from './header-fields.ts';

/** What `makeHeaders()` makes fields of; each of them none if it is left out. */
export interface MakeHeadersOptions {
  /** True adds `connection: keep-alive`. */
  readonly keepAlive?: boolean | undefined;
  /** `accept-encoding`: true for gzip, deflate, br, and zstd where this runtime has it; a list of codings, or the value itself. */
  readonly acceptEncoding?: boolean | string | readonly string[] | undefined;
  /** `user-agent`. */
  readonly userAgent?: string | undefined;
  /** `user:password`, for `authorization`: Basic, of its UTF-8 (RFC 7617 §2). */
  readonly basicAuth?: string | undefined;
  /** `user:password`, for `proxy-authorization`. */
  readonly proxyBasicAuth?: string | undefined;
  /** True adds `cache-control: no-cache`. */
  readonly disableCache?: boolean | undefined;
}

const SWITCHES = ['keepAlive', 'disableCache'] as const;
const TEXTS = ['userAgent', 'basicAuth', 'proxyBasicAuth'] as const;

/**
 * Header fields for the `headers` option.
 *
 * @example
 * makeHeaders({ userAgent: 'me/1.0', basicAuth: 'user:secret' });
 * // { 'user-agent': 'me/1.0', authorization: 'Basic dXNlcjpzZWNyZXQ=' }
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function makeHeaders(options: MakeHeadersOptions = {}): Record<string, string> {
  checkNames('makeHeaders()', options, [...SWITCHES, ...TEXTS, 'acceptEncoding']);
  for (const name of SWITCHES) {
    checkFlag(name, options[name]);
  }
  for (const name of TEXTS) {
    const value = options[name];
    if (value !== undefined && typeof value !== 'string') throw invalidOption(name, value, 'give a string');
  }
  const { keepAlive, acceptEncoding, userAgent, basicAuth, proxyBasicAuth, disableCache } = options;
  const codings = codingsOf(acceptEncoding);
  return {
    ...(codings === '' ? {} : { 'accept-encoding': codings }),
    ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
    ...(keepAlive === true ? { connection: 'keep-alive' } : {}),
    ...(basicAuth === undefined ? {} : { authorization: basicAuthorization(basicAuth) }),
    ...(proxyBasicAuth === undefined ? {} : { 'proxy-authorization': basicAuthorization(proxyBasicAuth) }),
    ...(disableCache === true ? { 'cache-control': 'no-cache' } : {}),
  };
}

function codingsOf(value: MakeHeadersOptions['acceptEncoding']): string {
  if (value === undefined || value === false) return '';
  if (value === true) return hasZstd() ? 'gzip,deflate,br,zstd' : 'gzip,deflate,br';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((coding) => typeof coding === 'string')) return value.join(',');
  throw invalidOption('acceptEncoding', value, 'give true, a list of codings, or a string');
}
