/** Whose requests a cookie is for (RFC 6265bis §5.6.7); null where the server did not say. Kept, and left to the program. */
export type SameSite = 'strict' | 'lax' | 'none' | null;

/** One cookie, with all that is known of it (RFC 6265bis §5.7). */
export interface Cookie {
  /** Empty for a cookie that has no name: it is sent as its value alone. */
  readonly name: string;
  readonly value: string;
  /** The host that it is for, in lower case, without a dot in front. */
  readonly domain: string;
  /** Whether it is for that host alone, and not for those below it. */
  readonly hostOnly: boolean;
  readonly path: string;
  /** When it ends; null for one that ends with the session. */
  readonly expires: Date | null;
  /** Whether it is only sent over https, and to this machine itself. */
  readonly secure: boolean;
  /** Whether scripts of a page must not see it. */
  readonly httpOnly: boolean;
  readonly sameSite: SameSite;
  /** When a cookie of its name, domain and path was first set. */
  readonly creation: Date;
}

/** A cookie as the Cookie field has it (RFC 6265bis §5.8.3). */
export function cookiePair({ name, value }: Pick<Cookie, 'name' | 'value'>): string {
  return name === '' ? value : `${name}=${value}`;
}
