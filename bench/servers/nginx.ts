import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../children.ts';
import { accepts, freePort } from './port.ts';
import {
  HANDSHAKES_LOG,
  HOST,
  JSON_PATH,
  type Ports,
  type Server,
  type Site,
  STATUS_PATH,
  UPLOAD_PATH,
} from './site.ts';

/** Debian installs it where only root's PATH looks. */
const COMMANDS = ['nginx', '/usr/sbin/nginx'];
const START_TIMEOUT_MS = 5000;

/** One process that serves, or a master beside it that restarts it on SIGHUP. */
export type Processes = 'one' | 'with master';

/** An nginx that runs: with a master, `child` is that. */
export interface Nginx extends Server {
  readonly child: ChildProcess;
}

/** Starts nginx on free ports, or gives null where it is not installed. */
export async function startNginx(site: Site, processes: Processes = 'one'): Promise<Nginx | null> {
  for (const command of COMMANDS) {
    const asked = spawnSync(command, ['-v'], { encoding: 'utf8' });
    if (asked.status !== 0) continue;
    const version = /nginx\/(\S+)/.exec(asked.stderr)?.[1] ?? 'of unknown version';
    const handshakes = { full: await freePort(), resumed: await freePort() };
    const ports = { http: await freePort(), https: await freePort(), anyAddress: await freePort(), handshakes };
    const file = path.join(site.directory, 'nginx.conf');
    writeFileSync(file, nginxConfig(site, ports, processes));
    const child = start(command, ['-e', 'stderr', '-c', file], site.core);
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await accepts(ports.http))) {
      if (child.exitCode !== null || performance.now() > deadline) throw new Error(`nginx did not start: ${errors}`);
      await sleep(20);
    }
    return { name: `nginx ${version}`, ports, child };
  }
  return null;
}

/**
 * One process (no master: no change of user that would keep it from the files), all from memory.
 * Without sendfile the head and the body leave in one write of up to 128 KiB: measured, that is faster than sendfile
 * with tcp_nopush (1 KB: by a fifth; 64 KB: by half), and the client's reads per response are steadier.
 */
export function nginxConfig({ directory, certificate }: Site, ports: Ports, processes: Processes): string {
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (use) => `${use}_temp_path ${directory}/temp;`,
  );
  const tlsAt = (port: number): string =>
    certificate === null
      ? ''
      : `
    listen ${HOST}:${port} ssl;
    ssl_protocols TLSv1.3;
    ssl_certificate ${certificate.certificateFile};
    ssl_certificate_key ${certificate.keyFile};`;
  const logged = (port: number, tickets: string): string => `
  server {${tlsAt(port)}
    ${tickets}
    access_log ${directory}/${HANDSHAKES_LOG} handshake;
    root ${directory};
  }`;
  const { handshakes } = ports;
  const handshakeServers =
    certificate === null || handshakes === null
      ? ''
      : logged(handshakes.full, 'ssl_conf_command NumTickets 0;') + logged(handshakes.resumed, '');
  // The workers of root's master would be nobody, who may not read the files; another user's keep their user.
  const master = process.getuid?.() === 0 ? 'user root root;' : '';
  return `daemon off;
${processes === 'one' ? 'master_process off;' : master}
worker_processes 1;
pid ${directory}/nginx.pid;
events {
  worker_connections 16384;
}
http {
  access_log off;
  log_format handshake '$ssl_session_reused';
  ${scratch.join('\n  ')}
  default_type application/octet-stream;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  tcp_nodelay on;
  sendfile off;
  output_buffers 1 128k;
  open_file_cache max=16 inactive=1h;
  open_file_cache_valid 1h;
  server {
    listen ${HOST}:${ports.http};${tlsAt(ports.https)}
    root ${directory};
    location = ${STATUS_PATH} {
      stub_status;
    }
    location = ${JSON_PATH} {
      default_type application/json;
      add_header Content-Encoding gzip;
    }
    location = ${UPLOAD_PATH} {
      dav_methods PUT;
      client_max_body_size 0;
      client_body_buffer_size 1m;
      open_file_cache off;
    }
  }
  server {
    listen ${ports.anyAddress} backlog=4096;
    root ${directory};
    allow 127.0.0.0/8;
    deny all;
  }${handshakeServers}
}
`;
}
