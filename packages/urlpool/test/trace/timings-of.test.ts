import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptTimes } from '../../src/trace/attempt-times.ts';
import { OpeningTimes } from '../../src/trace/opening-times.ts';
import { failedOpening, refusedTimings, timingsOf } from '../../src/trace/timings-of.ts';

/** A connection whose TCP handshake took from 10 to 30. */
function opening(): OpeningTimes {
  const times = new OpeningTimes(3, 10);
  times.addresses.push('127.0.0.1:80');
  times.begin('connect', 10);
  times.end('connect', 30);
  return times;
}

interface Reached {
  readonly served?: number;
  readonly beganAt?: number;
  readonly sentAt?: number;
  readonly headAt?: number;
}

function exchange({ served = 0, ...reached }: Reached): AttemptTimes {
  return Object.assign(new AttemptTimes(opening(), served, 0), reached);
}

const FULL = { beganAt: 32, sentAt: 35, headAt: 80, lastAt: 100 };

// name, exchange, when the attempt entered the queue, [queue, connect, send, wait, receive]
const CASES = [
  ['a connection that was opened for it', FULL, 5, [7, 20, 3, 45, 20]],
  ['half of a dial that was started before', FULL, 20, [2, 10, 3, 45, 20]],
  ['a connection that was open before', FULL, 31, [1, 0, 3, 45, 20]],
  ['a kept connection', { ...FULL, served: 4 }, 5, [27, 0, 3, 45, 20]],
  ['an attempt that was over before its first byte', {}, 5, [75, 20, 0, 0, 0]],
  ['an attempt that was over while it was sent', { beganAt: 32 }, 5, [7, 20, 68, 0, 0]],
  ['an attempt that was over before the head', { beganAt: 32, sentAt: 35 }, 5, [7, 20, 3, 65, 0]],
  ['a response that came before the request was sent', { ...FULL, sentAt: 90 }, 5, [7, 20, 48, 0, 20]],
] as const;

for (const [name, reached, enteredAt, phases] of CASES) {
  test(`timingsOf() ${name}`, () => {
    const span = { startedAt: 0, enteredAt, endedAt: 100, attempt: 2 };
    const timings = timingsOf(span, exchange(reached));
    const { queue, connect, send, wait, receive } = timings;
    assert.deepEqual([queue, connect, send, wait, receive], phases);
    assert.equal(queue + connect + send + wait + receive, 100 - enteredAt, 'the phases make up the attempt');
    assert.deepEqual([timings.total, timings.attempt, timings.connection], [100, 2, 3]);
    assert.deepEqual(timings.addresses, ['127.0.0.1:80']);
    assert.equal(timings.reused, 'served' in reached);
  });
}

test('timingsOf() is all queue where there was no connection', () => {
  const { queue, total, connection } = timingsOf({ startedAt: 0, enteredAt: 5, endedAt: 9, attempt: 1 }, null);
  assert.deepEqual([queue, total, connection], [4, 9, null]);
});

test('refusedTimings() are those of the opening that failed, and the wait for it', () => {
  const failed = failedOpening(opening(), 40);
  const span = { startedAt: 0, enteredAt: 8, endedAt: 40, attempt: 3 };
  const { queue, connect, total, attempt, connection } = refusedTimings(span, failed);
  assert.deepEqual([queue, connect, total, attempt, connection], [12, 20, 40, 3, 3]);
});
