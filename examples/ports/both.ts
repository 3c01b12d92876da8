// Runs a port and the Python program that it was made from, as their users do: child processes, against a server of the
// test's own.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

/** How a program ended. */
export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One of the two. */
export interface Program {
  /** What it is run in: a folder of its own. */
  readonly folder: string;
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ending>;
}

/** What the programs of each library need to be run. */
const NEEDS = {
  requests: 'import requests',
  urllib3: 'import urllib3',
  aiohttp: 'import aiohttp',
} as const;

export type Library = keyof typeof NEEDS;

/** A Python that has the library; null where there is none. */
function pythonWith(library: Library): string | null {
  const found = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', NEEDS[library]]).status === 0);
  return found ?? null;
}

/** One test for each of the two programs; theirs is skipped where its library is not installed. */
export function testBoth(
  title: string,
  name: string,
  library: Library,
  body: (t: TestContext, program: Program) => Promise<void>,
): void {
  const python = pythonWith(library);
  const file = (extension: string): string => join(import.meta.dirname, `${name}.${extension}`);
  const commands = [
    { what: `${name}.ts`, command: process.execPath, first: ['--conditions=urlpool/source', file('ts')], skip: false },
    { what: `${name}.py`, command: python ?? '', first: ['-u', file('py')], skip: python === null },
  ];
  for (const { what, command, first, skip } of commands) {
    test(`${what} ${title}`, { skip: skip && `no Python here has ${library}` }, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'urlpool-'));
      t.after(() => rmSync(folder, { recursive: true }));
      await body(t, { folder, run: (args, env = {}) => run(command, [...first, ...args], folder, env) });
    });
  }
}

async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Ending> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, timeout: 8_000 });
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
  const [code] = await once(child, 'close');
  return { code, stdout: (await stdout)?.join('') ?? '', stderr: (await stderr)?.join('') ?? '' };
}

/** A server on this machine, and where it is. */
export async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
