import assert from 'node:assert/strict';
import { test } from 'node:test';
import { budgetLimits, RetryBudget, type RetryBudgetLimits } from '../../src/policy/retry-budget.ts';

const USUAL: RetryBudgetLimits = { ratio: 0.2, minPerSecond: 10, window: 10_000 };

/** How many retries it gives at one moment. */
function spent(budget: RetryBudget, now: number): number {
  let count = 0;
  while (count < 1_000_000 && budget.spend(now)) count++;
  return count;
}

/** A budget after so many requests at each of these times. */
function budgetAfter(requests: number, times: readonly number[], limits: Partial<RetryBudgetLimits> = {}): RetryBudget {
  const budget = new RetryBudget({ ...USUAL, ...limits }, 0);
  for (const now of times) for (let i = 0; i < requests; i++) budget.count(now);
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

const TENTH = { ratio: 0.1, minPerSecond: 0 };

test('RetryBudget.spend() gives a floor without any requests', () => {
  assert.equal(spent(budgetAfter(0, []), 0), 100);
});

test('RetryBudget.spend() has a floor in proportion to the window', () => {
  assert.equal(spent(budgetAfter(0, [], { ratio: 0, minPerSecond: 1000, window: 1001 }), 0), 1001);
});

test('RetryBudget.spend() adds a part of the requests', () => {
  assert.equal(spent(budgetAfter(1000, [0]), 0), 300);
});

test('RetryBudget.spend() counts every request once', () => {
  assert.equal(spent(budgetAfter(10, [0], TENTH), 0), 1);
});

test('RetryBudget.spend() gives nothing where there is neither floor nor part', () => {
  assert.equal(spent(budgetAfter(1000, [0], { minPerSecond: 0, ratio: 0 }), 0), 0);
});

// when it is asked, what is left of 100 requests at 0 and as many at 5,000
for (const [now, expected] of [
  [5_000, 20],
  [9_999, 20],
  [10_000, 10],
  [14_999, 10],
  [15_000, 0],
  [1_000_000, 0],
] as const) {
  test(`RetryBudget.spend() gives ${expected} at ${now} for a tenth of the requests within 10 s`, () => {
    assert.equal(spent(budgetAfter(100, [0, 5_000], TENTH), now), expected);
  });
}

test('RetryBudget.spend() gives again what the window has left behind', () => {
  const budget = budgetAfter(0, []);
  assert.deepEqual([spent(budget, 0), spent(budget, 9_999), spent(budget, 10_000)], [100, 0, 100]);
});

test('RetryBudget.spend() counts requests after a long quiet like any others', () => {
  const hour = 3_600_000;
  assert.equal(spent(budgetAfter(1000, [hour, hour + 4_000], TENTH), hour + 5_000), 200);
});
