// squid, a proxy that forwards requests and opens tunnels. Its log says which connection of a client carried which request.

import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programMissing, StartedServer } from './started-server.ts';

/** One line of squid's log. */
export interface ProxiedLine {
  /** The port that the client connected from: squid's clients here are all on one address. */
  readonly connection: number;
  readonly method: string;
  /** A URL, or host and port for CONNECT. */
  readonly target: string;
  readonly status: number;
  /** Who was let in; null for nobody. */
  readonly user: string | null;
}

/** What clients are asked for. */
export interface SquidOptions {
  /** How they say who they are: as `me`, with the password `secret`. @default 'basic' */
  readonly auth?: 'basic' | 'digest' | 'none';
  /** What its configuration says besides, before it lets anybody in. */
  readonly directives?: string;
}

const PROGRAM = { name: 'squid', package: 'squid' };
const REALM = 'squid';

/** Where distributions put squid's helpers. */
const HELPERS = ['/usr/lib/squid', '/usr/lib64/squid', '/usr/libexec/squid', '/usr/local/libexec/squid'];

function helper(name: string): string | null {
  return HELPERS.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** Why there is no squid to test with; null if there is one. */
export function squidMissing(): string | null {
  const missing = programMissing(PROGRAM);
  if (missing !== null) return missing;
  const absent = ['basic_ncsa_auth', 'digest_file_auth'].find((name) => helper(name) === null);
  if (absent === undefined) return null;
  if (process.env.CI !== undefined) throw new Error(`squid has no ${absent}, but Debian's has it`);
  return `squid has no ${absent} on this machine`;
}

/** Starts it. */
export async function startSquid({ auth = 'basic', directives = '' }: SquidOptions = {}): Promise<StartedServer> {
  return await StartedServer.start({
    ...PROGRAM,
    errorLog: 'cache.log',
    // Asked politely it takes a second; its log is written line by line.
    endedBy: 'SIGKILL',
    prepare(folder, [port]) {
      writeFileSync(join(folder, 'basic'), `me:${md5('secret')}\n`);
      writeFileSync(join(folder, 'digest'), `me:${REALM}:${md5(`me:${REALM}:secret`)}\n`);
      writeFileSync(
        join(folder, 'squid.conf'),
        `http_port 127.0.0.1:${port}
        pid_filename none
        cache_log ${folder}/cache.log
        logformat connections %>p %rm %ru %>Hs %un
        access_log stdio:${folder}/access.log connections
        buffered_logs off
        cache deny all
        cache_mem 0
        netdb_filename none
        pinger_enable off
        coredump_dir ${folder}
        shutdown_lifetime 0 seconds
        visible_hostname squid.test
        max_filedescriptors 4096
        ${AUTH[auth](folder)}
        ${directives}
        ${auth === 'none' ? 'http_access allow all' : 'acl known proxy_auth REQUIRED\nhttp_access allow known'}
        http_access deny all
        `.replace(/^ +/gm, ''),
      );
      return ['-N', '-f', join(folder, 'squid.conf')];
    },
  });
}

const AUTH = {
  basic: (folder: string): string =>
    `auth_param basic program ${helper('basic_ncsa_auth')} ${folder}/basic
    auth_param basic children 1
    auth_param basic realm ${REALM}`,
  digest: (folder: string): string =>
    `auth_param digest program ${helper('digest_file_auth')} -c ${folder}/digest
    auth_param digest children 1
    auth_param digest realm ${REALM}
    auth_param digest nonce_max_count 100`,
  none: (): string => '',
};

/** What it has logged so far; probes that asked for nothing are left out. */
export function squidLog(squid: StartedServer): readonly ProxiedLine[] {
  return squid
    .read('access.log')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , target = 'error:']) => !target.startsWith('error:'))
    .map(([connection, method = '', target = '', status, user]) => {
      return {
        connection: Number(connection),
        method,
        target,
        status: Number(status),
        user: user === '-' ? null : (user ?? null),
      };
    });
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
