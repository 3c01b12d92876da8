// tinyproxy, a proxy that forwards requests and opens tunnels, and keeps no connection of a client.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programMissing, StartedServer } from './started-server.ts';

const PROGRAM = { name: 'tinyproxy', package: 'tinyproxy' };

/** Why there is no tinyproxy to test with; null if there is one. */
export function tinyproxyMissing(): string | null {
  return programMissing(PROGRAM);
}

/** Starts it; its one user is `me`, with the password `secret`. */
export async function startTinyproxy(): Promise<StartedServer> {
  return await StartedServer.start({
    ...PROGRAM,
    errorLog: 'log',
    prepare(folder, [port]) {
      writeFileSync(
        join(folder, 'tinyproxy.conf'),
        `Port ${port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 200\nLogFile "${folder}/log"\nBasicAuth me secret\n`,
      );
      return ['-d', '-c', join(folder, 'tinyproxy.conf')];
    },
  });
}
