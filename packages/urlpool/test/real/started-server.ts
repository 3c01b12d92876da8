// A server program that nobody here wrote: started by a test on loopback ports and in a folder of its own, ended by its id,
// and gone without a trace afterwards.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unusedPort } from 'urlpool-testing';

/** How a program is started. */
export interface ServerProgram {
  /** As it is called, `squid` say. */
  readonly name: string;
  /** Debian's package that has it. */
  readonly package: string;
  /** How many ports it is given; it is ready when it listens on the first. @default 1 */
  readonly ports?: number;
  /** Writes its files into its folder, and gives its arguments. */
  readonly prepare: (folder: string, ports: readonly number[]) => readonly string[];
  /** The file in its folder that says why it did not start; beside what it prints. */
  readonly errorLog?: string;
  /** Whether it consists of several processes: they are a group, and end together. @default false */
  readonly isGroup?: boolean;
  /** What it is ended by. @default 'SIGTERM' */
  readonly endedBy?: NodeJS.Signals;
}

/** Folders of system programs, which are in few users' PATH. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

function pathOf(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** Why a program cannot be tested with; null if it is there. In CI its absence is a failure, not a reason to skip. */
export function programMissing(program: Pick<ServerProgram, 'name' | 'package'>): string | null {
  if (pathOf(program.name) !== null) return null;
  if (process.env.CI !== undefined) throw new Error(`${program.name} is not installed, but CI installs it`);
  return `${program.name} is not installed (Debian: apt-get install ${program.package})`;
}

/** The reason to skip a test that needs all of these programs; false if they are there. */
export function skippedWithout(...missing: readonly (string | null)[]): string | false {
  return missing.find((reason) => reason !== null) ?? false;
}

/** How often a program is started anew where it does not come up: another process may have taken its port meanwhile. */
const ATTEMPTS = 3;
/** How long it may take, in ms. */
const START_TIMEOUT = 20_000;
const END_TIMEOUT = 5_000;

export class StartedServer {
  readonly folder: string;
  /** What it listens on. */
  readonly ports: readonly number[];
  readonly #program: ServerProgram;
  readonly #arguments: readonly string[];
  #process: ChildProcess | null = null;

  private constructor(program: ServerProgram, folder: string, ports: readonly number[]) {
    this.#program = program;
    this.folder = folder;
    this.ports = ports;
    this.#arguments = program.prepare(folder, ports);
  }

  /** Starts a program, and waits until it listens. */
  static async start(program: ServerProgram): Promise<StartedServer> {
    for (let attempt = 1; ; attempt++) {
      const folder = mkdtempSync(join(tmpdir(), `urlpool-${program.name}-`));
      // A program that is started by root may go on as a user of its own.
      chmodSync(folder, 0o777);
      const ports: number[] = [];
      for (let i = 0; i < (program.ports ?? 1); i++) ports.push(await unusedPort());
      const server = new StartedServer(program, folder, ports);
      try {
        await server.start();
        return server;
      } catch (error) {
        await server.close();
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** The first of its ports. */
  get port(): number {
    return this.ports[0] ?? 0;
  }

  /** Starts it again, on the same ports, after `kill()` or `stop()`. */
  async start(): Promise<void> {
    const { name, isGroup = false } = this.#program;
    const output = openSync(join(this.folder, 'output'), 'a');
    const path = pathOf(name) ?? name;
    const child = spawn(path, this.#arguments, {
      cwd: this.folder,
      stdio: ['ignore', output, output],
      detached: isGroup,
    });
    closeSync(output);
    this.#process = child;
    process.on('exit', this.#killAtExit);
    let failure: string | null = null;
    child.once('error', ({ message }) => {
      failure = message;
    });
    child.once('exit', (code, signal) => {
      failure = `it ended with ${signal ?? code}`;
    });
    const deadline = Date.now() + START_TIMEOUT;
    while (failure === null) {
      if (await isListening(this.port)) return;
      if (Date.now() > deadline) failure = `it does not listen after ${START_TIMEOUT} ms`;
      await delay(25);
    }
    throw new Error(`${name} did not start: ${failure}\n${this.read('output')}${this.read(this.#program.errorLog)}`);
  }

  /** What stands in one of its files; empty where there is none. */
  read(file = 'output'): string {
    const path = join(this.folder, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** Ends it as its user would. */
  async stop(): Promise<void> {
    await this.#end(this.#program.endedBy ?? 'SIGTERM');
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Deletes its files. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Ends it, and deletes its files. */
  async close(): Promise<void> {
    await this.stop();
    this.remove();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = null;
    process.off('exit', this.#killAtExit);
    if (child === null || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    this.#signal(child, signal);
    const late = setTimeout(() => this.#signal(child, 'SIGKILL'), END_TIMEOUT);
    await exited;
    clearTimeout(late);
  }

  #signal(child: ChildProcess, signal: NodeJS.Signals): void {
    if (this.#program.isGroup && child.pid !== undefined) process.kill(-child.pid, signal);
    else child.kill(signal);
  }

  readonly #killAtExit = (): void => {
    if (this.#process !== null && this.#process.exitCode === null) this.#signal(this.#process, 'SIGKILL');
  };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isOpen = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return isOpen;
}
