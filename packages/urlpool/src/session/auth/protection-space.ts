// Where credentials are good, and what answers a challenge there (RFC 7616 §3.3, `domain`; RFC 9110 §11.5): the state
// between a challenge and the requests that use its nonce.

import { absoluteUrl } from '../../message/absolute-url.ts';
import { originPart } from '../../message/origin.ts';
import type { NonceInUse } from './after-refusal.ts';
import { type DigestChallenge, qopFor } from './digest-challenge.ts';
import { type DigestCredentials, digestAuthorization, sessionKey } from './digest-response.ts';

/** A nonce has eight hexadecimal digits for its uses. */
const MAX_COUNT = 0xffff_ffff;

/** How many URLs outside of what `domain` says are known to belong to it all the same. */
const MAX_OTHERS = 64;

/** A request as far as its credentials depend on it; `body` is undefined where it is not there as a whole. */
export interface ProvenRequest {
  readonly method: string;
  readonly target: string;
  readonly body: Uint8Array | null | undefined;
}

/** Where a space begins. */
export interface SpaceOrigin {
  /** Where the challenge came from. */
  readonly url: string;
  readonly cnonce: string;
  /** The space of the same realm whose place it takes; null for none. */
  readonly before: NonceInUse | null;
}

export class ProtectionSpace implements NonceInUse {
  readonly challenge: DigestChallenge;
  nonce: string;
  wasAccepted = false;
  wasProven: boolean;
  readonly #credentials: DigestCredentials;
  /** What its URLs begin with. */
  readonly #prefixes: readonly string[];
  /** URLs of which the server has said so itself, the newest last. */
  readonly #others = new Set<string>();
  readonly #cnonce: string;
  readonly #key: string;
  #count = 0;

  constructor(challenge: DigestChallenge, credentials: DigestCredentials, { url, cnonce, before }: SpaceOrigin) {
    this.challenge = challenge;
    this.nonce = challenge.nonce;
    this.wasProven = before?.wasProven ?? false;
    this.#credentials = credentials;
    this.#prefixes = prefixesOf(challenge.domain, url);
    this.#cnonce = cnonce;
    this.#key = sessionKey(challenge, credentials, cnonce);
    this.cover(url);
  }

  /** How much of a URL it is known to be for, in characters; -1 for a URL that is not of it. */
  reach(url: string): number {
    if (this.#others.has(url)) return url.length;
    return this.#prefixes.reduce((most, prefix) => (url.startsWith(prefix) ? Math.max(most, prefix.length) : most), -1);
  }

  /** Takes in a URL that answered with its realm. */
  cover(url: string): void {
    if (this.reach(url) !== -1) return;
    this.#others.add(url);
    const [oldest] = this.#others;
    if (this.#others.size > MAX_OTHERS && oldest !== undefined) this.#others.delete(oldest);
  }

  /** The server has taken the credentials, and may have named the nonce for what follows (RFC 7616 §3.5, `nextnonce`). */
  accepted(next: string): void {
    this.wasAccepted = true;
    this.wasProven = true;
    if (next === '') return;
    this.nonce = next;
    this.#count = 0;
  }

  /** The Authorization of one attempt, which no other has; null where there can be none. */
  authorization({ method, target, body }: ProvenRequest): string | null {
    const qop = qopFor(this.challenge, body !== undefined);
    if (qop === undefined || this.#count === MAX_COUNT) return null;
    this.#count++;
    return digestAuthorization(this.challenge, this.#credentials, {
      method,
      target,
      body: body ?? null,
      nonce: this.nonce,
      count: this.#count,
      cnonce: this.#cnonce,
      key: this.#key,
      qop,
    });
  }
}

/** What a `domain` stands for; all of the server where it names nothing. That of other servers is not for these credentials. */
function prefixesOf(domain: readonly string[], url: string): string[] {
  const urls = domain.length === 0 ? ['/'] : domain;
  return urls.flatMap((reference) => {
    const found = absoluteUrl(reference, url);
    return found !== null && found.origin === originPart(url) ? [found.href] : [];
  });
}
