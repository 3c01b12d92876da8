import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Retry, type RetryEntry, type RetryOptions } from '../../src/policy/retry.ts';

/** A Retry after two retries in a row: the wait before the next is twice the factor. */
function afterTwo(options: RetryOptions): Retry {
  const entry = { redirectLocation: null } as RetryEntry;
  return new Retry(options).increment('read', entry).increment('read', entry);
}

// jitter, random number, wait
for (const [backoffJitter, random, wait] of [
  [1, 0, 200],
  [1, 0.5, 200.5],
  [2, 0.5, 201],
  [0.5, 0.5, 200.25],
] as const) {
  test(`Retry.backoff() adds ${wait - 200} ms by a jitter of ${backoffJitter} ms and ${random} at random`, () => {
    assert.equal(
      afterTwo({ backoffFactor: 100, backoffJitter }).backoff(() => random),
      wait,
    );
  });
}

test('Retry.backoff() draws nothing where there is no jitter', () => {
  const retry = afterTwo({ backoffFactor: 100 });
  const wait = retry.backoff(() => {
    throw new Error('Drawn in vain');
  });
  assert.equal(wait, 200);
});
