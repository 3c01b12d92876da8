// How the process of a client is started. Those of Node are this folder's neighbour client-process.ts; so are Bun's and
// Deno's, with another runtime; the others are programs of their own that take the same job (job.ts).

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { ClientName, ScaleName } from '../client-name.ts';
import { isForScale } from '../client-name.ts';

/** What to start; the job is one more argument. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Of the runtime or the program; null for what is known already. */
  readonly version: string | null;
}

/** That a client is not installed, and where it could come from. */
export interface Absence {
  readonly absent: string;
}

const PROCESS = path.join(import.meta.dirname, '../client-process.ts');
/** Where `npm --prefix bench/scale install` puts bun and deno. */
const BIN = path.join(import.meta.dirname, 'node_modules/.bin');

/** Finds out how to start a client; what has to be built for it goes into `directory`. */
export function findCommand(client: ClientName, directory: string): Command | Absence {
  return isForScale(client)
    ? findForScale(client, directory)
    : { file: process.execPath, args: ['--expose-gc', PROCESS], version: null };
}

function findForScale(client: ScaleName, directory: string): Command | Absence {
  switch (client) {
    case 'bun-fetch': {
      const bun = firstOf([path.join(BIN, 'bun'), 'bun'], ['--version']);
      return bun === null
        ? absent('npm --prefix bench/scale install')
        : { ...bun, args: [PROCESS], version: bun.version };
    }
    case 'deno-fetch': {
      const deno = firstOf([path.join(BIN, 'deno'), 'deno'], ['--version']);
      if (deno === null) return absent('npm --prefix bench/scale install');
      return { ...deno, args: ['run', '--allow-all', '--quiet', PROCESS], version: deno.version };
    }
    case 'go': {
      const go = firstOf(['go'], ['version']);
      if (go === null) return absent('Debian: golang');
      const program = path.join(directory, 'go-client');
      const built = spawnSync(go.file, ['build', '-o', program, path.join(import.meta.dirname, 'client.go')], {
        encoding: 'utf8',
      });
      return built.status === 0
        ? { file: program, args: [], version: go.version }
        : { absent: `go build: ${built.stderr}` };
    }
    case 'wrk': {
      const wrk = firstOf(['wrk'], ['-v']);
      return wrk === null
        ? absent('Debian: wrk')
        : { file: process.execPath, args: [file('wrk.ts')], version: wrk.version };
    }
    case 'aiohttp':
    case 'urllib3': {
      const python = firstOf(['python3', '/usr/bin/python3'], ['-c', `import ${client}; print(${client}.__version__)`]);
      return python === null
        ? absent(`Debian: python3-${client}`)
        : { ...python, args: ['-B', file(`${client}_client.py`)], version: python.version };
    }
  }
}

function file(name: string): string {
  return path.join(import.meta.dirname, name);
}

function absent(source: string): Absence {
  return { absent: `it is not installed (${source})` };
}

/** The first of the commands that tells its version. wrk does so with exit code 1, and a Python without the module does not. */
function firstOf(files: readonly string[], args: readonly string[]): { file: string; version: string } | null {
  for (const file of files) {
    const { stdout } = spawnSync(file, args, { encoding: 'utf8' });
    const version = /\d+\.\d+(\.\d+)?/.exec(stdout ?? '')?.[0];
    if (version !== undefined) return { file, version };
  }
  return null;
}
