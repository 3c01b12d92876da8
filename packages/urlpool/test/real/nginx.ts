// nginx, started by a test on loopback ports of its own, and stopped with it. Its log says which connection carried which
// request: what this library counts can be compared with what a server nobody here wrote has seen.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CertificateAuthority, createCertificateAuthority } from 'urlpool-testing';
import { programMissing, StartedServer } from './started-server.ts';

/** One line of the log: nginx's number of the connection, and the number of the request on it, from 1. */
export interface LoggedRequest {
  readonly connection: number;
  readonly request: number;
  readonly status: number;
}

const PROGRAM = { name: 'nginx', package: 'nginx-light' };

/** What it is started with besides. */
export interface NginxChoices {
  /** Who issues its certificate. @default an authority of its own */
  readonly authority?: CertificateAuthority;
  /** Files beside its configuration, by name. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Why there is no nginx to test with; null if there is one. In CI its absence is a failure, not a reason to skip. */
export function nginxMissing(): string | null {
  return programMissing(PROGRAM);
}

export class Nginx {
  readonly http: number;
  readonly https: number;
  readonly ca: string;
  readonly #server: StartedServer;

  private constructor(server: StartedServer, ca: string) {
    this.#server = server;
    this.http = server.port;
    this.https = server.ports[1] ?? 0;
    this.ca = ca;
  }

  /**
   * Starts it.
   *
   * @param directives What the http block says besides, `keepalive_requests 10;` say.
   * @param files Contents by path, without the leading slash.
   */
  static async start(
    directives: string,
    files: Readonly<Record<string, string>>,
    { authority, settings = {} }: NginxChoices = {},
  ): Promise<Nginx> {
    const certificate = await (authority ?? (await createCertificateAuthority())).issue({ hosts: ['localhost'] });
    const server = await StartedServer.start({
      ...PROGRAM,
      ports: 2,
      errorLog: 'error.log',
      prepare(folder, [http, https]) {
        mkdirSync(join(folder, 'www'));
        mkdirSync(join(folder, 'tmp'));
        for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, 'www', name), content);
        for (const [name, content] of Object.entries(settings)) writeFileSync(join(folder, name), content);
        writeFileSync(join(folder, 'cert.pem'), certificate.cert);
        writeFileSync(join(folder, 'key.pem'), certificate.key);
        writeFileSync(join(folder, 'nginx.conf'), configuration(http, https, directives));
        return ['-p', folder, '-c', 'nginx.conf'];
      },
    });
    return new Nginx(server, certificate.ca);
  }

  /** What it has logged; complete once it was stopped. */
  get log(): LoggedRequest[] {
    const lines = this.#server.read('access.log').trim().split('\n');
    return lines.map((line) => {
      const [connection, request, status] = line.split(' ').map(Number);
      return { connection: connection ?? 0, request: request ?? 0, status: status ?? 0 };
    });
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  /** Deletes its files. */
  remove(): void {
    this.#server.remove();
  }
}

function configuration(http = 0, https = 0, directives = ''): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path tmp;`);
  return `daemon off; master_process off; worker_processes 1; pid nginx.pid; error_log error.log warn;
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
    }`;
}
