import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expiresAt, expiry, retirement } from '../../src/pool/expiry.ts';

const TIMES = { idleSince: 1_000, skew: 500, keepFor: 100, retireAt: Number.POSITIVE_INFINITY };

// name, now, skew now, why
const CASES = [
  ['keeps a connection that just became idle', 1_000, 500, null],
  ['keeps it until its time', 1_099.9, 500, null],
  ['gives it up at its time', 1_100, 500, 'idle-timeout'],
  ['counts the time for which the machine was suspended', 1_010, 590, 'idle-timeout'],
  ['adds both', 1_050, 549, null],
  ['adds both, to the limit', 1_050, 550, 'idle-timeout'],
  ['is not made younger by a clock that was set back', 1_100, 0, 'idle-timeout'],
  ['is not made older by a clock that was set back', 1_050, 0, null],
] as const;

for (const [name, now, skewNow, why] of CASES) {
  test(`expiry() ${name}`, () => assert.equal(expiry(TIMES, now, skewNow), why));
}

// name, retired at, now, skew now, why
const AGES = [
  ['keeps a connection below its maximum age', 1_050, 1_049.9, 500, null],
  ['retires it at its maximum age', 1_050, 1_050, 500, 'max-age'],
  ['counts the time for which the machine was suspended as age', 1_050, 1_010, 540, 'max-age'],
  ['says max-age where both have come', 1_050, 1_200, 500, 'max-age'],
  ['says idle-timeout where only that has come', 2_000, 1_200, 500, 'idle-timeout'],
] as const;

for (const [name, retireAt, now, skewNow, why] of AGES) {
  test(`expiry() ${name}`, () => assert.equal(expiry({ ...TIMES, retireAt }, now, skewNow), why));
}

test('expiresAt() is what comes first', () => {
  assert.equal(expiresAt(TIMES), 1_100);
  assert.equal(expiresAt({ ...TIMES, retireAt: 1_050 }), 1_050);
  assert.equal(expiresAt({ ...TIMES, retireAt: 1_150 }), 1_100);
});

// random, retired at
for (const [random, expected] of [
  [0, 1_900],
  [0.5, 2_000],
  [1, 2_100],
] as const) {
  test(`retirement() spreads a maximum age by a tenth: ${random}`, () => {
    assert.equal(retirement(1_000, 1_000, random), expected);
  });
}
