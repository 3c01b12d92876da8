import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodingFault } from '../../../src/response/decoding/coding-fault.ts';
import { MemberCount } from '../../../src/response/decoding/member-count.ts';

for (const [members, bytes, isRefused] of [
  [1_000, 0, false],
  [1_001, 0, true],
  [1_001, 31, true],
  [1_001, 32, false],
  [50_000, 32, false],
] as const) {
  test(`MemberCount ${isRefused ? 'refuses' : 'takes'} ${members} members of ${bytes} bytes`, () => {
    const count = new MemberCount('gzip');
    const all = () => {
      for (let i = 0; i < members; i++) count.add(bytes);
    };
    if (isRefused) assert.throws(all, CodingFault);
    else all();
  });
}
