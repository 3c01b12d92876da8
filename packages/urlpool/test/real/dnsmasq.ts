// dnsmasq, a DNS server with the names of a file, each of whose answers holds for 1 s. Its log has every question.

import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { until } from '../connection/served-pool.ts';
import { programMissing, StartedServer } from './started-server.ts';

const PROGRAM = { name: 'dnsmasq', package: 'dnsmasq-base' };

/** Why there is no dnsmasq to test with; null if there is one. */
export function dnsmasqMissing(): string | null {
  return programMissing(PROGRAM);
}

/** Addresses by name: all of them in the zone `test`, whose other names do not exist. */
export type Hosts = Readonly<Record<string, readonly string[]>>;

export class Dnsmasq {
  readonly #server: StartedServer;

  private constructor(server: StartedServer) {
    this.#server = server;
  }

  static async start(hosts: Hosts): Promise<Dnsmasq> {
    const server = await StartedServer.start({
      ...PROGRAM,
      prepare(folder, [port]) {
        writeFileSync(join(folder, 'hosts'), linesOf(hosts));
        return [
          '--keep-in-foreground',
          '--conf-file=/dev/null',
          `--user=${userInfo().username}`,
          `--pid-file=${join(folder, 'pid')}`,
          `--port=${port}`,
          '--listen-address=127.0.0.1',
          '--bind-interfaces',
          '--no-resolv',
          '--no-hosts',
          `--addn-hosts=${join(folder, 'hosts')}`,
          '--local=/test/',
          '--local-ttl=1',
          '--log-queries',
          '--log-facility=-',
        ];
      },
    });
    return new Dnsmasq(server);
  }

  /** For the option `servers`. */
  get address(): string {
    return `127.0.0.1:${this.#server.port}`;
  }

  /** Questions so far, as `A name.test`. */
  get asked(): string[] {
    const lines = this.#server.read().matchAll(/query\[(A|AAAA)\] (\S+) from /g);
    return Array.from(lines, ([, type, name]) => `${type} ${name}`);
  }

  /** Gives names other addresses, and waits until it has read them. */
  async change(hosts: Hosts): Promise<void> {
    const reads = (): number => this.#server.read().split(/read \S+hosts/).length;
    const before = reads();
    writeFileSync(join(this.#server.folder, 'hosts'), linesOf(hosts));
    process.kill(Number(readFileSync(join(this.#server.folder, 'pid'), 'utf8')), 'SIGHUP');
    await until(() => reads() > before);
  }

  async close(): Promise<void> {
    await this.#server.close();
  }
}

function linesOf(hosts: Hosts): string {
  const lines = Object.entries(hosts).flatMap(([name, addresses]) =>
    addresses.map((address) => `${address} ${name}\n`),
  );
  return lines.join('');
}
