// A small run of dials that fail; `npm run torture:tls` makes a hundred thousand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failingDials } from './failing-dials.ts';

test('failingDials() of a thousand handshakes: each fails as it should, and nothing is left over', async () => {
  const { runs, failures, growth, left } = await failingDials(1000);
  assert.deepEqual(failures, []);
  assert.equal(runs, 1200);
  assert.deepEqual(left, {});
  // 1.3 KB for each of the last 800 handshakes.
  for (const [part, { heap }] of Object.entries(growth)) assert.ok(heap < 1, `${part}: ${heap} MB`);
});
