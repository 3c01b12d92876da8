// Digest authentication (RFC 7616). The first request to a server goes without credentials; its challenge is answered, and
// then serves every request to the same protection space, with the nonce counted, until the server has another one. What
// a refusal means is decided in policy/after-refusal.ts, how a response is made in message/digest-response.ts.

import { invalidSecret } from '../../errors/invalid-option.ts';
import { authParameters, parseChallenges } from '../../message/challenge.ts';
import { type DigestChallenge, digestChallenge } from '../../message/digest-challenge.ts';
import { type DigestCredentials, knowsHash } from '../../message/digest-response.ts';
import { type Fields, findField } from '../../message/fields.ts';
import { originPart } from '../../message/origin.ts';
import { afterRefusal } from '../../policy/after-refusal.ts';
import type { Auth, Hop } from './auth.ts';
import { ProtectionSpace } from './protection-space.ts';

/** Realms of one server, and servers, that are remembered; the oldest go first. */
const MAX_REALMS = 16;
const MAX_ORIGINS = 1_024;

/**
 * Digest authentication (RFC 7616): MD5, SHA-256 and SHA-512-256, each also with `-sess`; `auth`, or `auth-int` where the
 * server wants nothing else and the body is in memory; servers of RFC 2069 too. Where a server offers several, the strongest
 * is taken. Names and passwords are UTF-8. One object may serve many sessions, and keeps count for all of them.
 *
 * A body that can be sent only once, a stream say, does not survive the first challenge: send another request before, or
 * give `expectContinue`, so that the server may ask for credentials before the body goes.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION` for what is no string, and a user with a control character.
 * @example
 * const session = new Session({ baseUrl: 'https://camera.example', auth: digestAuth('admin', 'secret') });
 */
export function digestAuth(user: string, password: string): Auth {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  if (typeof user !== 'string' || /[\x00-\x1f\x7f]/.test(user)) {
    throw invalidSecret('a user', user, 'give a string without control characters');
  }
  if (typeof password !== 'string') throw invalidSecret('a password', password, 'give a string');
  return new DigestAuth({ user, password });
}

class DigestAuth implements Auth {
  readonly #credentials: DigestCredentials;
  /** Protection spaces by origin, the newest first. */
  readonly #origins = new Map<string, readonly ProtectionSpace[]>();

  constructor(credentials: DigestCredentials) {
    this.#credentials = credentials;
  }

  authorize(hop: Hop): string | null {
    if (findField(hop.fields.fields, 'authorization') !== null) return null;
    const { method, target, url } = hop;
    let widest: ProtectionSpace | null = null;
    let reach = -1;
    for (const space of this.#spaces(url)) {
      const own = space.reach(url);
      if (own > reach) [widest, reach] = [space, own];
    }
    return widest?.authorization({ method, target, body: bodyOf(hop) }) ?? null;
  }

  refused(hop: Hop, challenges: readonly string[]): boolean {
    const { url } = hop;
    const challenge = digestChallenge(challenges, bodyOf(hop) !== undefined, knowsHash);
    const sent = sentWith(hop);
    if (challenge === null || sent === 'other') return false;
    const current = this.#spaces(url).find((space) => space.challenge.realm === challenge.realm) ?? null;
    const step = afterRefusal({
      sent: sent?.realm === challenge.realm ? sent.nonce : null,
      current,
      isFirst: hop.attempt === 1,
      isStale: challenge.isStale,
    });
    if (step === 'take') this.#replace(url, current, this.#newSpace(challenge, url, current));
    else if (step === 'keep') current?.cover(url);
    else if (current?.nonce === sent?.nonce) this.#replace(url, current, null);
    return step !== 'give-up';
  }

  answered(hop: Hop, fields: Fields): void {
    const info = findField(fields, 'authentication-info');
    const spaces = this.#spaces(hop.url);
    if (info === null && spaces.every(({ wasAccepted }) => wasAccepted)) return;
    const sent = sentWith(hop);
    if (sent === null || sent === 'other') return;
    const space = spaces.find(({ challenge, nonce }) => challenge.realm === sent.realm && nonce === sent.nonce);
    if (space === undefined) return;
    space.accepted((info === null ? undefined : authParameters(info).get('nextnonce')) ?? '');
  }

  #newSpace(challenge: DigestChallenge, url: string, before: ProtectionSpace | null): ProtectionSpace {
    const cnonce = process.getBuiltinModule('node:crypto').randomBytes(16).toString('hex');
    return new ProtectionSpace(challenge, this.#credentials, { url, cnonce, before });
  }

  #spaces(url: string): readonly ProtectionSpace[] {
    return this.#origins.get(originPart(url)) ?? [];
  }

  #replace(url: string, old: ProtectionSpace | null, by: ProtectionSpace | null): void {
    const others = this.#spaces(url).filter((space) => space !== old);
    const spaces = by === null ? others : [by, ...others].slice(0, MAX_REALMS);
    const origin = originPart(url);
    this.#origins.delete(origin);
    if (spaces.length > 0) this.#origins.set(origin, spaces);
    const [oldest] = this.#origins.keys();
    if (this.#origins.size > MAX_ORIGINS && oldest !== undefined) this.#origins.delete(oldest);
  }
}

/** Null where there is none, undefined where it is not there as a whole. */
function bodyOf({ body }: Hop): Uint8Array | null | undefined {
  return body === null ? null : (body.bytes ?? undefined);
}

/** The realm and the nonce of the credentials that a request was sent with; null for none, `other` for those of another scheme. */
function sentWith({ fields: { fields } }: Hop): { readonly realm: string; readonly nonce: string } | 'other' | null {
  const value = findField(fields, 'authorization');
  if (value === null) return null;
  const [credentials] = parseChallenges([value]);
  const realm = credentials?.parameters.get('realm');
  const nonce = credentials?.parameters.get('nonce');
  if (credentials?.scheme !== 'digest' || realm === undefined || nonce === undefined) return 'other';
  return { realm, nonce };
}
