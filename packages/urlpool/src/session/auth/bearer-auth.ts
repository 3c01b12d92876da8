// Bearer tokens (RFC 6750). Where a function gives them, its answer is kept for all calls; a 401 makes it be asked again,
// once for all calls that had the same token, and once for each call.

import { invalidSecret } from '../../errors/invalid-option.ts';
import { findField } from '../../message/fields.ts';
import type { Auth, Hop } from './auth.ts';
import { FixedAuth } from './fixed-auth.ts';

/** A token, or what gives one: asked at the first request, and again after a 401. */
export type BearerToken = string | (() => string | Promise<string>);

/**
 * Bearer authentication. A function is asked once for all calls that need a token at the same time; they wait for it, so
 * let it have a time limit of its own. What it throws is what they fail with; the next call asks again.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION` for a token that cannot be sent; so a call fails where a function gives one.
 * @example
 * const auth = bearerAuth(async () => (await getToken()).access_token);
 * const session = new Session({ baseUrl: 'https://api.example', auth });
 */
export function bearerAuth(token: BearerToken): Auth {
  if (typeof token === 'function') return new RenewedBearer(token);
  return new FixedAuth(bearer(token, 'a token'));
}

/**
 * What is known of the token in use: `given` at first, `renewed` where it came after a refusal, `accepted` once it was good,
 * `failed` where a renewed one was refused too: the call that had it has asked often enough, the next one asks anew.
 */
type TokenState = 'given' | 'renewed' | 'accepted' | 'failed';

class RenewedBearer implements Auth {
  readonly #ask: () => string | Promise<string>;
  /** The Authorization in use; null before there is one, and while another is asked for. */
  #current: { readonly value: string; state: TokenState } | null = null;
  #pending: Promise<string> | null = null;
  /** What the next token will be. */
  #next: 'given' | 'renewed' = 'given';

  constructor(ask: () => string | Promise<string>) {
    this.#ask = ask;
  }

  authorize(hop: Hop): string | null | Promise<string> {
    if (findField(hop.fields.fields, 'authorization') !== null) return null;
    if (this.#pending !== null) return this.#pending;
    if (this.#current !== null && this.#current.state !== 'failed') return this.#current.value;
    this.#pending = this.#renewed();
    return this.#pending;
  }

  refused(hop: Hop): boolean {
    const current = this.#current;
    if (current === null) return true; // another call has it renewed, or is about to
    // A token that came meanwhile is tried, unless it is known to be no better.
    if (findField(hop.fields.fields, 'authorization') !== current.value) return current.state !== 'failed';
    if (current.state === 'renewed' || current.state === 'failed') {
      current.state = 'failed';
      return false;
    }
    this.#current = null;
    this.#next = 'renewed';
    return true;
  }

  answered(hop: Hop): void {
    const current = this.#current;
    if (current === null || current.state === 'accepted' || current.state === 'failed') return;
    if (findField(hop.fields.fields, 'authorization') === current.value) current.state = 'accepted';
  }

  async #renewed(): Promise<string> {
    const state = this.#next;
    this.#next = 'given';
    this.#current = null;
    try {
      const value = bearer(await this.#ask(), 'what the function of bearerAuth() gives');
      this.#current = { value, state };
      return value;
    } finally {
      this.#pending = null;
    }
  }
}

/** The value of Authorization. Line ends and blanks are refused rather than dropped: a token has none (RFC 6750 §2.1). */
function bearer(token: unknown, what: string): string {
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return `Bearer ${token}`;
  throw invalidSecret(what, token, 'give a token: visible ASCII characters, no blanks, no line end');
}
