import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type AnswerAge, answerAge, LONGEST_TTL_MS } from '../../src/policy/answer-age.ts';

const AGES = { ttl: 1_000, negativeTtl: 100, staleFor: 500 };

for (const [answer, age, expected] of [
  [{}, 0, 'fresh'],
  [{}, 999, 'fresh'],
  [{}, 1_000, 'stale'],
  [{}, 1_499, 'stale'],
  [{}, 1_500, 'over'],
  [{ ttl: 10 }, 9, 'fresh'],
  [{ ttl: 10 }, 10, 'stale'],
  [{ ttl: 10 }, 510, 'over'],
  [{ ttl: 0 }, 0, 'over'],
  [{ ttl: Number.POSITIVE_INFINITY }, LONGEST_TTL_MS - 1, 'fresh'],
  [{ ttl: Number.POSITIVE_INFINITY }, LONGEST_TTL_MS, 'stale'],
  [{ ttl: 86_400_000 }, LONGEST_TTL_MS - 1, 'fresh'],
  [{ ttl: 86_400_000 }, LONGEST_TTL_MS, 'stale'],
  [{ isNegative: true }, 99, 'fresh'],
  [{ isNegative: true }, 100, 'over'],
] as readonly [Partial<Answer>, number, AnswerAge][]) {
  test(`answerAge() of ${JSON.stringify(answer)} after ${age} ms is ${expected}`, () => {
    assert.equal(answerAge({ at: 7_000, ttl: null, isNegative: false, ...answer }, 7_000 + age, AGES), expected);
  });
}
