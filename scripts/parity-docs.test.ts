// docs/parity.md says of each item of urllib3 how it is here, and names tests that show it: they must exist. An item that
// names none says why.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TestNames } from './test-names.ts';

const root = join(import.meta.dirname, '..');
const names = new TestNames(join(root, 'packages/urlpool/test'));
const page = readFileSync(join(root, 'docs/parity.md'), 'utf8');

const rows = page.split(/^## /m).flatMap((section) => {
  const title = section.slice(0, section.indexOf('\n'));
  return section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => ({
      title,
      cells: line
        .slice(2, -2)
        .split(/(?<!\\) \| /)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    }));
});

for (const { title, cells } of rows) {
  const last = cells.at(-1) ?? '';
  const what = cells[0] ?? '';
  test(`docs/parity.md is right about ${title}: ${what}`, () => {
    if (last === '–') {
      assert.match(cells.at(-2) ?? '', /^(?:to come|left out|see )/, 'it has neither a test nor a reason');
      return;
    }
    const name = title === 'Counters' ? `counters: ${last}` : last;
    assert.ok(names.has(name), `there is no test called ${JSON.stringify(name)}`);
  });
}

test('docs/parity.md has a row for every item', () => assert.ok(rows.length > 100));
