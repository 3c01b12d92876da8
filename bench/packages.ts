import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ClientName } from './client-name.ts';

const BENCH: string = import.meta.dirname;
const URLPOOL: string = path.join(BENCH, '../packages/urlpool');

/** The module that a program imports for a client; null where there is nothing to import. */
export function moduleOf(client: ClientName): string | null {
  switch (client) {
    case 'urlpool':
    case 'urlpool-pool':
      return 'urlpool';
    case 'undici-request':
    case 'undici-dispatch':
    case 'undici-fetch':
      return 'undici';
    case 'got':
    case 'axios':
    case 'ky':
      return client;
    case 'node-http':
      return 'node:http';
    default:
      return null;
  }
}

/** The exact versions of the packages behind these clients. */
export function versionsOf(clients: readonly ClientName[]): Record<string, string> {
  const modules = new Set(clients.map(moduleOf).filter((name) => name !== null && !name.startsWith('node:')));
  // ky runs on undici's fetch.
  if (modules.has('ky')) modules.add('undici');
  return Object.fromEntries(
    [...modules].map((name) => {
      const folder = name === 'urlpool' ? URLPOOL : path.join(BENCH, 'node_modules', String(name));
      return [String(name), String(JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).version)];
    }),
  );
}

/** Whether what is measured is what is in the source: urlpool runs as built. */
export function urlpoolBuild(): 'missing' | 'older than its source' | 'up to date' {
  const built = statSync(path.join(URLPOOL, 'dist/.tsbuildinfo'), { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return 'missing';
  const source = path.join(URLPOOL, 'src');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.some((file) => statSync(path.join(source, file)).mtimeMs > built)
    ? 'older than its source'
    : 'up to date';
}
