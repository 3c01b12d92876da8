// What went wrong with TLS, in words: the one place where an OpenSSL code becomes a sentence that says what to change. Its
// own words are for its developers, and some name a file of its source.
//
// Alerts (RFC 8446 §6.2) are the server's words about us; everything else is found here, about the server.

import type { PeerCertificate } from 'node:tls';
import type { ErrorCode } from '../errors/error-code.ts';
import { CHECK_FAULT, FINGERPRINT_FAULT, IDENTITY_FAULT, PIN_FAULT, PROTOCOL_FAULT } from './tls-peer.ts';

/** What is known of a handshake that has failed. */
export interface TLSOccasion {
  /** The server's certificate, if it came to that. */
  readonly certificate: PeerCertificate | null;
  /** Whether a client certificate was there to be shown. */
  readonly hasClientCertificate: boolean;
  /** What stands before the names of options, `proxy.tls.` say. */
  readonly prefix: string;
}

/** What went wrong, as a code and the end of a sentence whose subject is the peer. */
export interface TLSFailure {
  readonly code: Extract<ErrorCode, `ERR_TLS${string}`>;
  readonly why: string;
}

/** Where nothing is known of it. */
const UNKNOWN: TLSOccasion = { certificate: null, hasClientCertificate: false, prefix: '' };

/** Words for a code: options stand in them as `{ca}`. */
type Words = string | ((occasion: TLSOccasion, cause: Error) => string);

const NOT_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_LENGTH|SSL_UNEXPECTED_MESSAGE/;
const ALERT = /_ALERT_/;

/** What is wrong with the server's certificate. */
const CERTIFICATE: readonly (readonly [RegExp, Words])[] = [
  [/^CERT_HAS_EXPIRED$/, expired],
  [/^CERT_NOT_YET_VALID$/, notYetValid],
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, 'it is self-signed, and not trusted here); option: {ca}'],
  [/^SELF_SIGNED_CERT_IN_CHAIN$/, 'it comes from an authority that is not trusted here); option: {ca}'],
  [/^UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(_LOCALLY)?)$/, unknownIssuer],
  [/^INVALID_PURPOSE$/, 'it, or one above it, is not made for servers)'],
  [/^INVALID_CA$/, 'one above it may not issue certificates)'],
  [/^PATH_LENGTH_EXCEEDED$/, 'there are more authorities above it than one of them allows)'],
  [/^CERT_CHAIN_TOO_LONG$/, 'there are too many authorities above it)'],
  [/^(CERT_UNTRUSTED|CERT_REJECTED)$/, 'what is trusted here is not trusted for servers); option: {ca}'],
  [new RegExp(`^${IDENTITY_FAULT}$`), (_, { message }) => `${message}); option: {servername}`],
  [new RegExp(`^${CHECK_FAULT}$`), (_, { message }) => `${message}); option: {checkServerIdentity}`],
  [/^UNSPECIFIED$/, unspecified],
  [/CERT|SELF_SIGNED|UNABLE_TO_|CRL_|HOSTNAME_MISMATCH/, (_, cause) => `${reasonOf(cause)}); option: {ca}`],
];

/** What the server says of our certificate, or of there being none. */
const CLIENT_CERTIFICATE: readonly (readonly [RegExp, Words])[] = [
  [/ALERT_CERTIFICATE_REQUIRED|ALERT_NO_CERTIFICATE/, 'it asks for a client certificate; options: {cert}, {key}'],
  [/ALERT_CERTIFICATE_EXPIRED/, 'it says that our certificate has expired; options: {cert}, {key}'],
  [/ALERT_CERTIFICATE_REVOKED/, 'it says that our certificate was revoked; options: {cert}, {key}'],
  [/ALERT_UNKNOWN_CA/, 'it does not know the authority of our certificate; options: {cert}, {key}'],
  [/ALERT_ACCESS_DENIED/, 'it denies access to the owner of our certificate; options: {cert}, {key}'],
  [
    /ALERT_(BAD_|UNSUPPORTED_)?CERTIFICATE|ALERT_DECRYPT_ERROR/,
    'it did not accept our certificate; options: {cert}, {key}',
  ],
];

const VERSIONS = 'options: {minVersion}, {maxVersion}';

/** All else. */
const HANDSHAKE: readonly (readonly [RegExp, Words])[] = [
  [
    /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|WRONG_SSL_VERSION/,
    `it speaks no version of TLS that is spoken here; ${VERSIONS}`,
  ],
  [/INAPPROPRIATE_FALLBACK|VERSION_TOO_(LOW|HIGH)/, `it chose a version of TLS that is not spoken here; ${VERSIONS}`],
  [/ALERT_HANDSHAKE_FAILURE/, refused],
  [/INSUFFICIENT_SECURITY/, 'it accepts none of the ciphers offered; option: {ciphers}'],
  [
    /NO_SHARED_CIPHER|NO_CIPHERS_AVAILABLE|WRONG_CIPHER/,
    `there is no cipher in common; options: {ciphers}, {minVersion}, {maxVersion}`,
  ],
  [/NO_PROTOCOLS_AVAILABLE/, `none of the versions that OpenSSL allows here is left; ${VERSIONS}`],
  [
    /NO_SUITABLE_GROUPS|NO_SUITABLE_KEY_SHARE|BAD_KEY_SHARE|WRONG_CURVE|BAD_ECPOINT/,
    'there is no group in common; option: {ecdhCurve}',
  ],
  [/SIGNATURE_(ALGORITHM|TYPE)|NO_SHARED_SIG/, 'there is no signature algorithm in common; option: {sigalgs}'],
  [
    /KEY_TOO_SMALL|KEY_TOO_WEAK|MD_TOO_WEAK/,
    'its key or signature is too weak for this runtime; option: {ciphers} (…:@SECLEVEL=0)',
  ],
  [/UNSAFE_LEGACY_RENEGOTIATION/, 'it is so old that speaking TLS with it is unsafe (no RFC 5746)'],
  [/NO_APPLICATION_PROTOCOL/, 'it does not speak http/1.1 over TLS (ALPN)'],
  [new RegExp(`^${PROTOCOL_FAULT}$`), (_, { message }) => message],
  [/UNRECOGNIZED_NAME/, 'it does not know the name that it was asked for; option: {servername}'],
  [/ALERT_INTERNAL_ERROR/, 'it had an error of its own'],
  [/ECONNRESET|EPIPE/, 'it closed the connection during the handshake'],
];

/** Why a handshake failed. */
export function tlsFailure(cause: Error, occasion: TLSOccasion = UNKNOWN): TLSFailure {
  const code = codeIn(cause);
  const isAlert = ALERT.test(code);
  if (!isAlert && NOT_TLS.test(code)) {
    return { code: 'ERR_TLS_NOT_SPOKEN', why: 'what answers there does not speak TLS; is it an http:// port?' };
  }
  if (code === PIN_FAULT || code === FINGERPRINT_FAULT) {
    const option = code === PIN_FAULT ? '{pins}' : '{fingerprint}';
    return {
      code: 'ERR_TLS_PIN',
      why: named(`its certificate is not the pinned one (${cause.message}); option: ${option}`, occasion),
    };
  }
  const own = isAlert ? null : wordsOf(CERTIFICATE, code, cause, occasion);
  if (own !== null) return { code: 'ERR_TLS_CERTIFICATE', why: `its certificate was not accepted (${own}` };
  const ours = wordsOf(CLIENT_CERTIFICATE, code, cause, occasion);
  if (ours !== null) return { code: 'ERR_TLS_CLIENT_CERTIFICATE', why: ours };
  return { code: 'ERR_TLS', why: wordsOf(HANDSHAKE, code, cause, occasion) ?? reasonOf(cause) };
}

/** What a server says once it has seen the client's certificate, which in TLS 1.3 is after the handshake; null for another fault. */
export function clientCertificateFailure(cause: Error, prefix = ''): TLSFailure | null {
  const why = wordsOf(CLIENT_CERTIFICATE, codeIn(cause), cause, { ...UNKNOWN, prefix });
  return why === null ? null : { code: 'ERR_TLS_CLIENT_CERTIFICATE', why };
}

/** Whether an error comes from TLS, by its code. */
export function isTLSFault(cause: Error): boolean {
  const code = codeIn(cause);
  return /^(ERR_SSL|ERR_TLS|EPROTO)/.test(code) || wordsOf(CERTIFICATE, code, cause, UNKNOWN) !== null;
}

function wordsOf(
  table: readonly (readonly [RegExp, Words])[],
  code: string,
  cause: Error,
  occasion: TLSOccasion,
): string | null {
  const words = table.find(([pattern]) => pattern.test(code))?.[1];
  if (words === undefined) return null;
  return named(typeof words === 'string' ? words : words(occasion, cause), occasion);
}

/** Options as the user knows them. */
function named(words: string, { prefix }: TLSOccasion): string {
  return words.replace(/\{(\w+)\}/g, `${prefix}$1`);
}

function codeIn(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** OpenSSL's own message begins with a thread's number; Node adds advice to some, after a semicolon. */
function reasonOf(cause: Error): string {
  const reason = 'reason' in cause && typeof cause.reason === 'string' ? cause.reason : cause.message;
  return reason.split(';')[0] ?? reason;
}

function expired({ certificate }: TLSOccasion): string {
  const until = dateOf(certificate?.valid_to);
  return `it, or one above it, has expired${until === null ? '' : `: it is valid until ${until}`}); is the clock here right?`;
}

function notYetValid({ certificate }: TLSOccasion): string {
  const from = dateOf(certificate?.valid_from);
  return `it, or one above it, is not valid yet${from === null ? '' : `: it is valid from ${from} on`}); is the clock here right?`;
}

/** As a certificate has it, `Dec 21 12:11:08 2026 GMT`, to the same in ISO 8601. */
function dateOf(text: string | undefined): string | null {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function unknownIssuer({ certificate }: TLSOccasion): string {
  const issuer: unknown = certificate?.issuer?.CN ?? certificate?.issuer?.O;
  const name = typeof issuer === 'string' ? `"${issuer.slice(0, 100).replace(/[^\x20-\x7e]/g, '?')}"` : 'an authority';
  return `it was issued by ${name}, and no chain from there to a trusted authority was sent); option: {ca}`;
}

/** Faults for which Node has no code: a name that an authority may not vouch for, a key that is too short. */
function unspecified(_occasion: TLSOccasion, cause: Error): string {
  const why = reasonOf(cause);
  if (/subtree|constraint/i.test(why)) return `an authority above it may not vouch for its names: ${why})`;
  return /too (weak|small)/i.test(why) ? `${why}); option: {ciphers} (…:@SECLEVEL=0)` : `${why})`;
}

function refused({ hasClientCertificate }: TLSOccasion): string {
  const client = hasClientCertificate ? 'or our certificate is not accepted' : 'or it asks for a client certificate';
  return `it refused the handshake: there is no version, cipher or group in common, ${client}; options: {minVersion}, {maxVersion}, {ciphers}, {ecdhCurve}, {cert}, {key}`;
}
