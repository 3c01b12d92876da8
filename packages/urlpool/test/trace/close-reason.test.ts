import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSE_REASONS } from '../../src/trace/close-reason.ts';

test('CLOSE_REASONS names every reason once', () => {
  assert.equal(new Set(CLOSE_REASONS).size, CLOSE_REASONS.length);
});

test('CLOSE_REASONS are words joined by hyphens, fit for a label', () => {
  for (const reason of CLOSE_REASONS) assert.match(reason, /^[a-z]+(-[a-z]+)*$/);
});
