// Who this client is for one proxy (RFC 9110 §11.7): the credentials of each request to it, and what its 407 changes of
// them. Basic goes with the first request already; once the proxy has asked for Digest (RFC 7616) its nonce takes that
// place, and is counted over all connections. What a refusal means for a nonce is decided in policy/after-refusal.ts.

import { authParameters, type Challenge, parseChallenges } from '../message/challenge.ts';
import { type DigestChallenge, digestChallenge } from '../message/digest-challenge.ts';
import { knowsHash } from '../message/digest-response.ts';
import { type Fields, findField } from '../message/fields.ts';
import { afterRefusal } from '../policy/after-refusal.ts';
import { DigestNonce } from '../policy/digest-nonce.ts';
import { basicAuthorization } from '../request/header-fields.ts';

/** How often one request is sent again for a challenge: once for each of no credentials, a stale nonce, and another that came meanwhile. */
export const MAX_CHALLENGES = 3;

/** What a proxy is told of who asks. */
export interface ProxyIdentity {
  /** `user:password`; null for none. */
  readonly userinfo: string | null;
  /** A Proxy-Authorization that goes as it is in place of what is made of the user and password; null for none. */
  readonly given: string | null;
  /** `digest`: the password never goes in a form that can be read, so that the first request has none. */
  readonly scheme: 'basic' | 'digest';
}

/** A 407, and the request that it answers. */
export interface ProxyChallenge {
  readonly fields: Fields;
  /** The Proxy-Authorization that was sent; null for none. */
  readonly sent: string | null;
  /** How often the request was sent again for a challenge before. */
  readonly rounds: number;
  readonly hasBody: boolean;
}

/** The request is sent again with other credentials, or it is left at that and the reason told. */
export type AfterChallenge = { readonly is: 'again' } | { readonly is: 'refused'; readonly why: string };

const AGAIN: AfterChallenge = { is: 'again' };

export class ProxyCredentials {
  readonly #identity: ProxyIdentity;
  readonly #basic: string | null;
  /** Taken from the latest challenge; null for none. */
  #nonce: DigestNonce | null = null;

  constructor(identity: ProxyIdentity) {
    const { userinfo, given, scheme } = identity;
    this.#identity = identity;
    this.#basic = given ?? (userinfo === null || scheme === 'digest' ? null : basicAuthorization(userinfo));
  }

  /**
   * The Proxy-Authorization of one request; null for none.
   *
   * @param target What stands in its request line.
   */
  authorization(method: string, target: string, hasBody = false): string | null {
    if (this.#nonce === null) return this.#basic;
    return this.#nonce.authorization({ method, target, body: hasBody ? undefined : null }) ?? this.#basic;
  }

  /** Takes in that the proxy has let a request pass. */
  accepted(sent: string, fields: Fields): void {
    const nonce = this.#nonce;
    if (nonce === null || digestIn(sent)?.nonce !== nonce.nonce) return;
    const info = findField(fields, 'proxy-authentication-info');
    if (info === null && nonce.wasAccepted) return;
    nonce.accepted((info === null ? undefined : authParameters(info).get('nextnonce')) ?? '');
  }

  /** Decides what follows a 407, and takes its nonce. */
  challenged({ fields, sent, rounds, hasBody }: ProxyChallenge): AfterChallenge {
    const values = fields.filter((_, i) => i % 2 === 1 && fields[i - 1]?.toLowerCase() === 'proxy-authenticate');
    const challenges = parseChallenges(values);
    const { userinfo, given } = this.#identity;
    if (given !== null) return refused('is its Proxy-Authorization right?');
    const digest = digestChallenge(values, !hasBody, knowsHash);
    const hasBasic = this.#basic !== null && challenges.some(({ scheme }) => scheme === 'basic');
    if (digest === null && !challenges.some(({ scheme }) => scheme === 'basic')) return refused(unknown(challenges));
    if (userinfo === null) return refused('it asks for a user and a password: give them in its URL');
    if (rounds < MAX_CHALLENGES && digest !== null && this.#takes(digest, sent, rounds)) return AGAIN;
    // A nonce of before counts for nothing where the proxy wants Basic now.
    if (rounds < MAX_CHALLENGES && digest === null && hasBasic && sent !== this.#basic) {
      this.#nonce = null;
      return AGAIN;
    }
    if (digest === null && this.#basic === null) return refused('it asks for Basic alone, and proxy.auth is digest');
    return refused('are its user and password right?');
  }

  /** Whether the challenge is to be answered. */
  #takes(challenge: DigestChallenge, sent: string | null, rounds: number): boolean {
    const used = sent === null ? null : digestIn(sent);
    const current = this.#nonce?.challenge.realm === challenge.realm ? this.#nonce : null;
    const step = afterRefusal({
      sent: used?.realm === challenge.realm ? used.nonce : null,
      current,
      isFirst: rounds === 0,
      isStale: challenge.isStale,
    });
    if (step === 'take') this.#nonce = this.#newNonce(challenge, current);
    else if (step === 'give-up' && current?.nonce === used?.nonce) this.#nonce = null;
    return step !== 'give-up';
  }

  #newNonce(challenge: DigestChallenge, before: DigestNonce | null): DigestNonce {
    const cnonce = process.getBuiltinModule('node:crypto').randomBytes(16).toString('hex');
    const [user = '', ...password] = this.#identity.userinfo?.split(':') ?? [];
    return new DigestNonce(challenge, { user, password: password.join(':') }, cnonce, before);
  }
}

function refused(why: string): AfterChallenge {
  return { is: 'refused', why };
}

/** Of challenges that nothing here can answer. */
function unknown(challenges: readonly Challenge[]): string {
  if (challenges.length === 0) return 'it does not say what it asks for (no Proxy-Authenticate)';
  const names = challenges.map(({ scheme }) => NAMES.get(scheme) ?? scheme);
  return `it asks for ${[...new Set(names)].join(', ')}, and only Basic and Digest are spoken here`;
}

/** How schemes are written whose names are read in lower case. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['ntlm', 'NTLM'],
  ['negotiate', 'Negotiate'],
  ['kerberos', 'Kerberos'],
  ['bearer', 'Bearer'],
  ['digest', 'Digest of an unknown algorithm'],
]);

/** The realm and the nonce of Digest credentials; null of any other. */
function digestIn(authorization: string): { readonly realm: string; readonly nonce: string } | null {
  if (!authorization.startsWith('Digest ')) return null;
  const [credentials] = parseChallenges([authorization]);
  const realm = credentials?.parameters.get('realm');
  const nonce = credentials?.parameters.get('nonce');
  return realm === undefined || nonce === undefined ? null : { realm, nonce };
}
