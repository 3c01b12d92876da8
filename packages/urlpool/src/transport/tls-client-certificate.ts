// The client's own certificate and its key, as PEM or as PKCS #12 (RFC 7292).

import type { KeyObject, X509Certificate } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import { invalidSecret } from '../errors/invalid-option.ts';
import { ownOptions } from '../util/own-options.ts';
import { certificatesIn, checkPEM, type PEM, pemList } from './tls-pem.ts';

/** The client's own certificate. */
export interface ClientCertificateOptions {
  /** The client's own certificate, and those between it and its authority. */
  readonly cert?: PEM | undefined;
  /** The key of `cert`. */
  readonly key?: PEM | undefined;
  /** The client's certificate, chain and key as PKCS #12, in place of `cert` and `key`. */
  readonly pfx?: Uint8Array | undefined;
  /** What `key` or `pfx` is encrypted with. */
  readonly passphrase?: string | undefined;
}

/** Their names: another one of them is another client, so that they are replaced as one. */
export const CLIENT_CERTIFICATE_NAMES: readonly (keyof ClientCertificateOptions)[] = [
  'cert',
  'key',
  'passphrase',
  'pfx',
];

/**
 * What a context is given; nothing where the client has no certificate.
 *
 * OpenSSL compares a key with a certificate of its own kind alone: with one of another kind it would keep both, and show
 * the server neither. So they are compared here.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function clientCertificate(prefix: string, options: ClientCertificateOptions): SecureContextOptions {
  const { cert, key, pfx, passphrase } = options;
  if (passphrase !== undefined && typeof passphrase !== 'string') {
    throw invalidSecret(`${prefix}passphrase`, passphrase, 'give a text');
  }
  if (pfx !== undefined) return fromPFX(prefix, options, pfx);
  if (cert === undefined && key === undefined) {
    if (passphrase === undefined) return {};
    throw invalidSecret(`${prefix}passphrase`, passphrase, 'it needs a key or a pfx that it is for');
  }
  if (cert === undefined) throw invalidSecret(`${prefix}key`, key, 'it needs cert, the certificate that it is for');
  checkPEM(`${prefix}cert`, cert, 'CERTIFICATE');
  if (key === undefined) throw invalidSecret(`${prefix}cert`, cert, 'it needs its key; option: key');
  checkPEM(`${prefix}key`, key, 'KEY');
  const own = certificatesIn(`${prefix}cert`, cert).flatMap(([first]) => (first === undefined ? [] : [first]));
  const keys = pemList(key).map((one) => readKey(prefix, one, passphrase));
  if (!arePairs(own, keys)) {
    const many = own.length > 1 || keys.length > 1;
    const want = many ? 'give one for each certificate in cert' : 'it is not the key of cert, of its first certificate';
    throw invalidSecret(`${prefix}key`, key, want);
  }
  return { cert: pemList(cert), key: pemList(key), ...(passphrase === undefined ? {} : { passphrase }) };
}

function arePairs(own: readonly X509Certificate[], keys: readonly KeyObject[]): boolean {
  return keys.length === own.length && own.every((one) => keys.some((key) => one.checkPrivateKey(key)));
}

function readKey(prefix: string, pem: string | Buffer, passphrase: string | undefined): KeyObject {
  const { createPrivateKey } = process.getBuiltinModule('node:crypto');
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    const isEncrypted = pem.includes('ENCRYPTED');
    if (isEncrypted && passphrase === undefined) {
      throw invalidSecret(`${prefix}key`, pem, 'it is encrypted; option: passphrase');
    }
    if (isEncrypted) throw invalidSecret(`${prefix}passphrase`, passphrase, 'key cannot be decrypted with it');
    throw invalidSecret(`${prefix}key`, pem, 'it cannot be read as a private key; is it whole?');
  }
}

function fromPFX(
  prefix: string,
  { cert, key, passphrase }: ClientCertificateOptions,
  given: unknown,
): SecureContextOptions {
  const option = `${prefix}pfx`;
  if (!(given instanceof Uint8Array)) throw invalidSecret(option, given, 'give the bytes of a PKCS #12 file');
  if (cert !== undefined || key !== undefined) {
    throw invalidSecret(option, given, 'it stands for cert and key: leave them out');
  }
  const own = { pfx: Buffer.from(given), ...(passphrase === undefined ? {} : { passphrase }) };
  try {
    process.getBuiltinModule('node:tls').createSecureContext(ownOptions({ ca: [], ...own }));
    return own;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    if (/mac verify/i.test(why)) {
      if (passphrase === undefined) throw invalidSecret(option, given, 'it is encrypted; option: passphrase');
      throw invalidSecret(`${prefix}passphrase`, passphrase, 'pfx cannot be decrypted with it');
    }
    if (/unsupported/i.test(why)) {
      throw invalidSecret(option, given, 'it is encrypted in an old way that OpenSSL 3 does not read: export it anew');
    }
    if (/private key/i.test(why)) throw invalidSecret(option, given, 'there is no private key in it');
    if (/certificate/i.test(why)) throw invalidSecret(option, given, 'there is no certificate in it');
    throw invalidSecret(option, given, 'it cannot be read as a PKCS #12 file; is it whole, and not PEM?');
  }
}
