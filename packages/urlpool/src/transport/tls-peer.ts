// Whether the server at the other end of a finished handshake is the one that was meant, as far as OpenSSL does not say
// that: a function of what it has shown and of the settings.

import type { X509Certificate } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';
import { identityFault } from './identity.ts';
import type { CheckServerIdentity } from './tls-options.ts';
import { type PinKind, pinOf } from './tls-pins.ts';

/** What a server has shown in its handshake. */
export interface ShownPeer {
  /** Whether a session was resumed, in which no certificate is shown. */
  readonly isResumed: boolean;
  /** What it chose by ALPN; null where it chose nothing. */
  readonly protocol: string | null;
  readonly certificate: PeerCertificate;
}

/** What it is judged by. */
export interface PeerRules {
  readonly rejectUnauthorized: boolean;
  readonly checkServerIdentity: CheckServerIdentity | null;
  readonly checked: { readonly pins: readonly string[] | null; readonly fingerprints: readonly string[] | null };
}

/** Codes of the faults that are found here. */
export const IDENTITY_FAULT = 'ERR_TLS_CERT_ALTNAME_INVALID';
export const PIN_FAULT = 'ERR_TLS_PIN_MISMATCH';
export const FINGERPRINT_FAULT = 'ERR_TLS_FINGERPRINT_MISMATCH';
export const CHECK_FAULT = 'ERR_TLS_CERT_CHECK';
export const PROTOCOL_FAULT = 'ERR_TLS_PROTOCOL_NOT_OFFERED';

/**
 * Why it is not accepted; null where it is. Pins and a function of the caller's are asked without `rejectUnauthorized`
 * too: they are there to be obeyed.
 *
 * @param host Whose certificate is expected.
 */
export function peerFault(
  rules: PeerRules,
  host: string,
  { isResumed, protocol, certificate }: ShownPeer,
): Error | null {
  if (protocol !== null && protocol !== 'http/1.1') {
    return fault(PROTOCOL_FAULT, `it chose the protocol ${JSON.stringify(protocol)}, which was not offered`);
  }
  if (isResumed) return null;
  const { checkServerIdentity, rejectUnauthorized, checked } = rules;
  const { pins, fingerprints } = checked;
  const isCompared = rejectUnauthorized && checkServerIdentity === null;
  if (!isCompared && pins === null && fingerprints === null) return checkFault(checkServerIdentity, host, certificate);
  const x509 = parsed(certificate);
  if (x509 === null) return fault(IDENTITY_FAULT, 'it sent none that can be read');
  const why = isCompared ? identityFault(host, x509) : null;
  if (why !== null) return fault(IDENTITY_FAULT, why);
  return (
    checkFault(checkServerIdentity, host, certificate) ??
    pinFault('key', pins, x509) ??
    pinFault('certificate', fingerprints, x509)
  );
}

/** What a function of the caller's says. It may throw, and it may be one that says something only later. */
function checkFault(check: CheckServerIdentity | null, host: string, certificate: PeerCertificate): Error | null {
  if (check === null) return null;
  let verdict: unknown;
  try {
    verdict = check(host, certificate);
  } catch (error) {
    verdict = error ?? new Error('it threw nothing');
  }
  if (verdict === undefined) return null;
  if (verdict instanceof Error) return fault(CHECK_FAULT, verdict.message, verdict);
  if (verdict instanceof Promise) verdict.catch(() => {});
  return fault(CHECK_FAULT, 'checkServerIdentity must return undefined or an Error, and at once');
}

function pinFault(kind: PinKind, pins: readonly string[] | null, certificate: X509Certificate): Error | null {
  if (pins === null) return null;
  const pin = pinOf(kind, certificate);
  if (pins.includes(pin)) return null;
  const why = kind === 'key' ? `its key, sha256/${pin}, is none of the pins` : `its SHA-256, ${pin}, is another`;
  return fault(kind === 'key' ? PIN_FAULT : FINGERPRINT_FAULT, why);
}

/** An empty object stands for none. */
function parsed({ raw }: Partial<PeerCertificate>): X509Certificate | null {
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  try {
    return raw === undefined ? null : new X509Certificate(raw);
  } catch {
    return null;
  }
}

function fault(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, cause === undefined ? {} : { cause }), { code });
}
