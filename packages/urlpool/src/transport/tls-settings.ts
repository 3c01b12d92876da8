// How TLS is spoken by a pool: what the user said, checked and made into a context once, since building one for every
// connection costs more than the handshake; and what the pool's connections leave to each other.

import type { SecureContext, SecureContextOptions } from 'node:tls';
import { RequestError } from '../errors/request-error.ts';
import { ownOptions } from '../util/own-options.ts';
import { type CheckedTLS, type CheckServerIdentity, checkedTLS, type TLSOptions } from './tls-options.ts';
import { TLSTickets } from './tls-tickets.ts';

/** What the pools of a manager share: certificates and keys, read once. */
export class TLSContext {
  readonly checked: CheckedTLS;
  /** What stands before the names of options in errors. */
  readonly prefix: string;
  #context: SecureContext | null = null;

  /**
   * @param prefix What stands before the names of options in errors, `proxy.tls.` say.
   * @throws {RequestError} `ERR_INVALID_OPTION` for what cannot be used.
   */
  constructor(options: TLSOptions, prefix = '') {
    this.prefix = prefix;
    this.checked = checkedTLS(options, prefix);
    // What does not go together is refused now, not when the first connection is opened.
    if (this.checked.context !== null) this.#context = this.#make(this.checked.context);
  }

  get secureContext(): SecureContext {
    this.#context ??= this.#make({});
    return this.#context;
  }

  #make(options: SecureContextOptions): SecureContext {
    try {
      return process.getBuiltinModule('node:tls').createSecureContext(ownOptions(options));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const names = Object.keys(options).map((name) => this.prefix + name);
      throw new RequestError(`Cannot use the TLS options ${names.join(', ')} together: ${why}`, {
        code: 'ERR_INVALID_OPTION',
        phase: 'request',
        cause,
      });
    }
  }
}

/** The TLS of one pool: its options, and the sessions that its next handshakes may resume. */
export class TLSSettings {
  readonly rejectUnauthorized: boolean;
  readonly servername: string | null;
  readonly checkServerIdentity: CheckServerIdentity | null;
  readonly hasClientCertificate: boolean;
  readonly tickets: TLSTickets = new TLSTickets();
  readonly #context: TLSContext;

  constructor(options: TLSOptions, context: TLSContext) {
    this.rejectUnauthorized = options.rejectUnauthorized ?? true;
    this.servername = options.servername ?? null;
    this.checkServerIdentity = options.checkServerIdentity ?? null;
    this.hasClientCertificate = options.cert !== undefined || options.pfx !== undefined;
    this.#context = context;
  }

  get context(): SecureContext {
    return this.#context.secureContext;
  }

  get checked(): CheckedTLS {
    return this.#context.checked;
  }

  /** What stands before the names of options in errors. */
  get prefix(): string {
    return this.#context.prefix;
  }
}
