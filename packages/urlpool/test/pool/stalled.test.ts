import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stalledSince } from '../../src/pool/stalled.ts';

// name, since when each connection is paused, since when all are
for (const [name, paused, since] of [
  ['is null where there is no connection', [], null],
  ['is null where one is at work', [5, null, 7], null],
  ['is the latest of their pauses', [5, 9, 7], 9],
] as const) {
  test(`stalledSince() ${name}`, () => {
    assert.equal(stalledSince(paused.map((pausedSince) => ({ pausedSince }))), since);
  });
}
