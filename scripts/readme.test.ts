// What a newcomer copies from the README is a program that the compiler accepts as it stands.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');

for (const page of ['README.md', 'docs/snapshot.md', 'docs/tracing.md', 'docs/inspector.md']) {
  test(`the programs in ${page} compile`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'urlpool-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const programs = [...readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)];
    assert.notEqual(programs.length, 0);
    for (const [index, [, program = '']] of programs.entries()) writeFileSync(join(folder, `${index}.mts`), program);
    const compilerOptions = {
      noUnusedLocals: false,
      paths: {
        urlpool: [join(root, 'packages/urlpool/src/index.ts')],
        'urlpool-inspector': [join(root, 'packages/inspector/src/index.ts')],
      },
      typeRoots: [join(root, 'node_modules/@types')],
      types: ['node'],
    };
    const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.mts'], exclude: [] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
    assert.equal(stdout, '');
  });
}
