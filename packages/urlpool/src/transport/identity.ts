// Whether a certificate is the one of the host that was asked for (RFC 9110 §4.3.4).

import { isIPv6 } from 'node:net';
import type { PeerCertificate } from 'node:tls';

/**
 * Why `certificate` does not name `host`, a name or an address; undefined where it does.
 *
 * An IPv6 address is compared by OpenSSL: `tls.checkServerIdentity` of Node 22.23 takes it for a name.
 */
export function identityError(host: string, certificate: PeerCertificate): Error | undefined {
  if (isIPv6(host)) {
    const { X509Certificate } = process.getBuiltinModule('node:crypto');
    if (new X509Certificate(certificate.raw).checkIP(host) !== undefined) return undefined;
  }
  return process.getBuiltinModule('node:tls').checkServerIdentity(host, certificate);
}
