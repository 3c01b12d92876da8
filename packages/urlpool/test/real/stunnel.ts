// stunnel, which speaks TLS for a server that does not: a proxy behind it is an HTTPS proxy.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerCertificate } from 'urlpool-testing';
import { programMissing, StartedServer } from './started-server.ts';

const PROGRAM = { name: 'stunnel', package: 'stunnel4' };

/** Why there is no stunnel to test with; null if there is one. */
export function stunnelMissing(): string | null {
  return programMissing(PROGRAM);
}

/** How TLS is spoken. */
export interface StunnelOptions {
  readonly certificate: ServerCertificate;
  /** Whether clients show a certificate of the same authority. @default false */
  readonly asksForCertificate?: boolean;
}

/** Starts it in front of what listens on a port of this machine. */
export async function startStunnel(
  behind: number,
  { certificate, asksForCertificate = false }: StunnelOptions,
): Promise<StartedServer> {
  return await StartedServer.start({
    ...PROGRAM,
    errorLog: 'log',
    prepare(folder, [port]) {
      writeFileSync(join(folder, 'cert.pem'), certificate.cert);
      writeFileSync(join(folder, 'key.pem'), certificate.key, { mode: 0o600 });
      writeFileSync(join(folder, 'ca.pem'), certificate.ca);
      writeFileSync(
        join(folder, 'stunnel.conf'),
        `foreground = yes
pid =
debug = info
output = ${folder}/log
[proxy]
accept = 127.0.0.1:${port}
connect = 127.0.0.1:${behind}
cert = ${folder}/cert.pem
key = ${folder}/key.pem
${asksForCertificate ? `verifyChain = yes\nCAfile = ${folder}/ca.pem` : ''}
`,
      );
      return [join(folder, 'stunnel.conf')];
    },
  });
}

/** How many handshakes it has made, and how many of those went on with an earlier session. */
export function stunnelHandshakes(stunnel: StartedServer): { readonly full: number; readonly resumed: number } {
  const count = (text: string): number => stunnel.read('log').split(text).length - 1;
  return { full: count('TLS accepted: new session'), resumed: count('TLS accepted: previous session') };
}
