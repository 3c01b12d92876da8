import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callPath, callTime, PRACTICE_PATH } from '../servers/slow-dial-protocol.ts';

test('callTime() reads what callPath() wrote, and no other path', () => {
  const time = process.hrtime.bigint();
  assert.equal(callTime(callPath(time)), time);
  assert.equal(callTime(PRACTICE_PATH), null);
});
