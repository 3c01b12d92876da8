import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from 'urlpool-testing';

test('FakeClock.now() and wallNow() stand still until advanced', () => {
  const clock = new FakeClock({ now: 5, wall: 1000 });
  assert.deepEqual([clock.now(), clock.wallNow()], [5, 1000]);
  clock.advance(2.5);
  assert.deepEqual([clock.now(), clock.wallNow()], [7.5, 1002.5]);
});

test('FakeClock.advance() rings in order of time, each at its own', () => {
  const clock = new FakeClock({ wall: 100 });
  const rung: [string, number, number][] = [];
  for (const [name, ms] of [
    ['c', 30],
    ['a', 10],
    ['b', 20],
  ] as const) {
    clock.setTimer(ms, () => rung.push([name, clock.now(), clock.wallNow()]));
  }
  clock.advance(100);
  assert.deepEqual(rung, [
    ['a', 10, 110],
    ['b', 20, 120],
    ['c', 30, 130],
  ]);
  assert.equal(clock.now(), 100);
});

test('FakeClock.advance() rings timers of one time in order of setting', () => {
  const clock = new FakeClock();
  const rung: number[] = [];
  for (const n of [1, 2, 3]) clock.setTimer(10, () => rung.push(n));
  clock.advance(10);
  assert.deepEqual(rung, [1, 2, 3]);
});

test('FakeClock.advance() never rings early', () => {
  const clock = new FakeClock();
  let rung = false;
  clock.setTimer(10, () => {
    rung = true;
  });
  clock.advance(9.999);
  assert.equal(rung, false);
  clock.advanceTo(10);
  assert.equal(rung, true);
});

test('FakeClock.advance() rings what timers set on the way', () => {
  const clock = new FakeClock();
  const rung: number[] = [];
  const again = (): void => {
    rung.push(clock.now());
    clock.setTimer(10, again);
  };
  clock.setTimer(10, again);
  clock.advance(35);
  assert.deepEqual(rung, [10, 20, 30]);
  assert.deepEqual([clock.nextAt, clock.pending], [40, 1]);
});

test('FakeClock.setTimer() of 0 ms rings at the next advance, not within the call', () => {
  const clock = new FakeClock();
  let rung = 0;
  clock.setTimer(0, () => {
    rung += 1;
  });
  clock.setTimer(-5, () => {
    rung += 1;
  });
  assert.equal(rung, 0);
  clock.advance(0);
  assert.equal(rung, 2);
});

test('FakeClock.setTimer() gives a timer that cancel() takes back, once', () => {
  const clock = new FakeClock();
  const timer = clock.setTimer(10, () => assert.fail('rang'));
  clock.setTimer(10, () => {});
  timer.cancel();
  timer.cancel();
  assert.equal(clock.pending, 1);
  clock.advance(10);
  timer.cancel();
  assert.deepEqual([clock.pending, clock.nextAt], [0, null]);
});

test('FakeClock.setTimer() may be cancelled by a timer that rings before', () => {
  const clock = new FakeClock();
  const late = clock.setTimer(20, () => assert.fail('rang'));
  clock.setTimer(10, () => late.cancel());
  clock.advance(20);
});

test('FakeClock.setTimer() refuses NaN', () => {
  assert.throws(() => new FakeClock().setTimer(Number.NaN, () => {}), RangeError);
});

test('FakeClock.advance() refuses to go back, and no time', () => {
  const clock = new FakeClock({ now: 10 });
  assert.throws(() => clock.advance(-1), RangeError);
  assert.throws(() => clock.advanceTo(9), RangeError);
  assert.throws(() => clock.advance(Number.NaN), RangeError);
  assert.throws(() => clock.advance(Infinity), RangeError);
});

test('FakeClock.advance() refuses to run within a timer', () => {
  const clock = new FakeClock();
  clock.setTimer(1, () => clock.advance(1));
  assert.throws(() => clock.advance(1), /within a timer/);
  clock.advance(1);
});

test('FakeClock.advance() passes on what a timer throws, at its time, the rest still set', () => {
  const clock = new FakeClock();
  clock.setTimer(10, () => {
    throw new Error('boom');
  });
  clock.setTimer(20, () => {});
  assert.throws(() => clock.advance(30), /boom/);
  assert.deepEqual([clock.now(), clock.pending], [10, 1]);
});

test('FakeClock.advance() gives up on timers that set each other for ever', () => {
  const clock = new FakeClock();
  const again = (): void => {
    clock.setTimer(0, again);
  };
  again();
  assert.throws(() => clock.advance(1), /Gave up at 0/);
});

test('FakeClock.suspend() moves the time of day alone', () => {
  const clock = new FakeClock({ wall: 1000 });
  clock.setTimer(10, () => assert.fail('rang'));
  clock.suspend(3_600_000);
  assert.deepEqual([clock.now(), clock.wallNow(), clock.pending], [0, 3_601_000, 1]);
});

test('FakeClock.atNextCheck() runs in the real check phase by default', async () => {
  const clock = new FakeClock();
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    clock.atNextCheck(() => {
      order.push('check');
      resolve();
    }, true);
    queueMicrotask(() => order.push('microtask'));
  });
  assert.deepEqual(order, ['microtask', 'check']);
  assert.equal(clock.pendingChecks, 0);
});

test('FakeClock.runChecks() runs those queued so far, and not those queued meanwhile', () => {
  const clock = new FakeClock({ checks: 'manual' });
  const order: string[] = [];
  clock.atNextCheck(() => {
    order.push('a');
    clock.atNextCheck(() => order.push('c'), false);
  }, true);
  clock.atNextCheck(() => order.push('b'), false);
  assert.equal(clock.pendingChecks, 2);
  assert.equal(clock.runChecks(), 2);
  assert.deepEqual(order, ['a', 'b']);
  assert.equal(clock.runChecks(), 1);
  assert.deepEqual(order, ['a', 'b', 'c']);
  assert.equal(clock.runChecks(), 0);
});

test('FakeClock.runChecks() refuses when checks are real', () => {
  assert.throws(() => new FakeClock().runChecks(), /checks: 'manual'/);
});
