import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type RateLimitOptions, rateLimitFrom, Turns } from '../../src/policy/rate-limit.ts';

test('rateLimitFrom() is for a second by default, and none where none is given', () => {
  assert.deepEqual(rateLimitFrom({ requests: 5 }), { requests: 5, per: 1_000 });
  assert.deepEqual(rateLimitFrom({ requests: 1, per: 0.5 }), { requests: 1, per: 0.5 });
  assert.deepEqual([rateLimitFrom(null), rateLimitFrom(undefined)], [null, null]);
});

// option, message
for (const [option, message] of [
  [{ per: 1 }, /^Cannot use an object as rateLimit: say how many requests, e\.g\. \{ requests: 10 \}$/],
  [{ requests: 0 }, /^Cannot use 0 as rateLimit\.requests: give a whole number, 1 or more$/],
  [{ requests: 1.5 }, /^Cannot use 1\.5 as rateLimit\.requests/],
  [{ requests: 1, per: 0 }, /^Cannot use 0 as rateLimit\.per: give a number of milliseconds above 0$/],
  [{ requests: 1, per: Number.POSITIVE_INFINITY }, /^Cannot use Infinity as rateLimit\.per/],
  [{ requests: 1, per: '1s' }, /^Cannot use "1s" as rateLimit\.per/],
  [{ request: 1 }, /the option request of rateLimit/],
  [10, /^Cannot use 10 as rateLimit: give an object$/],
] as const) {
  test(`rateLimitFrom() refuses ${JSON.stringify(option)}`, () => {
    assert.throws(() => rateLimitFrom(option as unknown as RateLimitOptions), { code: 'ERR_INVALID_OPTION', message });
  });
}

// name, rate, times at which turns are taken, when they are
const CASES: readonly (readonly [string, { requests: number; per: number }, readonly number[], readonly number[]])[] = [
  ['one at a time', { requests: 1, per: 100 }, [0, 0, 0], [0, 100, 200]],
  ['some at once', { requests: 3, per: 100 }, [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 100, 100, 100, 200]],
  ['no turn is saved up beyond them', { requests: 2, per: 100 }, [0, 1_000, 1_000, 1_000], [0, 1_000, 1_000, 1_100]],
  ['each counts from when it was', { requests: 2, per: 100 }, [0, 60, 60, 60], [0, 60, 100, 160]],
  ['slower than the rate', { requests: 1, per: 100 }, [0, 150, 260], [0, 150, 260]],
];

for (const [name, limit, times, expected] of CASES) {
  test(`Turns: ${name}`, () => {
    const turns = new Turns(limit);
    assert.deepEqual(
      times.map((now) => now + turns.take(now)),
      expected,
    );
  });
}

test('Turns never has more than its rate in any stretch of its time, and none later than it must be', () => {
  const limits = fc.record({ requests: fc.integer({ min: 1, max: 5 }), per: fc.integer({ min: 1, max: 50 }) });
  const gaps = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 });
  fc.assert(
    fc.property(limits, gaps, (limit, between) => {
      const turns = new Turns(limit);
      const taken: number[] = [];
      let now = 0;
      for (const gap of between) {
        now += gap;
        const due = turns.due(now);
        const at = now + turns.take(now);
        const expected = Math.max(now, (taken.at(-limit.requests) ?? Number.NEGATIVE_INFINITY) + limit.per);
        assert.deepEqual([due, at], [expected, expected]);
        taken.push(at);
        assert.equal(turns.isRested(at + limit.per), true);
        assert.equal(turns.isRested(at + limit.per - 1), false);
      }
    }),
  );
});

test('Turns.due() takes no turn', () => {
  const turns = new Turns({ requests: 1, per: 100 });
  assert.deepEqual([turns.due(0), turns.due(0), turns.take(0), turns.due(0), turns.due(40)], [0, 0, 0, 100, 100]);
});

test('Turns.giveBack() brings the next turn forward, and moves no other', () => {
  const turns = new Turns({ requests: 1, per: 100 });
  assert.deepEqual(
    [0, 0, 0, 0].map((now) => turns.take(now)),
    [0, 100, 200, 300],
  );
  turns.giveBack(300);
  turns.giveBack(100);
  assert.equal(turns.due(50), 300);
  turns.giveBack(200);
  assert.equal(turns.due(50), 100);
  assert.equal(turns.due(250), 250);
});

test('Turns.giveBack() leaves the rate as it is, whatever is given back', () => {
  const limits = fc.record({ requests: fc.integer({ min: 1, max: 4 }), per: fc.integer({ min: 1, max: 50 }) });
  const steps = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 30 }), back: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(limits, steps, (limit, all) => {
      const turns = new Turns(limit);
      let taken: number[] = [];
      let now = 0;
      for (const { gap, back } of all) {
        now += gap;
        taken.push(now + turns.take(now));
        const given = back ? taken.find((time) => time > now) : undefined;
        if (given === undefined) continue;
        turns.giveBack(given);
        taken = taken.toSpliced(taken.indexOf(given), 1);
      }
      taken.forEach((time, i) => {
        const before = taken[i - limit.requests];
        assert.ok(before === undefined || time - before >= limit.per);
      });
    }),
  );
});
