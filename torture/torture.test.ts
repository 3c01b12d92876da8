// A sample of the byte-cut harness; `npm run torture` makes every cut.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { torture } from './torture.ts';

test('torture() at every ninth byte: the answer or one typed error, and nothing left over', async () => {
  const { runs, failures, left } = await torture(9);
  assert.deepEqual(failures, []);
  assert.ok(runs > 500, `${runs} cuts were made`);
  assert.deepEqual(left, {});
});
