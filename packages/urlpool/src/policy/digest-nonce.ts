// A nonce of Digest authentication in use (RFC 7616 §3.4): the state between a challenge and the requests that use it,
// each of which counts.

import { type DigestChallenge, qopFor } from '../message/digest-challenge.ts';
import { type DigestCredentials, digestAuthorization, sessionKey } from '../message/digest-response.ts';
import type { NonceInUse } from './after-refusal.ts';

/** A nonce has eight hexadecimal digits for its uses. */
const MAX_COUNT = 0xffff_ffff;

/** A request as far as its credentials depend on it; `body` is undefined where it is not there as a whole. */
export interface ProvenRequest {
  readonly method: string;
  readonly target: string;
  readonly body: Uint8Array | null | undefined;
}

export class DigestNonce implements NonceInUse {
  readonly challenge: DigestChallenge;
  nonce: string;
  wasAccepted = false;
  wasProven: boolean;
  readonly #credentials: DigestCredentials;
  readonly #cnonce: string;
  readonly #key: string;
  #count = 0;

  /** @param before What was in use for the same realm, whose place it takes; null for nothing. */
  constructor(challenge: DigestChallenge, credentials: DigestCredentials, cnonce: string, before: NonceInUse | null) {
    this.challenge = challenge;
    this.nonce = challenge.nonce;
    this.wasProven = before?.wasProven ?? false;
    this.#credentials = credentials;
    this.#cnonce = cnonce;
    this.#key = sessionKey(challenge, credentials, cnonce);
  }

  /** The server has taken the credentials, and may have named the nonce for what follows (RFC 7616 §3.5, `nextnonce`). */
  accepted(next: string): void {
    this.wasAccepted = true;
    this.wasProven = true;
    if (next === '') return;
    this.nonce = next;
    this.#count = 0;
  }

  /** The credentials of one attempt, which no other has; null where there can be none. */
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
