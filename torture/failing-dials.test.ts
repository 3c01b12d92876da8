// A small run of dials that fail; `npm run torture:tls` makes a hundred thousand, and looks at the memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failingDials } from './failing-dials.ts';

test('failingDials() of a thousand handshakes: each fails as it should, and nothing is left over', async () => {
  const { runs, failures, left } = await failingDials(1000);
  assert.deepEqual(failures, []);
  assert.equal(runs, 1200);
  assert.deepEqual(left, {});
});
