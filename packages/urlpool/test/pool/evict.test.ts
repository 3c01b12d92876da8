import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSurplus, yieldsTo } from '../../src/pool/evict.ts';

// name, idle, limits, surplus
for (const [name, idle, limits, surplus] of [
  ['keeps as many as may idle', 2, { maxSize: 4, maxIdle: 2 }, false],
  ['closes one more', 3, { maxSize: 4, maxIdle: 2 }, true],
  ['keeps no more than maxSize', 3, { maxSize: 2, maxIdle: 4 }, true],
  ['keeps none where none may idle', 1, { maxSize: 2, maxIdle: 0 }, true],
] as const) {
  test(`isSurplus() ${name}`, () => assert.equal(isSurplus(idle, limits), surplus));
}

// name, own connections, those of the other
for (const [name, own, other, yields] of [
  ['yields to one that has none', 1, 0, true],
  ['yields to one that has fewer by more than one', 4, 2, true],
  ['keeps where the other has one less', 3, 2, false],
  ['keeps where both have as many', 2, 2, false],
  ['keeps where the other has more', 1, 5, false],
] as const) {
  test(`yieldsTo() ${name}`, () => assert.equal(yieldsTo(own, other), yields));
}
