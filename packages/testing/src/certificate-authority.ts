// Certificates made on the spot, so that no key lies in a repository and none expires. Everything is ECDSA on P-256,
// which takes a millisecond. @peculiar/x509 encodes them: of the two libraries that can sign with one's own authority
// it is the smaller and newer (selfsigned builds on its older major, adds pkijs for twice the size, and sets no key
// identifiers); Node alone can make keys, not certificates. It needs the Reflect metadata API, which reflect-metadata
// adds to the global Reflect. The first call loads both, in some 80 ms, so that importing this package stays cheap.

import { KeyObject, type webcrypto } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate with its key and its authority, all PEM: what `tls.createServer()` and `tls.connect()` take. */
export interface ServerCertificate {
  /** Private key, PKCS #8. */
  readonly key: string;
  /** The certificate. */
  readonly cert: string;
  /** The authority's certificate. */
  readonly ca: string;
}

/** What a certificate is for, and when. */
export interface CertificateChoices {
  /**
   * DNS names, wildcards too, and IP addresses, each a subjectAltName.
   * @default ['localhost', '127.0.0.1', '::1'], and none for a client
   */
  readonly hosts?: readonly string[];
  /**
   * Days of validity from now.
   * @default 1
   */
  readonly days?: number;
  /** Start of validity; by default an hour ago, or an hour before `notAfter`, whichever is earlier. */
  readonly notBefore?: Date;
  /** End of validity, in place of `days`. */
  readonly notAfter?: Date;
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
}

/** A certificate authority of its own, trusted by whoever is given its certificate. */
export interface CertificateAuthority {
  /** Its certificate, PEM: what a client trusts by `tls.connect({ ca })`. */
  readonly certificate: string;
  /**
   * Issues a certificate with a key of its own.
   *
   * @throws {RangeError} when `hosts` is empty for a server, has a name that is not ASCII, or the validity ends before
   * it starts.
   */
  issue(choices?: CertificateChoices): Promise<ServerCertificate>;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
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
export async function createCertificateAuthority(): Promise<CertificateAuthority> {
  const x509 = await loadX509();
  const keys = await generateKeys();
  const name = `CN=urlpool-testing authority ${crypto.randomUUID()}`;
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(Date.now() - 365 * DAY),
    notAfter: new Date(Date.now() + 365 * DAY),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const certificate = root.toString('pem');

  return {
    certificate,
    async issue(choices = {}) {
      const { client = false } = choices;
      const hosts = choices.hosts ?? (client ? [] : ['localhost', '127.0.0.1', '::1']);
      refuseHosts(hosts, client);
      const own = await generateKeys();
      const issued = await x509.X509CertificateGenerator.create({
        subject: [{ CN: [choices.name ?? hosts[0] ?? 'client'] }],
        issuer: name,
        ...validity(choices),
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([client ? CLIENT_AUTH : SERVER_AUTH]),
          ...(hosts.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(hosts.map(generalName))]),
          await x509.SubjectKeyIdentifierExtension.create(own.publicKey),
          await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      const key = KeyObject.from(own.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
      return { key, cert: issued.toString('pem'), ca: certificate };
    },
  };
}

async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata/lite');
  return await import('@peculiar/x509');
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function validity({ notBefore, notAfter, days = 1 }: CertificateChoices): { notBefore: Date; notAfter: Date } {
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
