import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../children.ts';
import { HOST, JSON_PATH, type Server, type Site, STATUS_PATH, UPLOAD_PATH } from './site.ts';

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
    const ports = { http: await freePort(), https: await freePort(), anyAddress: await freePort() };
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
export function nginxConfig({ directory, certificate }: Site, ports: Server['ports'], processes: Processes): string {
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (use) => `${use}_temp_path ${directory}/temp;`,
  );
  const tls =
    certificate === null
      ? ''
      : `
    listen ${HOST}:${ports.https} ssl;
    ssl_protocols TLSv1.3;
    ssl_certificate ${certificate.certificateFile};
    ssl_certificate_key ${certificate.keyFile};`;
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
    listen ${HOST}:${ports.http};${tls}
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
  }
}
`;
}

/** A port that was free a moment ago: nginx cannot choose one itself and tell. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, HOST, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
