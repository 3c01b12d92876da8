// docs/parity.md says of each item of urllib3 how it is here, and docs/parity/ does for the other clients. The tests that a
// row names must exist, a row that names none says why, and every name of a client's interface has its row.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PEER_ITEMS } from './peer-items.ts';
import { TestNames } from './test-names.ts';

const root = join(import.meta.dirname, '..');
const names = ['urlpool', 'testing'].map((name) => new TestNames(join(root, 'packages', name, 'test')));

interface Row {
  /** Of its section. */
  readonly title: string;
  readonly cells: readonly string[];
}

function rowsOf(page: string): readonly Row[] {
  return page.split(/^## /m).flatMap((section) => {
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
}

const peerPages = readdirSync(join(root, 'docs/parity')).sort();
const pages = ['parity.md', ...peerPages.map((name) => `parity/${name}`)].map((name) => ({
  name,
  rows: rowsOf(readFileSync(join(root, 'docs', name), 'utf8')),
}));

for (const { name, rows } of pages) {
  for (const { title, cells } of rows) {
    const last = cells.at(-1) ?? '';
    test(`docs/${name} is right about ${title}: ${cells[0] ?? ''}`, () => {
      if (last === '–') {
        assert.match(cells.at(-2) ?? '', /^(?:to come|left out|missing|see )/, 'it has neither a test nor a reason');
        return;
      }
      const called = title === 'Counters' ? `counters: ${last}` : last;
      assert.ok(
        names.some((one) => one.has(called)),
        `there is no test called ${JSON.stringify(called)}`,
      );
    });
  }
}

test('docs/parity.md has a row for every item', () => assert.ok((pages[0]?.rows.length ?? 0) > 100));

for (const [peer, items] of Object.entries(PEER_ITEMS)) {
  test(`docs/parity/${peer}.md has a row for every item`, () => {
    const rows = pages.find(({ name }) => name === `parity/${peer}.md`)?.rows ?? [];
    const quoted = rows.flatMap(({ cells }) =>
      [...(cells[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code),
    );
    const said = new Set(quoted.flatMap((code) => code.match(/[A-Za-z_]\w*/g) ?? []));
    assert.deepEqual(
      items.filter((item) => !said.has(item)),
      [],
    );
  });
}

test('docs/parity/ has a page for every client', () => {
  const peers = Object.keys(PEER_ITEMS).sort();
  assert.deepEqual(
    peerPages,
    peers.map((peer) => `${peer}.md`),
  );
});
