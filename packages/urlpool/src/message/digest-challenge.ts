// What a server wants of a client by Digest authentication (RFC 7616 §3.3), and which of its challenges is taken: the
// strongest that this client can meet.

import { type Challenge, parseChallenges } from './challenge.ts';
import { tokenList } from './token-list.ts';

/** What a response proves beside the password: the method and the target, with the body or without (RFC 7616 §3.4). */
export type QualityOfProtection = 'auth' | 'auth-int';

/** A challenge that can be met. Texts from the field are as they came, one character for each octet. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  /** What comes back as it is; null for nothing. */
  readonly opaque: string | null;
  /** The name of the algorithm as the server spells it; null where it names none, which means MD5. */
  readonly algorithm: string | null;
  /** Node's name for what hashes. */
  readonly hash: DigestHash;
  /** Whether the password is hashed once for the whole session. */
  readonly isSession: boolean;
  /** What the server offers; empty where it knows of none, as before RFC 2617. */
  readonly qop: readonly QualityOfProtection[];
  /** Whether the credentials were right, and only the nonce was too old. */
  readonly isStale: boolean;
  /** Whether the user's name is wanted hashed. */
  readonly wantsUserHash: boolean;
  readonly isUtf8: boolean;
  /** References to what the same credentials are for; empty for all of the server. */
  readonly domain: readonly string[];
}

export type DigestHash = 'md5' | 'sha256' | 'sha512-256';

/** By name in lower case, `-sess` apart; the stronger the later. */
const HASHES: ReadonlyMap<string, DigestHash> = new Map([
  ['md5', 'md5'],
  ['sha-256', 'sha256'],
  ['sha-512-256', 'sha512-256'],
]);
const BY_STRENGTH: readonly DigestHash[] = [...HASHES.values()];

/**
 * The strongest Digest challenge that can be met; of equals the first; null if there is none.
 *
 * @param values The values of WWW-Authenticate, one for each field.
 * @param canHashBody Whether the body of the request is there as a whole, as auth-int needs it.
 * @param knows Whether the runtime has a hash: an old OpenSSL or a FIPS one lacks some.
 */
export function digestChallenge(
  values: readonly string[],
  canHashBody: boolean,
  knows: (hash: DigestHash) => boolean,
): DigestChallenge | null {
  let best: DigestChallenge | null = null;
  for (const one of parseChallenges(values)) {
    const challenge = one.scheme === 'digest' ? read(one) : null;
    if (challenge === null || qopFor(challenge, canHashBody) === undefined) continue;
    const isBetter = best === null || BY_STRENGTH.indexOf(challenge.hash) > BY_STRENGTH.indexOf(best.hash);
    if (isBetter && knows(challenge.hash)) best = challenge;
  }
  return best;
}

/**
 * What a request is protected by: `auth` where it is offered, since a body then need not be hashed, and few servers can do
 * more; null for nothing, where the server knows of none; undefined where it cannot be.
 */
export function qopFor(
  { qop }: Pick<DigestChallenge, 'qop'>,
  canHashBody: boolean,
): QualityOfProtection | null | undefined {
  if (qop.length === 0) return null;
  if (qop.includes('auth')) return 'auth';
  return canHashBody ? 'auth-int' : undefined;
}

/** Null for one without a nonce, of an unknown algorithm, or that offers nothing known. */
function read({ parameters }: Challenge): DigestChallenge | null {
  const algorithm = parameters.get('algorithm') ?? null;
  const [, name = '', session] = /^(.*?)(-sess)?$/i.exec(algorithm ?? 'MD5') ?? [];
  const hash = HASHES.get(name.toLowerCase());
  const nonce = parameters.get('nonce');
  const offered = tokenList(parameters.get('qop') ?? '');
  const qop = offered.filter((one) => one === 'auth' || one === 'auth-int');
  if (hash === undefined || nonce === undefined || (offered.length > 0 && qop.length === 0)) return null;
  const isTrue = (parameter: string): boolean => parameters.get(parameter)?.toLowerCase() === 'true';
  return {
    realm: parameters.get('realm') ?? '',
    nonce,
    opaque: parameters.get('opaque') ?? null,
    algorithm,
    hash,
    isSession: session !== undefined,
    qop,
    isStale: isTrue('stale'),
    wantsUserHash: isTrue('userhash'),
    isUtf8: parameters.get('charset')?.toLowerCase() === 'utf-8',
    domain: (parameters.get('domain') ?? '').split(/[ \t]+/).filter((reference) => reference !== ''),
  };
}
