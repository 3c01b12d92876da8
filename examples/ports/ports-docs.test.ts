// docs/ports.md gives the length of each program and of its port: the figures are those of the files.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { codeLines } from './code-lines.ts';

const here = import.meta.dirname;
const page = readFileSync(join(here, '../../docs/ports.md'), 'utf8');
const rows = [...page.matchAll(/^\| \[(\w+)\].*\| (\d+) +\| (\d+) +\|$/gm)];

// language, text, lines
const CASES = [
  [
    'py',
    '"""What it does.\n\n   run.py\n"""\n\nimport os\n\n\ndef main():\n    """Does it."""\n    # how\n    go()  # now\n',
    3,
  ],
  ['ts', "// What it does.\n\nimport 'a';\n\n/** Does it. */\nfunction main() {\n  // how\n  go(); // now\n}\n", 4],
  ['ts', '/**\n * In full.\n */\nconst url = `http://host`;\n', 1],
] as const;

for (const [language, text, lines] of CASES) {
  test(`codeLines() counts ${lines} of ${JSON.stringify(text.slice(0, 20))} in ${language}`, () =>
    assert.equal(codeLines(text, language), lines));
}

for (const [, name = '', theirs, ours] of rows) {
  test(`docs/ports.md knows how long ${name} is`, () => {
    const lines = (extension: 'py' | 'ts') =>
      codeLines(readFileSync(join(here, `${name}.${extension}`), 'utf8'), extension);
    assert.deepEqual({ theirs, ours }, { theirs: `${lines('py')}`, ours: `${lines('ts')}` });
  });
}

test('docs/ports.md has a row for every port', () => {
  const names = readdirSync(here).filter((name) => name.endsWith('.py'));
  assert.deepEqual(rows.map(([, name]) => `${name}.py`).sort(), names.sort());
});
