import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timeout, type TimeoutOptions } from '../../src/policy/timeout.ts';

/** All phases as plain values. */
function phases({ connect, read, head, pool, total }: Timeout): Required<TimeoutOptions> {
  return { connect, read, head, pool, total };
}

const DEFAULT = { connect: 10_000, read: 300_000, head: null, pool: null, total: null };
const PHASES = ['connect', 'read', 'head', 'pool', 'total'] as const;

test('new Timeout() has the defaults of the documentation', () => {
  assert.deepEqual([phases(new Timeout()), phases(Timeout.DEFAULT)], [DEFAULT, DEFAULT]);
});

test('new Timeout() cannot be changed', () => assert.ok(Object.isFrozen(new Timeout({ total: 5 }))));

for (const phase of PHASES) {
  test(`new Timeout() sets ${phase} alone`, () => {
    assert.deepEqual(phases(new Timeout({ [phase]: 7 })), { ...DEFAULT, [phase]: 7 });
  });

  test(`new Timeout() takes null as ${phase}`, () => {
    assert.deepEqual(phases(new Timeout({ [phase]: null })), { ...DEFAULT, [phase]: null });
  });

  test(`new Timeout() takes a fraction of a millisecond as ${phase}`, () => {
    assert.equal(new Timeout({ [phase]: 0.5 })[phase], 0.5);
  });

  for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    test(`new Timeout() refuses ${value} as ${phase}`, () => {
      assert.throws(() => new Timeout({ [phase]: value }), {
        name: 'RequestError',
        code: 'ERR_INVALID_OPTION',
        phase: 'request',
        message: `Cannot use ${value} as timeout.${phase}: give a number of milliseconds above 0, or null for no limit`,
      });
    });
  }
}

test('new Timeout() refuses what is not a number', () => {
  const options: unknown = { read: '5' };
  assert.throws(() => new Timeout(options as TimeoutOptions), { code: 'ERR_INVALID_OPTION' });
});

test('Timeout.from() gives the fallback for undefined', () => {
  const fallback = new Timeout({ total: 5 });
  assert.equal(Timeout.from(undefined, fallback), fallback);
  assert.equal(Timeout.from(undefined), Timeout.DEFAULT);
});

test('Timeout.from() gives a Timeout itself', () => {
  const timeout = new Timeout({ total: 5 });
  assert.equal(Timeout.from(timeout, new Timeout()), timeout);
});

test('Timeout.from() sets connect and read of the fallback by a number', () => {
  const fallback = new Timeout({ connect: 1, read: 2, head: 3, pool: 4, total: 5 });
  assert.deepEqual(phases(Timeout.from(7, fallback)), { connect: 7, read: 7, head: 3, pool: 4, total: 5 });
});

test('Timeout.from() makes a Timeout of options', () => {
  assert.deepEqual(phases(Timeout.from({ head: 7 })), { ...DEFAULT, head: 7 });
});

test('Timeout.from() takes from the fallback what options leave out', () => {
  const fallback = new Timeout({ connect: 1, read: 2, head: 3, pool: 4, total: 5 });
  assert.deepEqual(phases(Timeout.from({ head: 7, pool: null }, fallback)), {
    ...phases(fallback),
    head: 7,
    pool: null,
  });
});

for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`Timeout.from() refuses ${value}`, () => {
    assert.throws(() => Timeout.from(value), {
      code: 'ERR_INVALID_OPTION',
      message: `Cannot use ${value} as timeout: give a number of milliseconds above 0, or null for no limit`,
    });
  });
}

for (const phase of PHASES) {
  test(`Timeout.with() changes ${phase} alone`, () => {
    const timeout = new Timeout({ connect: 1, read: 2, head: 3, pool: 4, total: 5 });
    assert.deepEqual(phases(timeout.with({ [phase]: 7 })), { ...phases(timeout), [phase]: 7 });
  });

  test(`Timeout.with() takes the limit of ${phase} away`, () => {
    const timeout = new Timeout({ connect: 1, read: 2, head: 3, pool: 4, total: 5 });
    assert.equal(timeout.with({ [phase]: null })[phase], null);
  });
}

test('Timeout.with() leaves the Timeout as it was', () => {
  const timeout = new Timeout({ total: 5 });
  timeout.with({ total: 7 });
  assert.equal(timeout.total, 5);
});

test('Timeout.with() refuses what new Timeout() refuses', () => {
  assert.throws(() => new Timeout().with({ head: 0 }), { code: 'ERR_INVALID_OPTION' });
});
