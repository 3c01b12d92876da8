import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from 'urlpool-testing';
import { RateLimiter } from '../../src/policy/rate-limiter.ts';

test('RateLimiter has turns for each origin', () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter({ requests: 1, per: 100 }, clock);
  assert.deepEqual([limiter.turn('a'), limiter.turn('a'), limiter.turn('b')], [0, 100, 0]);
  clock.advance(150);
  assert.deepEqual([limiter.turn('a'), limiter.turn('b')], [50, 0]);
});

test('RateLimiter.wait() takes no turn, and remembers no origin', () => {
  const limiter = new RateLimiter({ requests: 1, per: 100 }, new FakeClock());
  assert.deepEqual([limiter.wait('a'), limiter.size], [0, 0]);
  limiter.turn('a');
  assert.deepEqual([limiter.wait('a'), limiter.wait('a'), limiter.size], [100, 100, 1]);
});

test('RateLimiter forgets a million origins that rest', () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter({ requests: 5, per: 1_000 }, clock);
  let most = 0;
  for (let i = 0; i < 1_000_000; i++) {
    if (i % 100 === 0) clock.advance(1);
    limiter.turn(`https://${i}.example`);
    most = Math.max(most, limiter.size);
  }
  // 100,000 of them do not rest at a time.
  assert.ok(most <= 200_001, `${most}`);
  clock.advance(1_000);
  for (let i = 0; i < 210_000; i++) {
    if (i % 10 === 0) clock.advance(1);
    limiter.turn(`https://again-${i}.example`);
  }
  assert.ok(limiter.size <= 40_000, `${limiter.size}`);
});

test('RateLimiter never forgets an origin that has to wait', () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter({ requests: 1, per: 1_000 }, clock);
  limiter.turn('slow');
  for (let i = 0; i < 5_000; i++) limiter.turn(`https://${i}.example`);
  assert.equal(limiter.wait('slow'), 1_000);
});

test('RateLimiter.giveBack() frees a turn that has not come, and no other', () => {
  const clock = new FakeClock();
  const limiter = new RateLimiter({ requests: 1, per: 100 }, clock);
  const [first, second, third] = [{}, {}, {}];
  assert.deepEqual([limiter.turn('a', first), limiter.turn('a', second), limiter.turn('a', third)], [0, 100, 200]);
  for (const holder of [first, third, third]) limiter.giveBack(holder);
  assert.equal(limiter.wait('a'), 200);
  clock.advance(100);
  limiter.giveBack(second);
  assert.equal(limiter.wait('a'), 100);
});
