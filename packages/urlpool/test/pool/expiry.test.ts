import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isExpired } from '../../src/pool/expiry.ts';

const TIMES = { idleSince: 1_000, skew: 500, keepFor: 100 };

// name, now, skew now, expired
const CASES = [
  ['keeps a connection that just became idle', 1_000, 500, false],
  ['keeps it until its time', 1_099.9, 500, false],
  ['gives it up at its time', 1_100, 500, true],
  ['counts the time for which the machine was suspended', 1_010, 590, true],
  ['adds both', 1_050, 549, false],
  ['adds both, to the limit', 1_050, 550, true],
  ['is not made younger by a clock that was set back', 1_100, 0, true],
  ['is not made older by a clock that was set back', 1_050, 0, false],
] as const;

for (const [name, now, skewNow, expired] of CASES) {
  test(`isExpired() ${name}`, () => assert.equal(isExpired(TIMES, now, skewNow), expired));
}
