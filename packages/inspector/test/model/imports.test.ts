// The model runs in a browser too: it imports nothing but itself, and types of urlpool.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';

const folder = new URL('../../src/model/', import.meta.url);
const files = readdirSync(folder).filter((file) => /\.[jt]s$/.test(file) && !file.endsWith('.d.ts'));

test('the model has files', () => assert.ok(files.length > 5));

for (const file of files) {
  test(`${file} imports nothing of Node`, () => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const imports = [...text.matchAll(/^(import|export)\s+(type\s+)?[^;]*?from '([^']+)'/gm)];
    const foreign = imports.filter(([, , type, from = '']) => !from.startsWith('./') && !(type && from === 'urlpool'));
    assert.deepEqual(
      foreign.map(([statement]) => statement),
      [],
    );
    assert.doesNotMatch(text, /\b(process|Buffer|document|window)\.|\bimport\(/);
  });
}
