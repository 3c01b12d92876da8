// PKCS #12, which Node reads but does not write: the command openssl does.

import { execFileSync } from 'node:child_process';
import type { ServerCertificate } from './certificate-authority.ts';

/** How it is made. */
export interface PFXChoices {
  /**
   * What it is encrypted with.
   * @default '' (which some readers take for none at all)
   */
  readonly passphrase?: string;
  /**
   * Encrypted as OpenSSL 1 did (RC2-40), which OpenSSL 3 does not read.
   * @default false
   */
  readonly legacy?: boolean;
}

/**
 * A certificate, its chain and its key as PKCS #12, what `tls.connect({ pfx })` takes.
 *
 * @throws {Error} where there is no command openssl.
 */
export function toPFX({ key, cert }: Pick<ServerCertificate, 'key' | 'cert'>, choices: PFXChoices = {}): Buffer {
  const { passphrase = '', legacy = false } = choices;
  const options = ['pkcs12', '-export', ...(legacy ? ['-legacy'] : []), '-passout', 'env:URLPOOL_PASSPHRASE'];
  return execFileSync('openssl', options, {
    input: `${key}\n${cert}`,
    env: { ...process.env, URLPOOL_PASSPHRASE: passphrase },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}
