// A copy of the packages in a temporary directory, where mutants live: the tree itself is never touched. Dependencies
// are links to those of the tree; the packages, which link to each other, are the copies.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCES = 'packages/urlpool/src';
const TESTS = 'packages/urlpool/test';

/** One copy. */
export class Sandbox {
  readonly path: string = mkdtempSync(join(tmpdir(), 'urlpool-mutants-'));
  readonly #root: string;
  /** What the compiler says of the copy as it is. */
  #complaints: ReadonlySet<string>;

  constructor(root: string) {
    this.#root = root;
    for (const name of ['package.json', 'tsconfig.base.json']) cpSync(join(root, name), join(this.path, name));
    cpSync(join(root, 'packages'), join(this.path, 'packages'), {
      recursive: true,
      filter: (path) => !/[\\/](?:node_modules|dist)$/.test(path),
    });
    mkdirSync(join(this.path, 'node_modules'));
    for (const name of readdirSync(join(root, 'node_modules'))) {
      const own = name.startsWith('urlpool') ? `packages/${name === 'urlpool' ? name : 'testing'}` : null;
      const target = own === null ? join(root, 'node_modules', name) : join(this.path, own);
      symlinkSync(target, join(this.path, 'node_modules', name));
    }
    writeFileSync(
      join(this.path, 'tsconfig.json'),
      JSON.stringify({
        extends: './tsconfig.base.json',
        compilerOptions: {
          noEmit: true,
          isolatedDeclarations: false,
          noUnusedLocals: false,
          noUnusedParameters: false,
        },
        include: [SOURCES],
      }),
    );
    this.#complaints = new Set(this.#compile());
  }

  /** The source files of a folder, relative to `src`. */
  sourcesOf(folder: string): string[] {
    return filesIn(join(this.path, SOURCES, folder), '.ts').map((name) => `${folder}/${name}`);
  }

  /** The test files of a folder, relative to `test`. */
  testsOf(folder: string): string[] {
    return filesIn(join(this.path, TESTS, folder), '.test.ts').map((name) => `${folder}/${name}`);
  }

  pathOfTest(file: string): string {
    return join(this.path, TESTS, file);
  }

  readTest(file: string): string {
    return readFileSync(this.pathOfTest(file), 'utf8');
  }

  read(file: string): string {
    return readFileSync(join(this.path, SOURCES, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.path, SOURCES, file), text);
  }

  /** Whether the compiler refuses the copy as it now is. */
  isRefused(): boolean {
    return this.#compile().some((complaint) => !this.#complaints.has(complaint));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #compile(): string[] {
    const tsc = join(this.#root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: this.path, encoding: 'utf8' });
    return stdout.split('\n').filter((line) => line !== '');
  }
}

function filesIn(folder: string, end: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => name.replaceAll('\\', '/'))
    .sort();
}
