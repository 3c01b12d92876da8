// Where credentials are good (RFC 7616 §3.3, `domain`; RFC 9110 §11.5): a nonce in use, and the URLs it is for.

import { absoluteUrl } from '../../message/absolute-url.ts';
import type { DigestChallenge } from '../../message/digest-challenge.ts';
import type { DigestCredentials } from '../../message/digest-response.ts';
import { originPart } from '../../message/origin.ts';
import type { NonceInUse } from '../../policy/after-refusal.ts';
import { DigestNonce } from '../../policy/digest-nonce.ts';

/** How many URLs outside of what `domain` says are known to belong to it all the same. */
const MAX_OTHERS = 64;

/** Where a space begins. */
export interface SpaceOrigin {
  /** Where the challenge came from. */
  readonly url: string;
  readonly cnonce: string;
  /** The space of the same realm whose place it takes; null for none. */
  readonly before: NonceInUse | null;
}

export class ProtectionSpace extends DigestNonce {
  /** What its URLs begin with. */
  readonly #prefixes: readonly string[];
  /** URLs of which the server has said so itself, the newest last. */
  readonly #others = new Set<string>();

  constructor(challenge: DigestChallenge, credentials: DigestCredentials, { url, cnonce, before }: SpaceOrigin) {
    super(challenge, credentials, cnonce, before);
    this.#prefixes = prefixesOf(challenge.domain, url);
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
}

/** What a `domain` stands for; all of the server where it names nothing. That of other servers is not for these credentials. */
function prefixesOf(domain: readonly string[], url: string): string[] {
  const urls = domain.length === 0 ? ['/'] : domain;
  return urls.flatMap((reference) => {
    const found = absoluteUrl(reference, url);
    return found !== null && found.origin === originPart(url) ? [found.href] : [];
  });
}
