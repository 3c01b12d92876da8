// The server's side of Digest authentication (RFC 7616), strict: each nonce counts its uses, and none may come twice.

import { createHash, randomBytes } from 'node:crypto';

/** How a digest gate asks, and how long it takes what it gave. */
export interface DigestGateOptions {
  /** `MD5`, `SHA-256`, and each with `-sess`. @default 'SHA-256' */
  readonly algorithm?: string;
  /** How often a nonce may be used before it is stale. @default Infinity */
  readonly maxUses?: number;
}

/** What credentials are worth: `none` are there, the nonce is `stale`, or they are `good` or `bad`. */
export type DigestVerdict = 'none' | 'stale' | 'good' | 'bad';

export class DigestGate {
  readonly #user: string;
  readonly #password: string;
  readonly #algorithm: string;
  readonly #maxUses: number;
  /** The counts that each nonce was used with. */
  readonly #uses = new Map<string, Set<string>>();

  /** @param userinfo `user:password`. */
  constructor(userinfo: string, options: DigestGateOptions = {}) {
    const { algorithm = 'SHA-256', maxUses = Number.POSITIVE_INFINITY } = options;
    const colon = userinfo.indexOf(':');
    this.#user = userinfo.slice(0, colon);
    this.#password = userinfo.slice(colon + 1);
    this.#algorithm = algorithm;
    this.#maxUses = maxUses;
  }

  /** Nonces given so far. */
  get nonces(): number {
    return this.#uses.size;
  }

  /** The value of WWW-Authenticate or Proxy-Authenticate, with a new nonce. */
  challenge(isStale = false): string {
    const nonce = randomBytes(8).toString('hex');
    this.#uses.set(nonce, new Set());
    const stale = isStale ? ', stale=true' : '';
    return `Digest realm="test", nonce="${nonce}", qop="auth", algorithm=${this.#algorithm}${stale}`;
  }

  /** Judges what came with a request, and counts it as a use. */
  judge(method: string, target: string, authorization: string | undefined): DigestVerdict {
    if (authorization === undefined || !authorization.startsWith('Digest ')) return 'none';
    const given = new Map<string, string>();
    for (const [, name = '', quoted, plain = ''] of authorization.slice(7).matchAll(/(\w+)=(?:"([^"]*)"|([^,\s]*))/g)) {
      given.set(name, quoted ?? plain);
    }
    const of = (name: string): string => given.get(name) ?? '';
    const uses = this.#uses.get(of('nonce'));
    if (uses === undefined) return 'stale';
    if (of('uri') !== target || of('username') !== this.#user || uses.has(of('nc'))) return 'bad';
    if (of('response') !== this.#response(method, of)) return 'bad';
    if (uses.size >= this.#maxUses) return 'stale';
    uses.add(of('nc'));
    return 'good';
  }

  #response(method: string, of: (name: string) => string): string {
    const [, name = '', session] = /^(.*?)(-sess)?$/.exec(this.#algorithm) ?? [];
    const hash = (text: string): string => createHash(name.toLowerCase().replace('-', '')).update(text).digest('hex');
    const plain = hash(`${this.#user}:test:${this.#password}`);
    const key = session === undefined ? plain : hash(`${plain}:${of('nonce')}:${of('cnonce')}`);
    const request = hash(`${method}:${of('uri')}`);
    return hash(`${key}:${of('nonce')}:${of('nc')}:${of('cnonce')}:${of('qop')}:${request}`);
  }
}
