import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface Certificate {
  readonly keyFile: string;
  readonly certificateFile: string;
  /** The certificate in PEM: self-signed, it is its own authority. */
  readonly ca: string;
}

/** The name in the certificate beside the address: for a client that is to send a name in its ClientHello. */
export const CERTIFICATE_NAME = 'localhost';

/** A self-signed P-256 certificate for 127.0.0.1 and localhost, or null where the openssl command is missing. */
export function makeCertificate(directory: string): Certificate | null {
  const keyFile = path.join(directory, 'key.pem');
  const certificateFile = path.join(directory, 'certificate.pem');
  const made = spawnSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
      // As an authority it could be no server's certificate to rustls, which Deno uses.
      .concat(['-addext', 'basicConstraints=critical,CA:FALSE'])
      .concat(['-subj', '/CN=127.0.0.1', '-addext', `subjectAltName=IP:127.0.0.1,DNS:${CERTIFICATE_NAME}`])
      .concat(['-keyout', keyFile, '-out', certificateFile]),
    { encoding: 'utf8' },
  );
  if (made.error !== undefined) return null;
  if (made.status !== 0) throw new Error(`openssl made no certificate: ${made.stderr}`);
  return { keyFile, certificateFile, ca: readFileSync(certificateFile, 'utf8') };
}
