// A mock server's port: how it is asked for, and what a test is given of it.

import { createCertificateAuthority } from '../certificate-authority.ts';
import type { ScriptedServer, ScriptedServerOptions, ServerTls } from '../scripted-server.ts';
import { checkNames } from './check-names.ts';

/** How a mock server listens. */
export interface ListenOptions {
  /** Serve https: by a certificate of an authority made for it, or by this one. @default false */
  readonly tls?: boolean | ServerTls;
  /** Address to listen on, of this machine. @default '127.0.0.1' */
  readonly host?: string;
  /**
   * The origin that it stands for: what comes is taken as if it had been asked for there. By default the one that the
   * request's Host names.
   */
  readonly as?: string;
}

/** A mock server's port. */
export class MockListener implements AsyncDisposable {
  /** `http://127.0.0.1:1234`, or `https://localhost:1234`. */
  readonly origin: string;
  readonly port: number;
  /** What clients must trust, PEM; null without TLS. */
  readonly ca: string | null;
  readonly #server: ScriptedServer;

  /** Made by the mock server. */
  constructor(server: ScriptedServer, ca: string | null) {
    this.#server = server;
    this.origin = server.origin;
    this.port = server.port;
    this.ca = ca;
  }

  /** Stops listening; the mock closes it too. */
  close(): Promise<void> {
    return this.#server.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Checks the options, and makes a certificate where one is asked for.
 *
 * @throws {TypeError}
 */
export async function listenerOptions(
  options: ListenOptions,
): Promise<{ readonly server: ScriptedServerOptions; readonly as: string | null; readonly ca: string | null }> {
  checkNames('the options of listen()', options, ['tls', 'host', 'as']);
  const { tls = false, host, as } = options;
  const origin = as === undefined ? null : originOf(as);
  const given = tls === true ? await certificateFor(origin) : tls === false ? null : tls;
  return {
    server: { ...(host === undefined ? {} : { host }), ...(given === null ? {} : { tls: given }) },
    as: origin,
    ca: given?.ca ?? null,
  };
}

async function certificateFor(origin: string | null): Promise<ServerTls> {
  const authority = await createCertificateAuthority();
  const hosts = ['localhost', '127.0.0.1', '::1'];
  return await authority.issue({ hosts: origin === null ? hosts : [...hosts, new URL(origin).hostname] });
}

function originOf(as: string): string {
  const url = typeof as === 'string' && URL.canParse(as) ? new URL(as) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw new TypeError(`Cannot listen as ${JSON.stringify(as)}: give an origin, e.g. "https://api.example"`);
}
