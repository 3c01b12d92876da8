// Certificates made on the spot, so that no key lies in a repository and none expires. Keys are ECDSA on P-256, which takes
// a millisecond, unless RSA is asked for, which takes a hundred. @peculiar/x509 encodes them: of the two libraries that can sign with one's own authority
// it is the smaller and newer (selfsigned builds on its older major, adds pkijs for twice the size, and sets no key
// identifiers); Node alone can make keys, not certificates. It needs the Reflect metadata API, which reflect-metadata
// adds to the global Reflect. The first call loads both, in some 80 ms, so that importing this package stays cheap.

import { KeyObject, type webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { NAME_CONSTRAINTS, type NameConstraints, nameConstraints } from './name-constraints.ts';

/** A certificate with its key and its authority, all PEM: what `tls.createServer()` and `tls.connect()` take. */
export interface ServerCertificate {
  /** Private key, PKCS #8. */
  readonly key: string;
  /** The certificate, and those of the authorities between it and `ca`. */
  readonly cert: string;
  /** The certificate of the authority at the root. */
  readonly ca: string;
}

/** From when until when a certificate is valid. */
export interface Validity {
  /**
   * Days of validity from now.
   * @default 1, of an authority 365
   */
  readonly days?: number;
  /** Start of validity; by default an hour ago, or an hour before `notAfter`, whichever is earlier. */
  readonly notBefore?: Date;
  /** End of validity, in place of `days`. */
  readonly notAfter?: Date;
}

/** What keys are made with. */
export interface KeyChoices {
  /**
   * ECDSA on P-256, or RSA with 2048 bits.
   * @default 'ec'
   */
  readonly algorithm?: 'ec' | 'rsa';
}

/** What a certificate is for, and when. */
export interface CertificateChoices extends Validity, KeyChoices {
  /**
   * DNS names, wildcards too, and IP addresses, each a subjectAltName.
   * @default ['localhost', '127.0.0.1', '::1'], and none for a client
   */
  readonly hosts?: readonly string[];
  /**
   * For a client (clientAuth) and not for a server (serverAuth).
   * @default false
   */
  readonly client?: boolean;
  /**
   * Common name. No client of today checks a server's; it is there to tell certificates apart.
   * @default the first host, or 'client'
   */
  readonly name?: string;
  /**
   * Only the common name, and no subjectAltName: what clients must not take for the name of a server.
   * @default false
   */
  readonly commonNameOnly?: boolean;
}

/** What an authority may do, and when. */
export interface AuthorityChoices extends Validity, KeyChoices, NameConstraints {
  /**
   * Common name.
   * @default one that no other authority has
   */
  readonly name?: string;
  /**
   * How many authorities there may be between it and a certificate; null for any number.
   * @default null
   */
  readonly pathLength?: number | null;
  /**
   * Whether it may sign certificates (keyUsage keyCertSign).
   * @default true
   */
  readonly maySign?: boolean;
}

/** A certificate authority of its own, trusted by whoever is given its certificate. */
export interface CertificateAuthority {
  /** Its certificate, PEM: what a client trusts by `tls.connect({ ca })`, if it is one at the root. */
  readonly certificate: string;
  /**
   * Issues a certificate with a key of its own.
   *
   * @throws {RangeError} when `hosts` is empty for a server, has a name that is not ASCII, or the validity ends before
   * it starts.
   */
  issue(choices?: CertificateChoices): Promise<ServerCertificate>;
  /** Makes an authority below it. */
  intermediate(choices?: AuthorityChoices): Promise<CertificateAuthority>;
  /**
   * Signs the name and key of another authority: what that one issues then has a second way to a root.
   *
   * @returns The certificate, PEM.
   */
  crossSign(other: CertificateAuthority, choices?: AuthorityChoices): Promise<string>;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ALGORITHMS = {
  ec: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
};
/** RFC 5280 §4.2.1.12. */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/**
 * Makes a fresh authority, with a name that no other has.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { once } from 'node:events';
 * import { connect } from 'node:tls';
 * import { createCertificateAuthority, ScriptedServer } from 'urlpool-testing';
 *
 * const authority = await createCertificateAuthority();
 * const tls = await authority.issue({ hosts: ['localhost'] });
 * const server = await ScriptedServer.start({ tls }, () => {});
 * const socket = connect({ port: server.port, host: 'localhost', ca: authority.certificate });
 * await once(socket, 'secureConnect');
 * assert.equal(socket.authorized, true);
 * socket.destroy();
 * await server.close();
 * ```
 */
export async function createCertificateAuthority(choices: AuthorityChoices = {}): Promise<CertificateAuthority> {
  const signer = await signerFor(choices);
  const root = await authorityCertificate(signer, signer, choices, new Date(Date.now() - 365 * DAY));
  return authorityOf({ ...signer, root, chain: '' }, root);
}

/** Makes a certificate that no authority has signed but its own key: `ca` is the certificate itself. */
export async function createSelfSigned(choices: CertificateChoices = {}): Promise<ServerCertificate> {
  const { name = choices.hosts?.[0] ?? 'localhost', algorithm = 'ec' } = choices;
  const keys = await generateKeys(ALGORITHMS[algorithm]);
  const signer = { name, keys, algorithm: ALGORITHMS[algorithm], root: '', chain: '' };
  const { key, cert } = await issueBy(signer, { ...choices, name }, keys);
  return { key, cert, ca: cert };
}

/** A name, and the key that signs in it. */
interface Signer {
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly algorithm: KeyAlgorithm;
}

/** A signer, the root that it comes from, and the certificates in between, its own included. */
interface Issuer extends Signer {
  readonly root: string;
  readonly chain: string;
}

type KeyAlgorithm = (typeof ALGORITHMS)[keyof typeof ALGORITHMS];

/** What signs in the name of an authority: nobody else sees its key. */
const signers = new WeakMap<CertificateAuthority, Signer>();

async function signerFor(choices: AuthorityChoices): Promise<Signer> {
  const { name = `urlpool-testing authority ${crypto.randomUUID()}`, algorithm = 'ec' } = choices;
  return { name, keys: await generateKeys(ALGORITHMS[algorithm]), algorithm: ALGORITHMS[algorithm] };
}

function authorityOf(issuer: Issuer, certificate: string): CertificateAuthority {
  const authority: CertificateAuthority = {
    certificate,
    issue: (choices = {}) => issueBy(issuer, choices),
    async intermediate(choices = {}) {
      const signer = await signerFor(choices);
      const own = await authorityCertificate(signer, issuer, choices);
      return authorityOf({ ...signer, root: issuer.root, chain: own + issuer.chain }, own);
    },
    async crossSign(other, choices = {}) {
      const signer = signers.get(other);
      if (signer === undefined) throw new TypeError('Cannot sign an authority that was not made here');
      return await authorityCertificate(signer, issuer, choices);
    },
  };
  signers.set(authority, issuer);
  return authority;
}

/** The certificate of an authority, signed by another or by itself. */
async function authorityCertificate(
  subject: Signer,
  issuer: Signer,
  choices: AuthorityChoices,
  start?: Date,
): Promise<string> {
  const x509 = await loadX509();
  const { pathLength = null, maySign = true, permitted = [], excluded = [], days = 365 } = choices;
  const usages = x509.KeyUsageFlags.cRLSign | (maySign ? x509.KeyUsageFlags.keyCertSign : 0);
  const isConstrained = permitted.length + excluded.length > 0;
  const constraints = nameConstraints({ permitted, excluded });
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [subject.name] }],
    issuer: [{ CN: [issuer.name] }],
    ...validity({ ...(start === undefined ? {} : { notBefore: start }), ...choices, days }),
    publicKey: subject.keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: issuer.algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, pathLength ?? undefined, true),
      new x509.KeyUsagesExtension(usages, true),
      ...(isConstrained ? [new x509.Extension(NAME_CONSTRAINTS, true, new Uint8Array(constraints))] : []),
      await x509.SubjectKeyIdentifierExtension.create(subject.keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

async function issueBy(
  issuer: Issuer,
  choices: CertificateChoices,
  keys?: webcrypto.CryptoKeyPair,
): Promise<ServerCertificate> {
  const x509 = await loadX509();
  const { client = false, algorithm = 'ec', commonNameOnly = false } = choices;
  const hosts = choices.hosts ?? (client ? [] : ['localhost', '127.0.0.1', '::1']);
  refuseHosts(hosts, client);
  const own = keys ?? (await generateKeys(ALGORITHMS[algorithm]));
  const hasAltNames = hosts.length > 0 && !commonNameOnly;
  const issued = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [choices.name ?? hosts[0] ?? 'client'] }],
    issuer: [{ CN: [issuer.name] }],
    ...validity(choices),
    publicKey: own.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: issuer.algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([client ? CLIENT_AUTH : SERVER_AUTH]),
      ...(hasAltNames ? [new x509.SubjectAlternativeNameExtension(hosts.map(generalName))] : []),
      await x509.SubjectKeyIdentifierExtension.create(own.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
    ],
  });
  const key = KeyObject.from(own.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { key, cert: `${issued.toString('pem')}\n${issuer.chain}`, ca: issuer.root };
}

async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata/lite');
  return await import('@peculiar/x509');
}

function generateKeys(algorithm: KeyAlgorithm): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function validity({ notBefore, notAfter, days = 1 }: Validity): { notBefore: Date; notAfter: Date } {
  const end = notAfter ?? new Date(Date.now() + days * DAY);
  const start = notBefore ?? new Date(Math.min(Date.now(), end.getTime()) - HOUR);
  if (!(start < end)) {
    throw new RangeError(`Cannot issue a certificate valid from ${String(start)} until ${String(end)}`);
  }
  return { notBefore: start, notAfter: end };
}

function refuseHosts(hosts: readonly string[], client: boolean): void {
  if (hosts.length === 0 && !client) throw new RangeError('Cannot issue a server certificate for no hosts');
  for (const host of hosts) {
    if (!/^[\x21-\x7e]+$/.test(host)) throw new RangeError(`Cannot issue a certificate for ${JSON.stringify(host)}`);
  }
}

function generalName(host: string): { type: 'ip' | 'dns'; value: string } {
  return { type: isIP(host) === 0 ? 'dns' : 'ip', value: host };
}
