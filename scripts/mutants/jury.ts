// The test files that are asked whether they notice a mutant: one after the other, each in a process of its own, until
// one does. First its own test, then those that have noticed most for the time they take.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { MEASURES } from './folders.ts';
import type { Sandbox } from './sandbox.ts';

/** What a test file did: a mutant that makes it hang has been noticed too. */
export type Verdict = 'passed' | 'failed' | 'hung';

interface Juror {
  readonly file: string;
  /** How long it takes where nothing is wrong, in ms. */
  readonly time: number;
  kills: number;
}

const SEED = join(import.meta.dirname, 'fixed-seed.ts');

/**
 * How long a file may take: by the processor, in s, since one that runs in circles takes all of it and other load does
 * not count; and by the clock, in ms, since one that waits for what never comes takes none.
 */
interface Patience {
  readonly work: number;
  readonly wait: number;
}

const AT_FIRST: Patience = { work: 60, wait: 60_000 };

/** For a file that takes `time` ms by the clock where nothing is wrong. */
function patienceFor(time: number): Patience {
  return { work: Math.ceil(Math.max(2, (5 * time) / 1000)), wait: Math.max(10_000, 10 * time) };
}

/** The test files of one folder. */
export class Jury {
  readonly #sandbox: Sandbox;
  readonly #jurors: Juror[] = [];

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  /** Runs the tests of these folders as they are; gives the files that fail, which are not asked. */
  async convene(folders: readonly string[]): Promise<string[]> {
    const unfit: string[] = [];
    for (const file of folders.flatMap((folder) => this.#sandbox.testsOf(folder))) {
      if (MEASURES.test(this.#sandbox.readTest(file))) continue;
      const begun = performance.now();
      const verdict = await this.#ask(file, AT_FIRST);
      if (verdict === 'passed') this.#jurors.push({ file, time: performance.now() - begun, kills: 0 });
      else unfit.push(file);
    }
    return unfit;
  }

  /** What the first test file did that notices what was done to `source`; `passed` where none does. */
  async judge(source: string): Promise<Verdict> {
    const own = source.replace(/\.ts$/, '.test.ts');
    const worth = (juror: Juror): number =>
      juror.file === own ? Number.POSITIVE_INFINITY : (1 + juror.kills) / juror.time;
    for (const juror of this.#jurors.toSorted((a, b) => worth(b) - worth(a))) {
      const verdict = await this.#ask(juror.file, patienceFor(juror.time));
      if (verdict === 'passed') continue;
      juror.kills++;
      return verdict;
    }
    return 'passed';
  }

  /** Runs one file up to its first failure. */
  #ask(file: string, { work, wait }: Patience): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      const flags = [
        `--import=${SEED}`,
        '--conditions=urlpool/source',
        '--test-reporter=tap',
        '--max-old-space-size=512',
      ];
      // By the shell, which can limit the time of the processor.
      const args = ['-c', `ulimit -t ${work}; exec "$0" "$@"`, process.execPath, ...flags];
      const child = spawn('sh', [...args, this.#sandbox.pathOfTest(file)], {
        cwd: this.#sandbox.path,
        env: { ...process.env, NODE_COMPILE_CACHE: join(this.#sandbox.path, 'cache') },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let early: Verdict | null = null;
      const stop = (verdict: Verdict): void => {
        early ??= verdict;
        child.kill('SIGKILL');
      };
      const timer = setTimeout(stop, wait, 'hung');
      createInterface(child.stdout).on('line', (line) => {
        if (/^\s*not ok /.test(line)) stop('failed');
      });
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        const last = signal === null ? 'failed' : 'hung';
        resolve(early ?? (code === 0 ? 'passed' : last));
      });
    });
  }
}
