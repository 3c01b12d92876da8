// Runs the examples of the README, of docs/testing.md and of the docstrings, each as a module of its own. They are plain JavaScript.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('.', import.meta.resolve('urlpool-testing/package.json'));
const sources = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);
const files = ['README.md', '../../docs/testing.md', ...sources.map((name) => `src/${name}`)];

for (const file of files) {
  const text = readFileSync(new URL(file, root), 'utf8').replaceAll(/^ \* ?/gm, '');
  [...text.matchAll(/^```js\n(.*?)^```/gms)].forEach(([, code = ''], index) => {
    test(`example ${index + 1} of ${file} runs`, async () => {
      // A data: module resolves no package names.
      const linked = code.replaceAll(/from '(urlpool[^']*)'/g, (_, name) => `from '${import.meta.resolve(name)}'`);
      await import(`data:text/javascript,${encodeURIComponent(linked)}`);
      assert.ok(true);
    });
  });
}
