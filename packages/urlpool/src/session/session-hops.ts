// What a session does at each hop of a call: cookies to every origin that they are for, credentials to theirs alone, and
// turns of the rate limit.

import type { Hop, HopHooks } from '../call/hop-hooks.ts';
import { invalidSecret } from '../errors/invalid-option.ts';
import type { FieldBlock } from '../message/field-block.ts';
import { type Fields, findField } from '../message/fields.ts';
import type { Head } from '../message/head.ts';
import { originPart } from '../message/origin.ts';
import type { RateLimiter } from '../policy/rate-limiter.ts';
import { mergeFields } from '../request/header-fields.ts';
import type { Auth, Credentials } from './auth/auth.ts';
import { FixedAuth } from './auth/fixed-auth.ts';
import { CallCookies, type CallStore } from './cookies/call-cookies.ts';
import type { FieldsMemo } from './fields-memo.ts';

/** What a call of a session has of it. */
export interface HopParts {
  readonly cookies: CallStore | null;
  readonly auth: Auth | null;
  /** The only origin that the credentials are for. */
  readonly authOrigin: string;
  readonly rate: RateLimiter | null;
  readonly memo: FieldsMemo;
}

/** How often a call is sent again for what its credentials make of a 401. */
const MAX_REFUSALS = 3;

export class SessionHops implements HopHooks {
  /** Keeping it costs more than all else that a session adds to a plain request (7 of 9 µs, Node 24). */
  readonly needsContext: boolean;
  readonly #parts: HopParts;
  #refusals = 0;
  /** Whether the caller gave an Authorization: its answer then teaches nothing. */
  #isGiven = false;

  constructor(parts: HopParts) {
    const { auth, cookies } = parts;
    this.#parts = parts;
    this.needsContext = cookies instanceof CallCookies || !(auth === null || auth instanceof FixedAuth);
  }

  delay(hop: Hop): number {
    const { rate } = this.#parts;
    return rate === null ? 0 : rate.turn(originPart(hop.url), hop);
  }

  giveUp(hop: Hop): void {
    this.#parts.rate?.giveBack(hop);
  }

  prepare(hop: Hop): FieldBlock | null | Promise<FieldBlock | null> {
    const cookie = this.#parts.cookies?.header(hop.url) ?? '';
    if (typeof cookie !== 'string') return this.#prepareLater(hop, cookie);
    const credentials = this.#credentials(hop);
    return isLater(credentials) ? this.#prepareLater(hop, cookie, credentials) : this.#added(hop, cookie, credentials);
  }

  observe(hop: Hop, { status, fields }: Pick<Head, 'status' | 'fields'>): boolean {
    const { cookies, auth } = this.#parts;
    const set = cookies === null ? [] : valuesOf(fields, 'set-cookie');
    if (set.length > 0) cookies?.receive(hop.url, set);
    if (auth === null || this.#isGiven || !this.#isAsked(hop)) return false;
    if (status !== 401) {
      auth.answered?.(hop, fields);
      return false;
    }
    if (auth.refused === undefined) return false;
    if (++this.#refusals > MAX_REFUSALS) return false;
    return auth.refused(hop, valuesOf(fields, 'www-authenticate'));
  }

  /** What is asked for second may throw at once: nobody would hear then of what becomes of the first. */
  async #prepareLater(
    hop: Hop,
    cookie: string | Promise<string>,
    credentials?: Promise<Credentials>,
  ): Promise<FieldBlock | null> {
    const ask = async (): Promise<Credentials> => await (credentials ?? this.#credentials(hop));
    const [text, found] = await Promise.all([cookie, ask()]);
    return this.#added(hop, text, found);
  }

  #credentials(hop: Hop): Credentials | Promise<Credentials> {
    const { auth } = this.#parts;
    if (auth === null || !this.#isAsked(hop)) return null;
    this.#isGiven = findField(hop.fields.fields, 'authorization') !== null;
    return auth.authorize(hop);
  }

  #isAsked(hop: Hop): boolean {
    return originPart(hop.url) === this.#parts.authOrigin;
  }

  /** The cookies of the jar come after those that the caller gave; an Authorization of the caller's stays. */
  #added({ fields: block }: Hop, cookie: string, credentials: Credentials): FieldBlock | null {
    const { fields } = block;
    const isOnly = findField(fields, 'cookie') === null;
    const cookies = cookie === '' ? null : isOnly ? cookie : [...valuesOf(fields, 'cookie'), cookie].join('; ');
    const isText = typeof credentials === 'string';
    const authorization = isText && findField(fields, 'authorization') === null ? credentials : null;
    const isUnchanged = cookies === null && authorization === null;
    const merged = isUnchanged ? null : this.#parts.memo.with(block, cookies, authorization);
    if (isText || credentials === null) return merged;
    if (typeof credentials !== 'object') {
      throw invalidSecret('credentials', credentials, 'give the value of Authorization, header fields, or null');
    }
    return mergeFields((merged ?? block).fields, credentials).block;
  }
}

function isLater(credentials: Credentials | Promise<Credentials>): credentials is Promise<Credentials> {
  return (
    typeof credentials === 'object' &&
    credentials !== null &&
    'then' in credentials &&
    typeof credentials.then === 'function'
  );
}

function valuesOf(fields: Fields, lowerName: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    if (name.length === lowerName.length && name.toLowerCase() === lowerName) values.push(fields[i + 1] ?? '');
  }
  return values;
}
