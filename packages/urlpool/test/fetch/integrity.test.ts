import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { hasIntegrity, parseIntegrity } from '../../src/fetch/integrity.ts';

// metadata, algorithm, digests
const PARSED = [
  ['', null, []],
  ['   ', null, []],
  ['md5-abcd', null, []],
  ['sha256', null, []],
  ['sha256-', null, []],
  ['sha256-@@@', null, []],
  ['sha256-abc=', 'sha256', ['abc']],
  ['SHA256-abc=', 'sha256', ['abc']],
  ['sha256-a-b_c', 'sha256', ['a+b/c']],
  ['sha256-abc?option', 'sha256', ['abc']],
  ['sha256-abc sha256-def', 'sha256', ['abc', 'def']],
  ['sha256-abc\tsha512-def\nsha384-ghi', 'sha512', ['def']],
  ['sha384-abc unknown-def sha256-ghi', 'sha384', ['abc']],
] as const;

for (const [text, algorithm, digests] of PARSED) {
  test(`parseIntegrity() of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseIntegrity(text), algorithm === null ? null : { algorithm, digests });
  });
}

for (const algorithm of ['sha256', 'sha384', 'sha512'] as const) {
  test(`hasIntegrity() by ${algorithm}, in base64 of either alphabet, padded or not`, () => {
    const body = Buffer.from('body 2');
    const hash = createHash(algorithm).update(body).digest();
    for (const encoding of ['base64', 'base64url'] as const) {
      const metadata = parseIntegrity(`${algorithm}-${hash.toString(encoding)}`);
      assert.ok(metadata !== null);
      assert.equal(hasIntegrity(body, metadata), true);
      assert.equal(hasIntegrity(Buffer.from('body 3'), metadata), false);
    }
  });
}
