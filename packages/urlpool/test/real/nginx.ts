// nginx, started by a test on loopback ports of its own, and stopped with it. Its log says which connection carried which
// request: what this library counts can be compared with what a server nobody here wrote has seen.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createCertificateAuthority, unusedPort } from 'urlpool-testing';

/** One line of the log: nginx's number of the connection, and the number of the request on it, from 1. */
export interface LoggedRequest {
  readonly connection: number;
  readonly request: number;
  readonly status: number;
}

/** Why there is no nginx to test with; null if there is one. In CI its absence is a failure, not a reason to skip. */
export function nginxMissing(): string | null {
  if (spawnSync('nginx', ['-v']).error === undefined) return null;
  if (process.env.CI !== undefined) throw new Error('nginx is not installed, but CI installs it');
  return 'nginx is not installed (Debian: apt-get install nginx-light)';
}

export class Nginx {
  readonly http: number;
  readonly https: number;
  readonly ca: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(process: ChildProcess, folder: string, http: number, https: number, ca: string) {
    this.#process = process;
    this.#folder = folder;
    this.http = http;
    this.https = https;
    this.ca = ca;
  }

  /**
   * Starts it.
   *
   * @param directives What the http block says besides, `keepalive_requests 10;` say.
   * @param files Contents by path, without the leading slash.
   */
  static async start(directives: string, files: Readonly<Record<string, string>>): Promise<Nginx> {
    const folder = mkdtempSync(join(tmpdir(), 'urlpool-nginx-'));
    const [http, https] = [await unusedPort(), await unusedPort()];
    const certificate = await (await createCertificateAuthority()).issue({ hosts: ['localhost'] });
    mkdirSync(join(folder, 'www'));
    mkdirSync(join(folder, 'tmp'));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, 'www', name), content);
    writeFileSync(join(folder, 'cert.pem'), certificate.cert);
    writeFileSync(join(folder, 'key.pem'), certificate.key);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path tmp;`);
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; master_process off; worker_processes 1; pid nginx.pid; error_log error.log warn;
      events { worker_connections 1024; }
      http {
        ${temporary.join(' ')}
        log_format connections '$connection $connection_requests $status';
        access_log access.log connections;
        ${directives}
        server {
          listen 127.0.0.1:${http};
          listen 127.0.0.1:${https} ssl;
          ssl_certificate cert.pem;
          ssl_certificate_key key.pem;
          root www;
        }
      }`,
    );
    const child = spawn('nginx', ['-p', folder, '-c', 'nginx.conf'], { stdio: 'ignore' });
    await untilListening(http, folder);
    return new Nginx(child, folder, http, https, certificate.ca);
  }

  /** What it has logged; complete once it was stopped. */
  get log(): LoggedRequest[] {
    const lines = readFileSync(join(this.#folder, 'access.log'), 'utf8').trim().split('\n');
    return lines.map((line) => {
      const [connection, request, status] = line.split(' ').map(Number);
      return { connection: connection ?? 0, request: request ?? 0, status: status ?? 0 };
    });
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await exited;
  }

  /** Deletes its files. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function untilListening(port: number, folder: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await delay(25);
  }
  throw new Error(`nginx did not start: ${readFileSync(join(folder, 'error.log'), 'utf8')}`);
}
