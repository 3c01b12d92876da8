import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overflowOfAll, overflowOfDomain } from '../../../src/session/cookies/eviction.ts';

const entry = (used: number, secure = false) => ({ used, secure });

// name, entries, how many to keep, uses of those that go
const OF_DOMAIN = [
  ['leaves what is not too much', [entry(1), entry(2)], 2, []],
  ['takes what was not used for longest', [entry(3), entry(1), entry(2)], 2, [1]],
  ['takes what is not Secure first', [entry(1, true), entry(3), entry(2)], 2, [2]],
  ['takes Secure ones where there is nothing else', [entry(2, true), entry(1, true)], 1, [1]],
] as const;

for (const [name, entries, keep, gone] of OF_DOMAIN) {
  test(`overflowOfDomain() ${name}`, () => {
    assert.deepEqual(
      overflowOfDomain(entries, keep).map(({ used }) => used),
      gone,
    );
  });
}

// name, how many there are, limit, uses of those that go
const OF_ALL = [
  ['leaves what is not too much', 10, 10, []],
  ['takes a tenth more than it must', 21, 20, [1, 2, 3]],
  ['leaves one where one is the limit', 2, 1, [1]],
] as const;

for (const [name, count, limit, gone] of OF_ALL) {
  test(`overflowOfAll() ${name}`, () => {
    const entries = Array.from({ length: count }, (_, at) => entry(count - at, at % 2 === 0));
    assert.deepEqual(
      overflowOfAll(entries, limit).map(({ used }) => used),
      gone,
    );
  });
}
