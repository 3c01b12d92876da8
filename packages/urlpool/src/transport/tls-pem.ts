// PEM (RFC 7468), as options hold it.

import type { X509Certificate } from 'node:crypto';
import { invalidSecret } from '../errors/invalid-option.ts';

/** PEM, as text or bytes, or several of them. */
export type PEM = string | Uint8Array | readonly (string | Uint8Array)[];

/**
 * Refuses what is no PEM of that kind: OpenSSL passes over what it cannot read.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function checkPEM(option: string, pem: unknown, label: 'CERTIFICATE' | 'KEY'): asserts pem is PEM {
  const items: readonly unknown[] = Array.isArray(pem) ? pem : [pem];
  const isGood = items.every((item) => {
    if (typeof item !== 'string' && !(item instanceof Uint8Array)) return false;
    const text = textOf(item);
    return /-----BEGIN ([A-Z0-9 ]+)-----/.test(text) && text.includes(`${label}-----`);
  });
  if (isGood && items.length > 0) return;
  const isPath = typeof pem === 'string' && /^[^\n]{1,1000}\.(pem|crt|cer|key|der|p12|pfx)$/i.test(pem);
  const hint = isPath ? '; what is in the file, not its name' : '';
  throw invalidSecret(option, pem, `give PEM: text with "-----BEGIN … ${label}-----"${hint}`);
}

/** Each of several, as OpenSSL's face in Node takes them. */
export function pemList(pem: PEM): (string | Buffer)[] {
  const list: readonly (string | Uint8Array)[] = typeof pem === 'string' || pem instanceof Uint8Array ? [pem] : pem;
  return list.map((item) => (typeof item === 'string' ? item : Buffer.from(item)));
}

/**
 * The certificates in it, item by item.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION` for one that cannot be read.
 */
export function certificatesIn(option: string, pem: PEM): X509Certificate[][] {
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  let count = 0;
  return pemList(pem).map((item) => {
    const blocks = textOf(item).match(BLOCK) ?? [];
    return blocks.map((block) => {
      count++;
      try {
        return new X509Certificate(block);
      } catch {
        throw invalidSecret(option, pem, `certificate ${count} in it cannot be read; is it whole?`);
      }
    });
  });
}

const BLOCK = /-----BEGIN (X509 )?CERTIFICATE-----[\s\S]*?(-----END (X509 )?CERTIFICATE-----|$)/g;

function textOf(item: string | Uint8Array): string {
  return typeof item === 'string'
    ? item
    : Buffer.from(item.buffer, item.byteOffset, item.byteLength).toString('latin1');
}
