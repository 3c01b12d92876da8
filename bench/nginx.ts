import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from './children.ts';
import { HOST, type Server, type Site, STATUS_PATH } from './site.ts';

/** Debian installs it where only root's PATH looks. */
const COMMANDS = ['nginx', '/usr/sbin/nginx'];
const START_TIMEOUT_MS = 5000;

/** Starts nginx on two free ports, or gives null where it is not installed. */
export async function startNginx(site: Site): Promise<Server | null> {
  for (const command of COMMANDS) {
    const asked = spawnSync(command, ['-v'], { encoding: 'utf8' });
    if (asked.status !== 0) continue;
    const version = /nginx\/(\S+)/.exec(asked.stderr)?.[1] ?? 'of unknown version';
    const ports = { http: await freePort(), https: await freePort() };
    const file = path.join(site.directory, 'nginx.conf');
    writeFileSync(file, nginxConfig(site, ports));
    const nginx = start(command, ['-e', 'stderr', '-c', file], site.core);
    let errors = '';
    nginx.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await accepts(ports.http))) {
      if (nginx.exitCode !== null || performance.now() > deadline) throw new Error(`nginx did not start: ${errors}`);
      await sleep(20);
    }
    return { name: `nginx ${version}`, ports };
  }
  return null;
}

/**
 * One process (no master: one pid to end, and no change of user that would keep it from the files), all from memory.
 * Without sendfile the head and the body leave in one write of up to 128 KiB: measured, that is faster than sendfile
 * with tcp_nopush (1 KB: by a fifth; 64 KB: by half), and the client's reads per response are steadier.
 */
export function nginxConfig({ directory, certificate }: Site, ports: Server['ports']): string {
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
  return `daemon off;
master_process off;
worker_processes 1;
pid ${directory}/nginx.pid;
events {
  worker_connections 1024;
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
