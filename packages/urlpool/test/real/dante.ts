// Dante, a SOCKS4 and SOCKS5 proxy that asks nobody for a password. Debian calls its program danted, others sockd.

import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { programMissing, StartedServer } from './started-server.ts';

const PROGRAM = { name: 'danted', package: 'dante-server' };

/** Why there is no Dante to test with; null if there is one. */
export function danteMissing(): string | null {
  return programMissing(PROGRAM);
}

/**
 * Starts it.
 *
 * @param rules What its configuration says before it lets everybody in.
 */
export async function startDante(rules = ''): Promise<StartedServer> {
  const { username } = userInfo();
  return await StartedServer.start({
    ...PROGRAM,
    errorLog: 'log',
    isGroup: true,
    // Asked politely, its parts go on with the connections that they have.
    endedBy: 'SIGKILL',
    prepare(folder, [port]) {
      writeFileSync(
        join(folder, 'danted.conf'),
        `logoutput: ${folder}/log
internal: 127.0.0.1 port = ${port}
external: 127.0.0.1
socksmethod: none
clientmethod: none
user.privileged: ${username}
user.unprivileged: ${username}
client pass {
  from: 0.0.0.0/0 to: 0.0.0.0/0
}
${rules}
socks pass {
  from: 0.0.0.0/0 to: 0.0.0.0/0
  log: connect error
}
`,
      );
      return ['-f', join(folder, 'danted.conf')];
    },
  });
}
