import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Retry } from 'urlpool';
import { type Attempt, nextStep } from '../../src/call/next-step.ts';
import { NO_FIELDS } from '../../src/message/fields.ts';
import { redirectRules } from '../../src/policy/redirect.ts';

// What follows a 417: RFC 9110 §10.1.1.

// name, status, whether the server was asked, body, retries, step
const CASES: readonly (readonly [string, number, boolean, Attempt['body'], Retry, 'retry' | 'done'])[] = [
  ['asks no more after a 417', 417, true, 'replayable', Retry.DEFAULT, 'retry'],
  ['asks no more though nothing is tried again', 417, true, 'replayable', Retry.NONE, 'retry'],
  ['sends a stream that was held', 417, true, 'unread', Retry.NONE, 'retry'],
  ['sends no stream that was read', 417, true, 'consumed', Retry.NONE, 'done'],
  ['gives a 417 that was not asked for', 417, false, 'replayable', Retry.DEFAULT, 'done'],
  ['gives another status', 413, true, 'replayable', Retry.NONE, 'done'],
];

for (const [name, status, expects, body, retries, step] of CASES) {
  test(`nextStep() ${name}`, () => {
    const next = nextStep(
      { is: 'response', status, reason: '', fields: NO_FIELDS, retryAfter: null },
      {
        method: 'POST',
        url: 'http://a.test/',
        attempt: 1,
        connection: null,
        body,
        expects,
        retries,
        redirects: redirectRules({}),
        left: null,
        mayRetry: () => assert.fail('the budget is not asked'),
        isDefault: retries === Retry.DEFAULT,
        random: () => 0,
      },
    );
    assert.equal(next.do, step);
    if (next.do !== 'retry') return;
    assert.deepEqual([next.delay, next.fresh], [0, false]);
    assert.deepEqual(
      next.retries.history.map((entry) => entry.status),
      [417],
    );
  });
}
