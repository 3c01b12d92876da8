import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guessMediaType } from '../../src/request/media-type.ts';

for (const [filename, type] of [
  ['a.txt', 'text/plain'],
  ['A.JPG', 'image/jpeg'],
  ['a.tar.gz', 'application/gzip'],
  ['.json', 'application/json'],
  ['json', 'application/octet-stream'],
  ['a.', 'application/octet-stream'],
  ['', 'application/octet-stream'],
  ['a.constructor', 'application/octet-stream'],
  ['a.__proto__', 'application/octet-stream'],
  ['a.txt/b', 'application/octet-stream'],
] as const) {
  test(`guessMediaType() of "${filename}" is ${type}`, () => assert.equal(guessMediaType(filename), type));
}
