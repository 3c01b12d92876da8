// What a session does at each hop of a call: cookies to every origin that they are for, credentials to theirs alone, and
// turns of the rate limit.

import type { Hop, HopHooks } from '../call/hop-hooks.ts';
import { invalidSecret } from '../errors/invalid-option.ts';
import { type Fields, findField } from '../message/fields.ts';
import type { Head } from '../message/head.ts';
import type { HeaderEntry, HeadersInput } from '../message/headers-input.ts';
import { headerEntries } from '../message/headers-input.ts';
import { originPart } from '../message/origin.ts';
import type { RateLimiter } from '../policy/rate-limiter.ts';
import type { Auth, Credentials } from './auth/auth.ts';
import type { CallStore } from './cookies/call-cookies.ts';

/** What a call of a session has of it. */
export interface HopParts {
  readonly cookies: CallStore | null;
  readonly auth: Auth | null;
  /** The only origin that the credentials are for. */
  readonly authOrigin: string;
  readonly rate: RateLimiter | null;
}

/** How often a call is sent again for what its credentials make of a 401. */
const MAX_REFUSALS = 3;

export class SessionHops implements HopHooks {
  readonly #parts: HopParts;
  #refusals = 0;
  /** Whether the caller gave an Authorization: its answer then teaches nothing. */
  #isGiven = false;

  constructor(parts: HopParts) {
    this.#parts = parts;
  }

  delay({ url }: Hop): number {
    const { rate } = this.#parts;
    return rate === null ? 0 : rate.turn(originPart(url));
  }

  prepare(hop: Hop): HeadersInput | null | Promise<HeadersInput | null> {
    const cookie = this.#parts.cookies?.header(hop.url) ?? '';
    const credentials = this.#credentials(hop);
    if (cookie instanceof Promise || credentials instanceof Promise) {
      return Promise.all([cookie, credentials]).then(([text, found]) => added(hop, text, found));
    }
    return cookie === '' && credentials === null ? null : added(hop, cookie, credentials);
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

  #credentials(hop: Hop): Credentials | Promise<Credentials> {
    const { auth } = this.#parts;
    if (auth === null || !this.#isAsked(hop)) return null;
    this.#isGiven = findField(hop.fields.fields, 'authorization') !== null;
    return auth.authorize(hop);
  }

  #isAsked(hop: Hop): boolean {
    return originPart(hop.url) === this.#parts.authOrigin;
  }
}

/** The cookies of the jar come after those that the caller gave; an Authorization of the caller's stays. */
function added({ fields: { fields } }: Hop, cookie: string, credentials: Credentials): HeadersInput {
  const entries: HeaderEntry[] = [];
  if (cookie !== '') {
    const own = findField(fields, 'cookie');
    entries.push(['Cookie', own === null ? cookie : `${own}; ${cookie}`]);
  }
  if (typeof credentials === 'string') {
    if (findField(fields, 'authorization') === null) entries.push(['Authorization', credentials]);
  } else if (credentials !== null) {
    if (typeof credentials !== 'object') {
      throw invalidSecret('credentials', credentials, 'give the value of Authorization, header fields, or null');
    }
    entries.push(...headerEntries(credentials));
  }
  return entries;
}

function valuesOf(fields: Fields, lowerName: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i]?.toLowerCase() === lowerName) values.push(fields[i + 1] ?? '');
  }
  return values;
}
