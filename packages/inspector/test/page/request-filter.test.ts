import assert from 'node:assert/strict';
import test from 'node:test';
import { ALL, type Criteria, matches } from '../../page/request-filter.ts';
import { type Column, inOrder, type Row } from '../../page/request-order.ts';
import { CallTrace } from '../../src/model/call-trace.ts';

const NOW = 1000;
const ORIGIN = 'https://a.example';

/** A call of 100 ms that was tried again after 503, and answered with 200. */
function retried(): CallTrace {
  const call = new CallTrace(1);
  Object.assign(call, { method: 'GET', url: `${ORIGIN}/Path?q=1`, from: 100, to: 200, status: 200 });
  call.decisions.push({ is: 'retry', at: 150, attempt: 1, done: true, because: '503', refused: null, delay: 0 });
  return call;
}

function failed(): CallTrace {
  const error = { name: 'ConnectError', code: 'ERR_CONNECTION_REFUSED', message: 'refused' };
  return Object.assign(new CallTrace(2), { url: 'https://b.example/', from: 0, to: 10, error });
}

function running(): CallTrace {
  return Object.assign(new CallTrace(3), { url: `${ORIGIN}/slow`, from: 400 });
}

// What is asked for, whether it is shown: of the retried one, the failed one, and the one under way.
const CASES: readonly (readonly [Partial<Criteria>, boolean, boolean, boolean])[] = [
  [{}, true, true, true],
  [{ origin: ORIGIN }, true, false, true],
  [{ statusClass: 2 }, true, false, false],
  [{ statusClass: 5 }, true, false, false],
  [{ statusClass: 4 }, false, false, false],
  [{ slowerThan: 50 }, true, false, true],
  [{ slowerThan: 100 }, false, false, true],
  [{ outcome: 'retried' }, true, false, false],
  [{ outcome: 'replayed' }, false, false, false],
  [{ outcome: 'failed' }, false, true, false],
  [{ outcome: 'running' }, false, false, true],
  [{ text: 'PATH?Q' }, true, false, false],
  [{ text: 'example', outcome: 'failed' }, false, true, false],
];

for (const [criteria, ...expected] of CASES) {
  test(`matches() ${JSON.stringify(criteria)}`, () => {
    const wanted = { ...ALL, ...criteria };
    const shown = [
      matches(retried(), { statuses: [503, 200], now: NOW }, wanted),
      matches(failed(), { statuses: [], now: NOW }, wanted),
      matches(running(), { statuses: [0], now: NOW }, wanted),
    ];
    assert.deepEqual(shown, expected);
  });
}

const ROWS: readonly Row[] = [
  { call: retried(), connection: 7, status: 200 },
  { call: failed(), connection: null, status: 0 },
  { call: running(), connection: 5, status: 0 },
];

// Column, numbers in ascending order.
const ORDERS: readonly (readonly [Column, readonly number[]])[] = [
  ['number', [1, 2, 3]],
  ['status', [3, 1, 2]],
  ['request', [1, 3, 2]],
  ['connection', [2, 3, 1]],
  ['time', [2, 1, 3]],
  ['begin', [2, 1, 3]],
];

for (const [by, ids] of ORDERS) {
  test(`inOrder() by ${by}`, () => {
    const order = (isDescending: boolean): number[] =>
      inOrder(ROWS, { by, isDescending }, NOW).map(({ call }) => call.id);
    assert.deepEqual(order(false), ids);
    assert.deepEqual(order(true), ids.toReversed());
  });
}
