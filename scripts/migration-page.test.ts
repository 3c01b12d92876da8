// How the pages of docs/migrate are read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedOutput, moduleText, numbered, parsePage } from './migration/page.ts';

const PAGE = `# From peer

\`\`\`js
import peer from 'peer';
\`\`\`

\`\`\`ts
import { get } from 'urlpool';
\`\`\`

## First

\`\`\`js
peer();
\`\`\`

\`\`\`ts
get();
\`\`\`

What differs.

## Second

To come.
`;

test('parsePage() finds what pieces begin with, and each thing with its pieces and its text', () => {
  assert.deepEqual(parsePage(PAGE), {
    beginnings: { js: "import peer from 'peer';\n", ts: "import { get } from 'urlpool';\n" },
    sections: [
      {
        title: 'First',
        blocks: [
          { language: 'js', code: 'peer();\n' },
          { language: 'ts', code: 'get();\n' },
        ],
        text: 'What differs.',
      },
      { title: 'Second', blocks: [], text: 'To come.' },
    ],
  });
});

test('moduleText() has every import once, in front, and the piece in a scope of its own', () => {
  const text = moduleText(
    "import a from 'a';\nconst b = 1;\n",
    "import a from 'a';\nimport c from 'c';\nconst b = 2;\n",
    'given;',
  );
  const lines = text.split('\n').filter((line) => line !== '');
  const module = [
    "import a from 'a';",
    "import c from 'c';",
    'given;',
    'const b = 1;',
    '{',
    'const b = 2;',
    '}',
    'export {};',
  ];
  assert.deepEqual(lines, module);
});

test('numbered() tells console.log() the line that it stands in', () => {
  assert.equal(numbered('a();\nif (b) console.log(c);\n'), 'a();\nif (b) console.log(1, c);\n');
});

// code, what it is said to print
const SAID = [
  ['console.log(a); // 1', [[0, '1']]],
  ['a();\nfor (const b of c) console.log(b); // one, then two', [[1, 'one, then two']]],
  ["console.log(a, 'b // c'); // d", [[0, 'd']]],
  ['console.log(a);', []],
  ['a(); // 1', []],
] as const;

for (const [code, said] of SAID) {
  test(`expectedOutput() of ${JSON.stringify(code)}`, () => assert.deepEqual([...expectedOutput(code)], said));
}
