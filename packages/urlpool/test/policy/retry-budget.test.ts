import assert from 'node:assert/strict';
import { test } from 'node:test';
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

test('budgetLimits() takes the least of everything', () => {
  const least = { ratio: 0, minPerSecond: 0, window: 1 };
  assert.deepEqual(budgetLimits(least), least);
});

// option, message
for (const [option, message] of [
  [{ ratio: -1 }, 'Cannot use -1 as retryBudget.ratio: give a number, 0 or more'],
  [{ ratio: Number.NaN }, 'Cannot use NaN as retryBudget.ratio: give a number, 0 or more'],
  [{ minPerSecond: -1 }, 'Cannot use -1 as retryBudget.minPerSecond: give a number, 0 or more'],
  [{ window: 0.5 }, 'Cannot use 0.5 as retryBudget.window: give a number, 1 or more'],
  [{ ttl: 1 }, /^Cannot use the option ttl of retryBudget: /],
  [null, 'Cannot use null as retryBudget: give an object'],
] as const) {
  test(`budgetLimits() refuses ${JSON.stringify(option)}: ${message}`, () => {
    assert.throws(() => budgetLimits(option as never), { name: 'RequestError', code: 'ERR_INVALID_OPTION', message });
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

const TENTH = { ratio: 0.1, minPerSecond: 0, window: 10_000 };

test('RetryBudget.spend() counts every request once', () => {
  assert.equal(spent(budgetAfter(10), 0, TENTH), 1);
  assert.equal(spent(budgetAfter(9), 0, { ...TENTH, minPerSecond: 0.01 }), 1);
});

test('RetryBudget.spend() counts what was before it was last asked in proportion', () => {
  const budget = budgetAfter(1000);
  assert.equal(budget.spend(0, TENTH), true);
  // Half of the window later half of the thousand are left: 50 retries, of which one is spent.
  assert.equal(spent(budget, 5000, { ...TENTH, window: 10_000 }), 49);
});

test('RetryBudget.spend() counts all requests since it was asked a window ago', () => {
  const budget = new RetryBudget(0);
  budget.spend(0, TENTH);
  budget.requests += 500;
  assert.equal(spent(budget, 10_000, TENTH), 50);
});

test('RetryBudget.spend() has a floor in proportion to the window', () => {
  assert.equal(spent(new RetryBudget(0), 0, { ratio: 0, minPerSecond: 1000, window: 1001 }), 1001);
});
