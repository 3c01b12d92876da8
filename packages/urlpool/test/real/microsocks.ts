// microsocks, a SOCKS5 proxy with a user and a password.

import { programMissing, StartedServer } from './started-server.ts';

const PROGRAM = { name: 'microsocks', package: 'microsocks' };

/** Why there is no microsocks to test with; null if there is one. */
export function microsocksMissing(): string | null {
  return programMissing(PROGRAM);
}

/** Starts it; its one user is `me`, with the password `secret`. */
export async function startMicrosocks(): Promise<StartedServer> {
  return await StartedServer.start({
    ...PROGRAM,
    prepare: (_folder, [port]) => ['-i', '127.0.0.1', '-p', String(port), '-u', 'me', '-P', 'secret'],
  });
}
