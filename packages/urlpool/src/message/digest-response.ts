// The Authorization that meets a Digest challenge (RFC 7616 §3.4): a function of the challenge, the credentials, the counter
// and the request. What is hashed are octets, so every text here has one character for each octet, and names and passwords
// are UTF-8 in that form.

import { quoted } from './challenge.ts';
import type { DigestChallenge, DigestHash, QualityOfProtection } from './digest-challenge.ts';

/** Who asks. */
export interface DigestCredentials {
  readonly user: string;
  readonly password: string;
}

/** What one response is made of, beside the challenge. */
export interface DigestUse {
  readonly method: string;
  /** The target of the request line. */
  readonly target: string;
  /** For `auth-int`; null for no body. */
  readonly body: Uint8Array | null;
  /** That of the challenge, or one that followed it. */
  readonly nonce: string;
  /** How often the nonce has been used, this time included. */
  readonly count: number;
  readonly cnonce: string;
  /** As `sessionKey()` gives it. */
  readonly key: string;
  readonly qop: QualityOfProtection | null;
}

/**
 * What stands for the password in every response to a challenge: A1, hashed (RFC 7616 §3.4.2). With `-sess` it is of the
 * nonce and the cnonce that came first, and stays so while they follow each other.
 */
export function sessionKey(
  { realm, nonce, hash, isSession, isUtf8 }: DigestChallenge,
  credentials: DigestCredentials,
  cnonce: string,
): string {
  const { user, password } = prepared(credentials, isUtf8);
  const key = hashOf(hash, `${octets(user)}:${realm}:${octets(password)}`);
  return isSession ? hashOf(hash, `${key}:${nonce}:${cnonce}`) : key;
}

/** The value of Authorization. */
export function digestAuthorization(
  challenge: DigestChallenge,
  { user }: Pick<DigestCredentials, 'user'>,
  use: DigestUse,
): string {
  const { algorithm, hash, opaque, realm, isSession, wantsUserHash } = challenge;
  const { method, target, body, nonce, cnonce, key, qop } = use;
  const count = use.count.toString(16).padStart(8, '0');
  const integrity = qop === 'auth-int' ? `:${hashOf(hash, body ?? '')}` : '';
  const request = hashOf(hash, `${method}:${target}${integrity}`);
  const proven = qop === null ? `${key}:${nonce}:${request}` : `${key}:${nonce}:${count}:${cnonce}:${qop}:${request}`;
  const parameters = [
    nameParameter(challenge, user),
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(target)}`,
  ];
  // Without qop a server of RFC 2069 expects none of them; only A1 of a session needs the cnonce.
  if (qop !== null || isSession) parameters.push(`cnonce=${quoted(cnonce)}`);
  if (qop !== null) parameters.push(`nc=${count}`, `qop=${qop}`);
  parameters.push(`response="${hashOf(hash, proven)}"`);
  if (opaque !== null) parameters.push(`opaque=${quoted(opaque)}`);
  if (algorithm !== null) parameters.push(`algorithm=${algorithm}`);
  if (wantsUserHash) parameters.push('userhash=true');
  return `Digest ${parameters.join(', ')}`;
}

/** `username*` (RFC 8187) only where the server says that it knows UTF-8: an old one would not find the name there. */
function nameParameter({ hash, realm, isUtf8, wantsUserHash }: DigestChallenge, given: string): string {
  const { user } = prepared({ user: given, password: '' }, isUtf8);
  if (wantsUserHash) return `username="${hashOf(hash, `${octets(user)}:${realm}`)}"`;
  const isPlain = /^[\x20-\x7e]*$/.test(user);
  return isPlain || !isUtf8 ? `username=${quoted(octets(user))}` : `username*=UTF-8''${extended(user)}`;
}

/** Everything encoded that RFC 8187 §3.2.1 does not let stand. */
function extended(text: string): string {
  const more = /[!'()*]/g;
  return encodeURIComponent(text).replace(more, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** In the normal form that a server with a charset expects (RFC 7616 §3.3); as given for others. */
function prepared({ user, password }: DigestCredentials, isUtf8: boolean): DigestCredentials {
  return isUtf8 ? { user: user.normalize('NFC'), password: password.normalize('NFC') } : { user, password };
}

function octets(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function hashOf(hash: DigestHash, data: string | Uint8Array): string {
  const state = process.getBuiltinModule('node:crypto').createHash(hash);
  return (typeof data === 'string' ? state.update(data, 'latin1') : state.update(data)).digest('hex');
}

/** Whether the runtime has a hash. */
export function knowsHash(hash: DigestHash): boolean {
  try {
    process.getBuiltinModule('node:crypto').createHash(hash);
    return true;
  } catch {
    return false;
  }
}
