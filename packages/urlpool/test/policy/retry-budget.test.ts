import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError } from 'urlpool';
import { budgetLimits, RetryBudget, type RetryBudgetLimits } from '../../src/policy/retry-budget.ts';

const USUAL: RetryBudgetLimits = { ratio: 0.2, minPerSecond: 10, window: 10_000 };

/** How many retries it gives at one moment. */
function spent(budget: RetryBudget, now: number, limits: RetryBudgetLimits = USUAL): number {
  let count = 0;
  while (count < 1_000_000 && budget.spend(now, limits)) count++;
  return count;
}

function budgetAfter(requests: number, now = 0): RetryBudget {
  const budget = new RetryBudget(now);
  budget.requests += requests;
  return budget;
}

test('budgetLimits() is 20 % and 10 per second in 10 s by default', () => {
  assert.deepEqual(budgetLimits(true), USUAL);
  assert.deepEqual(budgetLimits({}), USUAL);
  assert.equal(budgetLimits(false), null);
  assert.deepEqual(budgetLimits({ ratio: 0.5 }), { ...USUAL, ratio: 0.5 });
});

for (const option of [{ ratio: -1 }, { ratio: Number.NaN }, { minPerSecond: -1 }, { window: 0 }, { ttl: 1 }, null]) {
  test(`budgetLimits() refuses ${JSON.stringify(option)}`, () => {
    assert.throws(
      () => budgetLimits(option as never),
      (error: unknown) => error instanceof RequestError && error.code === 'ERR_INVALID_OPTION',
    );
  });
}

test('RetryBudget.spend() gives a floor without any requests', () => {
  assert.equal(spent(new RetryBudget(0), 0), 100);
});

test('RetryBudget.spend() adds a part of the requests', () => {
  assert.equal(spent(budgetAfter(1000), 5000), 300);
});

test('RetryBudget.spend() gives nothing where there is neither floor nor part', () => {
  assert.equal(spent(budgetAfter(1000), 0, { ...USUAL, minPerSecond: 0, ratio: 0 }), 0);
});

test('RetryBudget.spend() gives again what the window has left behind', () => {
  const budget = new RetryBudget(0);
  assert.equal(spent(budget, 0), 100);
  assert.equal(spent(budget, 9_999), 0);
  assert.equal(spent(budget, 10_000), 100);
});

test('RetryBudget.spend() counts requests of the window alone, at an even pace', () => {
  const limits = { ratio: 0.1, minPerSecond: 0, window: 10_000 };
  assert.equal(spent(budgetAfter(10_000), 100_000, limits), 100); // 1,000 of them in the last tenth of the time
});

test('RetryBudget.spend() forgets requests as the window moves on', () => {
  const limits = { ratio: 0.1, minPerSecond: 0, window: 10_000 };
  const budget = budgetAfter(1000);
  assert.equal(spent(budget, 1000, limits), 100);
  assert.equal(spent(budget, 11_001, limits), 0);
  budget.requests += 50;
  assert.equal(spent(budget, 11_002, limits), 5);
});
