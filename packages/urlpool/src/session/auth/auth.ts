// What proves to a server who asks (RFC 9110 §11). Credentials are for one origin: a session asks for them at every hop
// there, and at no other.

import type { Hop } from '../../call/hop-hooks.ts';
import { invalidSecret } from '../../errors/invalid-option.ts';
import { checkFunction } from '../../errors/option-values.ts';
import type { Fields } from '../../message/fields.ts';
import type { HeadersInput } from '../../message/headers-input.ts';
import { basicAuth } from './basic-auth.ts';

export type { Hop, HopBody } from '../../call/hop-hooks.ts';

/** What a request is given: the value of Authorization, or header fields where there are more; null for nothing. */
export type Credentials = string | HeadersInput | null;

/** A way to authenticate. One object may serve many calls at once. */
export interface Auth {
  /** The credentials of an attempt, asked anew for each. What it throws is what the call fails with. */
  authorize(hop: Hop): Credentials | Promise<Credentials>;
  /**
   * Learns from a 401.
   *
   * @param challenges The values of WWW-Authenticate, one for each field.
   * @returns Whether authorize() would now give something better: the request is sent again then, three times at most.
   */
  refused?(hop: Hop, challenges: readonly string[]): boolean;
  /**
   * Learns from any other answer.
   *
   * @param fields The header fields of the answer: name, value, name, value …
   */
  answered?(hop: Hop, fields: Fields): void;
}

/**
 * Credentials as an option: Basic ones as a pair, a function of the attempt, or a way to authenticate. A function is asked
 * at each attempt, and gives the value of Authorization, or header fields: so a request can be signed.
 *
 * @example
 * const sign = ({ method, target, body }: Hop) => {
 *   const date = new Date().toUTCString();
 *   const hmac = createHmac('sha256', 'secret').update(`${method}\n${target}\n${date}\n`).update(body?.bytes ?? '');
 *   return { Date: date, Authorization: `HMAC key-1:${hmac.digest('base64')}` };
 * };
 * const session = new Session({ baseUrl: 'https://api.example', auth: sign });
 */
export type AuthOption = Auth | readonly [user: string, password: string] | Auth['authorize'];

/**
 * What an option stands for; null for none.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function authFrom(option: AuthOption | null | undefined): Auth | null {
  if (option === null || option === undefined) return null;
  if (typeof option === 'function') return { authorize: option };
  if (Array.isArray(option) && option.length === 2) return basicAuth(option[0], option[1]);
  if (typeof option === 'object' && 'authorize' in option && typeof option.authorize === 'function') {
    checkFunction('auth.refused', option.refused);
    checkFunction('auth.answered', option.answered);
    return option;
  }
  throw invalidSecret('auth', option, 'give [user, password], a function, or what basicAuth() and its like make');
}
