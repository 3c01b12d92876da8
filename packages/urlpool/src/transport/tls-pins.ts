// Certificates that are known beforehand: by the hash of their public key (SPKI, RFC 7469 §2.4, curl's --pinnedpubkey),
// which a renewed certificate may keep, or by the hash of the certificate itself.

import type { X509Certificate } from 'node:crypto';
import { invalidOption } from '../errors/invalid-option.ts';

/** One pin, or several of which one must match. */
export type PinOption = string | readonly string[];

/** What a pin is the hash of. */
export type PinKind = 'key' | 'certificate';

/**
 * Pins as they are compared; null where none are given.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function pinsOf(kind: PinKind, option: string, given: PinOption | undefined): readonly string[] | null {
  if (given === undefined) return null;
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const want =
    kind === 'key'
      ? 'give "sha256/" and the hash of the public key in base64'
      : 'give the SHA-256 of the certificate: 64 hexadecimal digits';
  if (list.length === 0) throw invalidOption(option, given, `${want}, one at least`);
  return list.map((one) => {
    const pin = typeof one === 'string' ? (kind === 'key' ? keyPin(one) : certificatePin(one)) : null;
    if (pin === null) throw invalidOption(option, one, want);
    return pin;
  });
}

/** The pin of a certificate. */
export function pinOf(kind: PinKind, certificate: X509Certificate): string {
  if (kind === 'certificate') return certificate.fingerprint256;
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
}

/** curl writes two slashes, OkHttp and RFC 7469's successors one; base64 may begin with one too, hence the exact length. */
function keyPin(text: string): string | null {
  return /^sha256\/\/?([A-Za-z0-9+/]{43}=)$/.exec(text)?.[1] ?? null;
}

/** As Node writes them: in capitals, with colons. */
function certificatePin(text: string): string | null {
  const digits = text.replaceAll(':', '').toUpperCase();
  return /^[0-9A-F]{64}$/.test(digits) ? (digits.match(/../g) ?? []).join(':') : null;
}
