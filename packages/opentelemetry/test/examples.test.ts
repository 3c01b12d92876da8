// Runs the examples of the README and of the docstrings, each as a module of its own. They are plain JavaScript.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('.', import.meta.resolve('urlpool-opentelemetry/package.json'));
const readme = readFileSync(new URL('README.md', root), 'utf8');
const docstring = readFileSync(new URL('src/open-telemetry.ts', root), 'utf8').split('@example')[1] ?? '';
const examples: readonly (readonly [string, string])[] = [
  ...[...readme.matchAll(/^```js\n(.*?)^```/gms)].map(([, code = ''], i) => [`${i + 1} of README.md`, code] as const),
  ['of openTelemetry()', docstring.split('@throws')[0]?.replaceAll(/^ \* ?/gm, '') ?? ''],
];

test('there are examples', () => {
  assert.deepEqual(
    examples.map(([, code]) => code.includes('import')),
    [true, true, true],
  );
});

for (const [name, code] of examples) {
  test(`example ${name} runs`, async () => {
    // A data: module resolves no package names.
    const linked = code.replaceAll(/from '((?:urlpool|@opentelemetry)[^']*)'/g, (_, specifier) => {
      return `from '${import.meta.resolve(specifier)}'`;
    });
    await import(`data:text/javascript,${encodeURIComponent(linked)}`);
    assert.ok(true);
  });
}
