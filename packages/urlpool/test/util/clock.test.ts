import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../src/util/clock.ts';

/** Keeps the process alive while a clock's timers, which do not, are waited for. */
async function awaited(start: (done: () => void) => void): Promise<void> {
  const alive = setInterval(() => {}, 1000);
  await new Promise<void>(start);
  clearInterval(alive);
}

test('systemClock.now() goes on and never back', () => {
  const first = systemClock.now();
  assert.ok(systemClock.now() >= first);
});

test('systemClock.wallNow() is the time of day', () => {
  const before = Date.now();
  const now = systemClock.wallNow();
  assert.ok(now >= before && now <= Date.now());
});

test('systemClock.setTimer() runs no callback early, of fractions of a millisecond either', async () => {
  const start = systemClock.now();
  await awaited((done) => systemClock.setTimer(5.4, done));
  assert.ok(Math.ceil(systemClock.now() - start) >= 5);
});

test('systemClock.setTimer() runs a callback of the past as soon as it can', async () => {
  await awaited((done) => systemClock.setTimer(-5, done));
});

test('systemClock.setTimer() runs no callback that was taken back', async () => {
  let ran = false;
  const timer = systemClock.setTimer(0, () => {
    ran = true;
  });
  timer.cancel();
  await awaited((done) => systemClock.setTimer(2, done));
  assert.equal(ran, false);
});

test('systemClock.setTimer() takes longer times than Node has, which would fire at once', async () => {
  let ran = false;
  const timer = systemClock.setTimer(2 ** 40, () => {
    ran = true;
  });
  await awaited((done) => systemClock.setTimer(3, done));
  timer.cancel();
  assert.equal(ran, false);
});

const LONGEST_OF_NODE = 2 ** 31 - 1;

/** Puts timers that a test ends by itself in the place of Node's; gives what they are to do, with their delays. */
function timersByHand(t: TestContext): { ms: number; end: () => void; isTaken: boolean }[] {
  const timers: { ms: number; end: () => void; isTaken: boolean; unref: () => void }[] = [];
  t.mock.method(globalThis, 'setTimeout', (end: () => void, ms: number) => {
    const timer = { ms, end, isTaken: false, unref: () => {} };
    timers.push(timer);
    return timer;
  });
  t.mock.method(globalThis, 'clearTimeout', (timer: { isTaken: boolean }) => {
    timer.isTaken = true;
  });
  return timers;
}

test('systemClock.setTimer() waits longer than a timer of Node can, in steps', (t) => {
  const timers = timersByHand(t);
  let ran = 0;
  systemClock.setTimer(2 * LONGEST_OF_NODE + 5.5, () => ran++, true);
  const counts = [0, 1, 2].map((step) => {
    timers[step]?.end();
    return ran;
  });
  assert.deepEqual(counts, [0, 0, 1]);
  assert.deepEqual(
    timers.map(({ ms }) => ms),
    [LONGEST_OF_NODE, LONGEST_OF_NODE, 6],
  );
});

test('systemClock.setTimer() takes as long as a timer of Node can in one step', (t) => {
  const timers = timersByHand(t);
  let ran = 0;
  systemClock.setTimer(LONGEST_OF_NODE, () => ran++, true);
  timers[0]?.end();
  assert.deepEqual([ran, timers.length], [1, 1]);
});

test('systemClock.setTimer() takes a callback back in whichever step it is', (t) => {
  const timers = timersByHand(t);
  const timer = systemClock.setTimer(2 * LONGEST_OF_NODE, () => {}, true);
  timers[0]?.end();
  timer.cancel();
  assert.deepEqual(
    timers.map(({ isTaken }) => isTaken),
    [false, true],
  );
});

test('systemClock.setTimer() takes Infinity', () => {
  assert.doesNotThrow(() => systemClock.setTimer(Number.POSITIVE_INFINITY, () => {}).cancel());
});

for (const keepAlive of [true, false]) {
  test(`systemClock.atNextCheck() runs a callback after microtasks, ${keepAlive ? '' : 'not '}keeping alive`, async () => {
    const order: string[] = [];
    await awaited((done) => {
      systemClock.atNextCheck(() => {
        order.push('check');
        done();
      }, keepAlive);
      queueMicrotask(() => order.push('microtask'));
    });
    assert.deepEqual(order, ['microtask', 'check']);
  });
}

/** Immediates for which the event loop waits. */
function immediates(): number {
  return process.getActiveResourcesInfo().filter((type) => type === 'Immediate').length;
}

for (const [keepAlive, more] of [
  [true, 1],
  [false, 0],
] as const) {
  test(`systemClock.atNextCheck() makes the loop wait only where it is asked to, here ${keepAlive}`, async () => {
    const before = immediates();
    await awaited((done) => {
      systemClock.atNextCheck(done, keepAlive);
      assert.equal(immediates() - before, more);
    });
  });
}
