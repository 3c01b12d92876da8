import assert from 'node:assert/strict';
import test from 'node:test';
import { exitCode } from './exit-code.ts';

// name, outcome, code
const CASES = [
  ['is 0 when all was fetched', { failed: 0, unreadable: 0, interrupted: false }, 0],
  ['is 1 when a URL failed', { failed: 1, unreadable: 0, interrupted: false }, 1],
  ['is 2 when a list could not be read', { failed: 0, unreadable: 1, interrupted: false }, 2],
  ['is 2 when a URL failed as well', { failed: 3, unreadable: 1, interrupted: false }, 2],
  ['is 130 after Ctrl-C, whatever else there was', { failed: 3, unreadable: 1, interrupted: true }, 130],
] as const;

for (const [name, outcome, code] of CASES) {
  test(`exitCode() ${name}`, () => assert.equal(exitCode(outcome), code));
}
