// Whether a certificate is the one of the host that was asked for (RFC 9110 §4.3.4), by RFC 9525: only what stands in
// its subjectAltName counts, never the common name; a wildcard is the whole first label and stands for one label; an
// address is compared with addresses alone. OpenSSL compares. `tls.checkServerIdentity` of Node is not asked: it takes a
// common name where no other name is there, and an IPv6 address, in Node 22.23, for a name.

import { isIP } from 'node:net';
import { withoutRoot } from './tls-server-name.ts';

/** What is asked of a certificate: an X509Certificate of node:crypto. */
export interface NamedCertificate {
  readonly subjectAltName: string | undefined;
  checkHost(name: string, options: object): string | undefined;
  checkIP(address: string): string | undefined;
}

const RULES = { subject: 'never', wildcards: true, partialWildcards: false, multiLabelWildcards: false };

/** Why `certificate` is not for `host`, a name or an address, as a clause about it; null where it is. */
export function identityFault(host: string, certificate: NamedCertificate): string | null {
  const isAddress = isIP(host) !== 0;
  const found = isAddress ? certificate.checkIP(host) : certificate.checkHost(withoutRoot(host), RULES);
  if (found !== undefined) return null;
  const { subjectAltName } = certificate;
  const names = subjectAltName === undefined ? 'names no host: a common name does not count' : shown(subjectAltName);
  return `it is not for "${host}": it ${subjectAltName === undefined ? names : `is for ${names}`}`;
}

/** Anybody may have written them: bounded, and with nothing in them that a terminal obeys. */
function shown(names: string): string {
  const text = names.replace(/[^\x20-\x7e]/g, '?');
  return text.length > 200 ? `${text.slice(0, 200)} …` : text;
}
