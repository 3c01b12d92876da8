// squid, the proxy of the rows that go through one: on the server's core, with nothing cached. It is no part of what is
// measured; of the peers each goes through the same one.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start, temporaryDirectory } from '../children.ts';
import { accepts, freePort } from './port.ts';
import { HOST } from './site.ts';

/** Debian installs it where only root's PATH looks. */
const COMMANDS = ['squid', '/usr/sbin/squid'];
const START_TIMEOUT_MS = 10_000;

/** A squid that runs. It ends with this process. */
export interface Squid {
  /** "squid 5.7" */
  readonly name: string;
  /** "http://127.0.0.1:3128" */
  readonly url: string;
  /** A line per request that it forwarded: the port that the client sent it from, which tells connections apart. */
  readonly log: string;
}

/**
 * Starts squid on a free port, or gives null where it is not installed.
 *
 * @param parent A directory to make one in for its files.
 */
export async function startSquid(parent: string, core: number | null): Promise<Squid | null> {
  for (const command of COMMANDS) {
    const asked = spawnSync(command, ['-v'], { encoding: 'utf8' });
    if (asked.status !== 0) continue;
    const version = /Version (\S+)/.exec(asked.stdout)?.[1] ?? 'of unknown version';
    const port = await freePort();
    const directory = temporaryDirectory(parent);
    // Started by root it becomes another user, who writes the log.
    chmodSync(directory, 0o777);
    const file = path.join(directory, 'squid.conf');
    writeFileSync(file, squidConfig(directory, port));
    const child = start(command, ['-N', '-f', file], core);
    // Nobody reads what it writes, and a full pipe would stop it.
    child.stdout?.resume();
    child.stderr?.resume();
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await accepts(port))) {
      if (child.exitCode !== null || performance.now() > deadline)
        throw new Error(`squid did not start: ${logOf(directory)}`);
      await sleep(20);
    }
    return { name: `squid ${version}`, url: `http://${HOST}:${port}`, log: path.join(directory, 'ports.log') };
  }
  return null;
}

/** One process, connections kept on both sides, no cache, no limits on who and where to. */
export function squidConfig(directory: string, port: number): string {
  return `http_port ${HOST}:${port}
http_access allow all
cache deny all
cache_mem 0
via off
forwarded_for delete
client_persistent_connections on
server_persistent_connections on
client_idle_pconn_timeout 1 hour
server_idle_pconn_timeout 1 hour
read_timeout 1 hour
logformat port %>p
access_log stdio:${directory}/ports.log logformat=port
cache_log ${directory}/cache.log
cache_store_log none
pid_filename none
pinger_enable off
netdb_filename none
coredump_dir ${directory}
shutdown_lifetime 0 seconds
`;
}

function logOf(directory: string): string {
  const file = path.join(directory, 'cache.log');
  return existsSync(file) ? readFileSync(file, 'utf8').slice(-500) : 'it wrote no log';
}
