// How TLS is spoken to an origin: what the user says, checked and made into a context once per pool, since building one
// for every connection costs more than the handshake.

import type { SecureContext } from 'node:tls';
import { invalidOption, invalidSecret } from '../errors/invalid-option.ts';
import { checkFlag } from '../errors/option-values.ts';
import { RequestError } from '../errors/request-error.ts';

/** PEM, as text or bytes, or several of them. */
export type PEM = string | Uint8Array | readonly (string | Uint8Array)[];

/** TLS options of a manager or a pool. */
export interface TLSOptions {
  /** Certificate authorities to trust in place of the runtime's own. */
  readonly ca?: PEM | undefined;
  /** The client's own certificate chain. */
  readonly cert?: PEM | undefined;
  /** The key of `cert`. */
  readonly key?: PEM | undefined;
  /** Whether a certificate that does not verify ends the connection. @default true */
  readonly rejectUnauthorized?: boolean | undefined;
  /** The name to send (SNI) and to verify, in place of the origin's host. */
  readonly servername?: string | undefined;
}

/** What the pools of a manager share: certificates and keys, read once. */
export class TLSContext {
  readonly #options: TLSOptions;
  #context: SecureContext | null = null;

  /** @throws {RequestError} `ERR_INVALID_OPTION` for a certificate or key that cannot be read. */
  constructor(options: TLSOptions) {
    const { rejectUnauthorized, servername } = options;
    checkFlag('rejectUnauthorized', rejectUnauthorized);
    if (servername !== undefined && (typeof servername !== 'string' || servername === '')) {
      throw invalidOption('servername', servername, 'give a host name');
    }
    checkPEM('ca', options.ca, 'CERTIFICATE');
    checkPEM('cert', options.cert, 'CERTIFICATE');
    checkPEM('key', options.key, 'KEY');
    this.#options = options;
    // What cannot be read is refused now, not when the first connection is opened.
    if (options.ca !== undefined || options.cert !== undefined || options.key !== undefined) void this.secureContext;
  }

  get secureContext(): SecureContext {
    if (this.#context !== null) return this.#context;
    const { ca, cert, key } = this.#options;
    const { createSecureContext } = process.getBuiltinModule('node:tls');
    try {
      this.#context = createSecureContext({
        ...(ca === undefined ? {} : { ca: buffers(ca) }),
        ...(cert === undefined ? {} : { cert: buffers(cert) }),
        ...(key === undefined ? {} : { key: buffers(key) }),
      });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new RequestError(`Cannot use the TLS options ca, cert and key: ${why}`, {
        code: 'ERR_INVALID_OPTION',
        phase: 'request',
        cause,
      });
    }
    return this.#context;
  }
}

/** The TLS of one pool: its options, and the last session, which the next handshake resumes. */
export class TLSSettings {
  readonly rejectUnauthorized: boolean;
  readonly servername: string | null;
  /** The latest ticket of the server; null before the first, or where resuming failed. */
  session: Buffer | null = null;
  readonly #context: TLSContext;

  constructor(options: TLSOptions, context: TLSContext) {
    this.rejectUnauthorized = options.rejectUnauthorized ?? true;
    this.servername = options.servername ?? null;
    this.#context = context;
  }

  get context(): SecureContext {
    return this.#context.secureContext;
  }
}

/** OpenSSL passes over what it cannot read, so that a certificate in another format would simply not be there. */
function checkPEM(name: string, pem: PEM | undefined, label: 'CERTIFICATE' | 'KEY'): void {
  if (pem === undefined) return;
  const items: readonly unknown[] = Array.isArray(pem) ? pem : [pem];
  const good = items.every((item) => {
    if (typeof item !== 'string' && !(item instanceof Uint8Array)) return false;
    const text = typeof item === 'string' ? item : Buffer.from(item).toString('latin1');
    return /-----BEGIN ([A-Z0-9 ]+)-----/.test(text) && text.includes(`${label}-----`);
  });
  if (!good || items.length === 0) throw invalidSecret(name, pem, `give PEM: text with "-----BEGIN … ${label}-----"`);
}

function buffers(pem: PEM): (string | Buffer)[] {
  const list: readonly (string | Uint8Array)[] = typeof pem === 'string' || pem instanceof Uint8Array ? [pem] : pem;
  return list.map((item) => (typeof item === 'string' ? item : Buffer.from(item)));
}
