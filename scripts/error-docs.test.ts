// docs/errors.md is complete and true: each code has its section, each section is a code that the sources use, and each
// message in it is what comes in a situation that is made to come about.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HTTPError } from 'urlpool';
import type { ErrorCode } from '../packages/urlpool/src/errors/error-code.ts';
import { SITUATIONS } from './error-situations.ts';
import { masked } from './masked.ts';

const root = join(import.meta.dirname, '..');
const sources = join(root, 'packages/urlpool/src');

/** Text of every source file, by its path. */
const files: ReadonlyMap<string, string> = new Map(
  readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(join(sources, file), 'utf8')] as const),
);

const list = files.get(join('errors', 'error-code.ts')) ?? '';
const codes = [...list.matchAll(/\| '(ERR_\w+)'/g)].map(([, code = '']) => code);

interface Section {
  readonly code: string;
  readonly kind: string;
  readonly phase: string;
  readonly message: string;
}

const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const sections: readonly Section[] = page
  .split(/^### /m)
  .slice(1)
  .map((text) => {
    const [, code = ''] = /^`(\w+)`\n/.exec(text) ?? [];
    const [, kind = '', phase = '', message = ''] =
      /^`(\w+)`, phase `(\w+)`:\n\n```text\n([^\n]+)\n```$/m.exec(text) ?? [];
    return { code, kind, phase, message };
  });

test('docs/errors.md has one section for each error code, and no other', () => {
  assert.ok(codes.length > 0);
  assert.deepEqual(sections.map(({ code }) => code).sort(), [...codes].sort());
});

test('docs/errors.md shows every class of errors in its tree', () => {
  const names = [...files.values()].flatMap((text) => [...text.matchAll(/^export class (\w+Error)\b.*HTTPError/gm)]);
  const tree = page.slice(page.indexOf('```text'), page.indexOf('```\n', page.indexOf('```text') + 3));
  assert.deepEqual(
    names.map(([, name = '']) => name).filter((name) => !new RegExp(`^├─ ${name} |^└─ ${name} `, 'm').test(tree)),
    [],
  );
});

test('every error code is used by the sources', () => {
  const others = [...files].filter(([file]) => file !== join('errors', 'error-code.ts')).map(([, text]) => text);
  assert.deepEqual(
    codes.filter((code) => !others.some((text) => text.includes(`'${code}'`))),
    [],
  );
});

for (const { code, kind, phase, message } of sections) {
  test(`docs/errors.md says what comes with ${code}`, async (t) => {
    const run = SITUATIONS[code as ErrorCode];
    assert.ok(run !== undefined, 'it has no situation in error-situations.ts');
    const error: unknown = await run(t).then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof HTTPError, String(error));
    assert.deepEqual(
      { code: error.code, kind: error.name, phase: error.phase, message: masked(error.message) },
      { code, kind, phase, message },
    );
  });
}
