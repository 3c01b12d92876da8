import { checkNames } from '../errors/invalid-option.ts';
import { checkBound, checkMilliseconds } from '../errors/option-values.ts';
import type { AnswerAges } from '../policy/answer-age.ts';

/** For how long the addresses of hosts are kept. */
export interface DNSCacheOptions {
  /** Where the resolver does not say for how long an answer holds, in ms. @default 30_000 */
  readonly ttl?: number | undefined;
  /** That a name has no address, in ms. @default 1_000 */
  readonly negativeTtl?: number | undefined;
  /** For how long an answer is used beyond that, while a new one is asked for, in ms. @default 30_000 */
  readonly staleFor?: number | undefined;
  /** Hosts to remember, those asked for last. @default 1_000 */
  readonly maxHosts?: number | undefined;
}

/** The options with their defaults. */
export type DNSCacheSettings = AnswerAges & { readonly maxHosts: number };

/**
 * What the option stands for; null for no cache.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function dnsCacheSettings(option: DNSCacheOptions | boolean | undefined): DNSCacheSettings | null {
  if (option === false) return null;
  const given = option === true || option === undefined ? {} : option;
  checkNames('dnsCache', given, ['ttl', 'negativeTtl', 'staleFor', 'maxHosts']);
  const { ttl = 30_000, negativeTtl = 1_000, staleFor = 30_000, maxHosts = 1_000 } = given;
  checkMilliseconds('dnsCache.ttl', ttl);
  checkMilliseconds('dnsCache.negativeTtl', negativeTtl);
  checkMilliseconds('dnsCache.staleFor', staleFor);
  checkBound('dnsCache.maxHosts', maxHosts, 1);
  return { ttl, negativeTtl, staleFor, maxHosts };
}
