// What a user may say about TLS, and whether it can be used: each wrong value is told when the pool is made, by the name
// of its option, and not by OpenSSL when the first connection is opened. OpenSSL itself passes over much of what it does
// not know (a cipher in a list, a certificate in another format), so that it would simply not be there.

import type { PeerCertificate, SecureContextOptions, SecureVersion } from 'node:tls';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkFlag, checkFunction } from '../errors/option-values.ts';
import { ownOptions } from '../util/own-options.ts';
import { type AddedAuthorities, authorities } from './tls-authorities.ts';
import {
  CLIENT_CERTIFICATE_NAMES,
  type ClientCertificateOptions,
  clientCertificate,
} from './tls-client-certificate.ts';
import { keyLogPath } from './tls-key-log.ts';
import type { PEM } from './tls-pem.ts';
import { type PinOption, pinsOf } from './tls-pins.ts';
import { checkServerName } from './tls-server-name.ts';

/** Judges a certificate by rules of the caller's: an Error refuses it. */
export type CheckServerIdentity = (host: string, certificate: PeerCertificate) => Error | undefined;

/** TLS options of a manager, a pool, a request, or of a proxy (`proxy.tls`). */
export interface TLSOptions extends ClientCertificateOptions {
  /** Certificate authorities to trust in place of the runtime's own, or an object: besides them. @default the runtime's own */
  readonly ca?: PEM | AddedAuthorities | undefined;
  /** Whether a certificate that does not verify, or is for another host, ends the connection. @default true */
  readonly rejectUnauthorized?: boolean | undefined;
  /** The name to send (SNI) and to verify, in place of the origin's host. */
  readonly servername?: string | undefined;
  /** Judges the server's certificate in place of the comparison of names; keep it in a variable: another function is another pool. */
  readonly checkServerIdentity?: CheckServerIdentity | undefined;
  /** Public keys of which the server's must be one, each `sha256/` and the hash of its SPKI in base64. Holds without `rejectUnauthorized` too. */
  readonly pins?: PinOption | undefined;
  /** SHA-256 of the certificate that the server must have, 64 hexadecimal digits, or several. Holds without `rejectUnauthorized` too. */
  readonly fingerprint?: PinOption | undefined;
  /** The oldest version to speak. @default the runtime's, TLSv1.2 */
  readonly minVersion?: SecureVersion | undefined;
  /** The newest version to speak. @default the runtime's, TLSv1.3 */
  readonly maxVersion?: SecureVersion | undefined;
  /** Ciphers to offer, as OpenSSL lists them. @default the runtime's */
  readonly ciphers?: string | undefined;
  /** Groups for the key exchange, e.g. `X25519:P-256`. @default the runtime's */
  readonly ecdhCurve?: string | undefined;
  /** Signature algorithms to accept, e.g. `ecdsa_secp256r1_sha256:RSA-PSS+SHA256`. @default the runtime's */
  readonly sigalgs?: string | undefined;
  /** A file to add the secrets of each connection to, for Wireshark; true for the one that SSLKEYLOGFILE names, if any. @default nothing is written */
  readonly keyLog?: string | boolean | undefined;
}

/** Their names. */
export const TLS_OPTION_NAMES: readonly (keyof TLSOptions)[] = [
  ...CLIENT_CERTIFICATE_NAMES,
  'ca',
  'checkServerIdentity',
  'ciphers',
  'ecdhCurve',
  'fingerprint',
  'keyLog',
  'maxVersion',
  'minVersion',
  'pins',
  'rejectUnauthorized',
  'servername',
  'sigalgs',
];

/** TLS options, checked and read. */
export interface CheckedTLS {
  /** What a context is made of; null where the runtime's own will do. */
  readonly context: SecureContextOptions | null;
  /** Hashes of keys, in base64; null for any. */
  readonly pins: readonly string[] | null;
  /** Hashes of certificates, as Node writes them; null for any. */
  readonly fingerprints: readonly string[] | null;
  /** A file for secrets; null for none. */
  readonly keyLog: string | null;
}

/**
 * Checks TLS options.
 *
 * @param prefix What stands before their names in errors, `proxy.tls.` say.
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function checkedTLS(options: TLSOptions, prefix: string): CheckedTLS {
  if (prefix !== '') checkNames(prefix.slice(0, -1), options, TLS_OPTION_NAMES);
  checkFlag(`${prefix}rejectUnauthorized`, options.rejectUnauthorized);
  checkFunction(`${prefix}checkServerIdentity`, options.checkServerIdentity);
  checkServerName(`${prefix}servername`, options.servername);
  const context: SecureContextOptions = {
    ...authorities(`${prefix}ca`, options.ca),
    ...clientCertificate(prefix, options),
    ...versions(prefix, options),
    ...lists(prefix, options),
  };
  return {
    context: Object.keys(context).length === 0 ? null : context,
    pins: pinsOf('key', `${prefix}pins`, options.pins),
    fingerprints: pinsOf('certificate', `${prefix}fingerprint`, options.fingerprint),
    keyLog: keyLogPath(`${prefix}keyLog`, options.keyLog),
  };
}

const VERSIONS: readonly unknown[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

function versions(prefix: string, { minVersion, maxVersion }: TLSOptions): SecureContextOptions {
  if (minVersion === undefined && maxVersion === undefined) return {};
  const want = "give 'TLSv1', 'TLSv1.1', 'TLSv1.2' or 'TLSv1.3'";
  const { DEFAULT_MIN_VERSION, DEFAULT_MAX_VERSION } = process.getBuiltinModule('node:tls');
  const [min, max] = [minVersion ?? DEFAULT_MIN_VERSION, maxVersion ?? DEFAULT_MAX_VERSION];
  if (!VERSIONS.includes(min)) throw invalidOption(`${prefix}minVersion`, min, want);
  if (!VERSIONS.includes(max)) throw invalidOption(`${prefix}maxVersion`, max, want);
  if (VERSIONS.indexOf(min) > VERSIONS.indexOf(max)) {
    if (minVersion === undefined) {
      throw invalidOption(`${prefix}maxVersion`, max, `the runtime's minVersion is ${min}: give an older one with it`);
    }
    throw invalidOption(`${prefix}minVersion`, min, `it is newer than maxVersion, which is ${max}`);
  }
  return { minVersion: min, maxVersion: max };
}

const LISTS = [
  ['ciphers', 'ciphers', /[:, ]+/],
  ['ecdhCurve', 'groups', /:/],
  ['sigalgs', 'signature algorithms', /:/],
] as const;

function lists(prefix: string, options: TLSOptions): SecureContextOptions {
  const given: SecureContextOptions = {};
  for (const [name, what, separator] of LISTS) {
    const value = options[name];
    if (value === undefined) continue;
    if (typeof value !== 'string' || value === '') {
      throw invalidOption(prefix + name, value, `give ${what} as OpenSSL lists them, separated by ":"`);
    }
    // What is taken out of a list may be unknown, as it then is not in it.
    const unknown = value
      .split(separator)
      .find((one) => one !== '' && !/^[!+@-]/.test(one) && !isKnown({ [name]: one }));
    if (unknown !== undefined) {
      throw invalidOption(prefix + name, value, `this runtime's OpenSSL knows no ${what} of the name "${unknown}"`);
    }
    if (!isKnown({ [name]: value })) {
      throw invalidOption(prefix + name, value, `this runtime's OpenSSL finds no ${what} in it`);
    }
    given[name] = value;
  }
  return given;
}

/** Nothing but a context can tell. */
function isKnown(options: SecureContextOptions): boolean {
  try {
    process.getBuiltinModule('node:tls').createSecureContext(ownOptions({ ca: [], ...options }));
    return true;
  } catch {
    return false;
  }
}
