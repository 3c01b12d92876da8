import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ClientName } from './rows.ts';

const BENCH: string = import.meta.dirname;
const URLPOOL: string = path.join(BENCH, '../packages/urlpool');

/** Where the package of a client is installed; null for what is Node's own. */
function folderOf(client: ClientName): string | null {
  switch (client) {
    case 'urlpool':
      return URLPOOL;
    case 'undici-request':
    case 'undici-dispatch':
      return path.join(BENCH, 'node_modules/undici');
    case 'node-http':
    case 'floor':
    case 'floor-onread':
      return null;
  }
}

/** The exact versions of the packages behind these clients. */
export function versionsOf(clients: readonly ClientName[]): Record<string, string> {
  const folders = clients.map(folderOf).filter((folder) => folder !== null);
  return Object.fromEntries(
    folders.map((folder) => {
      const { name, version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
      return [String(name), String(version)];
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
