// docs/security.md has a row for every advisory that a test is named after, and every test that it names is there.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TestNames } from './test-names.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'packages/urlpool/test/cves');
const names = new TestNames(folder);
const page = readFileSync(join(root, 'docs/security.md'), 'utf8');
const ID = /CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3}|CWE-\d+/g;

const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| advisory') && !line.startsWith('| ---'))
  .map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim().replace(/\\([*_])/g, '$1')),
  );

for (const [advisory = '', there, here, name = ''] of rows) {
  test(`docs/security.md is right about ${advisory}`, () => {
    assert.ok(there !== '' && here !== '', 'it does not say what happened, or what is done');
    assert.ok(name.startsWith(advisory), `the test ${JSON.stringify(name)} is of another advisory`);
    assert.ok(names.has(name), `there is no test called ${JSON.stringify(name)}`);
  });
}

test('docs/security.md has a row for every advisory that a test is named after', () => {
  const told = new Set(rows.flatMap(([advisory = '']) => advisory.match(ID) ?? []));
  const tested = readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => readFileSync(join(folder, file), 'utf8').match(ID) ?? []);
  assert.ok(told.size > 150);
  assert.deepEqual(
    tested.filter((id) => !told.has(id)),
    [],
  );
});

test('docs/security.md has each advisory once', () => {
  const all = rows.map(([advisory]) => advisory);
  assert.deepEqual(
    all.filter((advisory, at) => all.indexOf(advisory) !== at),
    [],
  );
});
