import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from 'urlpool-testing';
import { Alarm, Alarms } from '../../src/util/alarms.ts';
import type { Clock, Timer } from '../../src/util/clock.ts';

/** Alarms of a fake clock, and when which of them rang. */
class Bell {
  readonly clock = new FakeClock();
  readonly alarms: Alarms = new Alarms(this.clock);
  readonly rung: [name: string, at: number][] = [];

  alarm(name: string): Alarm {
    return new Alarm(this.alarms, () => this.rung.push([name, this.clock.now()]));
  }
}

test('Alarm.set() rings once, at its deadline', () => {
  const bell = new Bell();
  bell.alarm('a').set(10);
  bell.clock.advance(9.5);
  assert.deepEqual(bell.rung, []);
  bell.clock.advance(100);
  assert.deepEqual(bell.rung, [['a', 10]]);
});

test('Alarm.set() rings at the next chance where its deadline has passed', () => {
  const bell = new Bell();
  bell.clock.advance(50);
  bell.alarm('a').set(10);
  assert.deepEqual(bell.rung, []);
  bell.clock.advance(0);
  assert.deepEqual(bell.rung, [['a', 50]]);
});

test('Alarm.set() moves a deadline later', () => {
  const bell = new Bell();
  const alarm = bell.alarm('a');
  alarm.set(10);
  alarm.set(30);
  bell.clock.advance(100);
  assert.deepEqual(bell.rung, [['a', 30]]);
});

test('Alarm.set() moves a deadline later again and again, and never rings before the last', () => {
  const bell = new Bell();
  const alarm = bell.alarm('a');
  for (let at = 0; at < 100; at += 5) {
    alarm.set(at + 10);
    bell.clock.advanceTo(at + 5);
  }
  bell.clock.advance(1000);
  assert.deepEqual(bell.rung, [['a', 105]]);
});

test('Alarm.set() moves a deadline earlier', () => {
  const bell = new Bell();
  const alarm = bell.alarm('a');
  alarm.set(30);
  alarm.set(10);
  bell.clock.advance(100);
  assert.deepEqual(bell.rung, [['a', 10]]);
});

test('Alarm.set() moves a deadline later, then earlier than it first was', () => {
  const bell = new Bell();
  const alarm = bell.alarm('a');
  for (const deadline of [20, 40, 10]) alarm.set(deadline);
  bell.clock.advance(100);
  assert.deepEqual(bell.rung, [['a', 10]]);
});

test('Alarm.set() before another alarm rings first', () => {
  const bell = new Bell();
  bell.alarm('a').set(30);
  const b = bell.alarm('b');
  b.set(40);
  b.set(20);
  bell.clock.advance(100);
  assert.deepEqual(bell.rung, [
    ['b', 20],
    ['a', 30],
  ]);
});

test('Alarm.set() rings again after it rang', () => {
  const bell = new Bell();
  const alarm = bell.alarm('a');
  for (const deadline of [10, 20]) {
    alarm.set(deadline);
    bell.clock.advanceTo(deadline);
  }
  assert.deepEqual(bell.rung, [
    ['a', 10],
    ['a', 20],
  ]);
});

test('Alarm.set() within its own ring rings again', () => {
  const bell = new Bell();
  const alarm = new Alarm(bell.alarms, () => {
    bell.rung.push(['a', bell.clock.now()]);
    if (bell.rung.length < 3) alarm.set(bell.clock.now() + 10);
  });
  alarm.set(10);
  bell.clock.advance(100);
  assert.deepEqual(bell.rung, [
    ['a', 10],
    ['a', 20],
    ['a', 30],
  ]);
});

test('Alarm.set() within its own ring, for a time that has passed, lets those that are due ring first', () => {
  const bell = new Bell();
  const again = new Alarm(bell.alarms, () => {
    bell.rung.push(['again', bell.clock.now()]);
    if (bell.rung.length === 1) again.set(5);
  });
  again.set(10);
  bell.alarm('other').set(10);
  bell.clock.advance(20);
  assert.deepEqual(bell.rung, [
    ['again', 10],
    ['other', 10],
    ['again', 10],
  ]);
});

test("Alarm.set() within another's ring moves an alarm that is due at the same time", () => {
  const bell = new Bell();
  const second = bell.alarm('second');
  new Alarm(bell.alarms, () => second.set(30)).set(10);
  second.set(10);
  bell.clock.advance(100);
  assert.deepEqual(bell.rung, [['second', 30]]);
});

test("Alarm.set() within another's ring, for a time that has passed, rings once", () => {
  const bell = new Bell();
  const second = bell.alarm('second');
  new Alarm(bell.alarms, () => second.set(5)).set(10);
  second.set(10);
  bell.clock.advance(100);
  assert.deepEqual([bell.rung, bell.alarms.size], [[['second', 10]], 0]);
});

test("Alarm.set() within another's ring rings both", () => {
  const bell = new Bell();
  const later = bell.alarm('later');
  const sooner = bell.alarm('sooner');
  new Alarm(bell.alarms, () => {
    later.set(30);
    sooner.set(20);
  }).set(10);
  bell.clock.advance(100);
  assert.deepEqual(bell.rung, [
    ['sooner', 20],
    ['later', 30],
  ]);
});

test('Alarm.deadline is Infinity unless it is set', () => {
  const bell = new Bell();
  const alarm = bell.alarm('a');
  const deadlines = [alarm.deadline];
  alarm.set(10);
  deadlines.push(alarm.deadline);
  alarm.clear();
  deadlines.push(alarm.deadline);
  alarm.set(20);
  bell.clock.advance(20);
  deadlines.push(alarm.deadline);
  assert.deepEqual(deadlines, [Infinity, 10, Infinity, Infinity]);
});

test('Alarm.clear() keeps it from ringing', () => {
  const bell = new Bell();
  const alarm = bell.alarm('a');
  alarm.set(10);
  alarm.clear();
  bell.clock.advance(100);
  assert.deepEqual([bell.rung, bell.alarms.size], [[], 0]);
});

test('Alarm.clear() leaves an entry that the next set() uses again', () => {
  const bell = new Bell();
  const alarm = bell.alarm('a');
  alarm.set(10);
  alarm.clear();
  alarm.set(20);
  assert.equal(bell.alarms.size, 1);
  bell.clock.advance(100);
  assert.deepEqual(bell.rung, [['a', 20]]);
});

test('Alarm.clear() leaves an entry that an earlier set() moves', () => {
  const bell = new Bell();
  const alarm = bell.alarm('a');
  alarm.set(10);
  alarm.clear();
  alarm.set(5);
  bell.clock.advance(100);
  assert.deepEqual(bell.rung, [['a', 5]]);
});

test('Alarm.clear() of one leaves the others ringing', () => {
  const bell = new Bell();
  const alarms = ['a', 'b', 'c'].map((name) => bell.alarm(name));
  for (const [i, alarm] of alarms.entries()) alarm.set(10 * (i + 1));
  alarms[0]?.clear();
  bell.clock.advance(100);
  assert.deepEqual(bell.rung, [
    ['b', 20],
    ['c', 30],
  ]);
});

test("Alarm.clear() within another's ring keeps it from ringing at the same time", () => {
  const bell = new Bell();
  const second = bell.alarm('second');
  const first = new Alarm(bell.alarms, () => {
    bell.rung.push(['first', bell.clock.now()]);
    second.clear();
  });
  first.set(10);
  second.set(10);
  bell.clock.advance(100);
  assert.deepEqual(bell.rung, [['first', 10]]);
});

test('Alarm.remove() leaves no entry and no timer', () => {
  const bell = new Bell();
  const alarm = bell.alarm('a');
  alarm.set(10);
  alarm.remove();
  assert.deepEqual([bell.alarms.size, bell.clock.pending, alarm.deadline], [0, 0, Infinity]);
});

test('Alarm.remove() does nothing to an alarm that is not set', () => {
  const bell = new Bell();
  bell.alarm('a').set(10);
  bell.alarm('b').remove();
  assert.equal(bell.alarms.size, 1);
});

test('Alarm.remove() may be called twice, and set() after it', () => {
  const bell = new Bell();
  const alarm = bell.alarm('a');
  alarm.set(10);
  alarm.remove();
  alarm.remove();
  alarm.set(20);
  bell.clock.advance(100);
  assert.deepEqual(bell.rung, [['a', 20]]);
});

test("Alarm.remove() within another's ring keeps it from ringing", () => {
  const bell = new Bell();
  const second = bell.alarm('second');
  new Alarm(bell.alarms, () => second.remove()).set(10);
  second.set(10);
  bell.clock.advance(100);
  assert.deepEqual([bell.rung, bell.alarms.size], [[], 0]);
});

test('Alarms.size counts alarms that are set', () => {
  const bell = new Bell();
  for (const name of ['a', 'b', 'c']) bell.alarm(name).set(10);
  assert.equal(bell.alarms.size, 3);
  bell.clock.advance(10);
  assert.equal(bell.alarms.size, 0);
});

test('Alarms.size does not grow when an alarm moves', () => {
  const bell = new Bell();
  const alarms = ['a', 'b', 'c'].map((name) => bell.alarm(name));
  for (const deadline of [30, 20, 10, 40]) for (const alarm of alarms) alarm.set(deadline);
  assert.equal(bell.alarms.size, 3);
});

test('Alarms.size shrinks with every alarm that is removed, wherever it stands', () => {
  const bell = new Bell();
  const alarms = ['a', 'b', 'c', 'd'].map((name) => bell.alarm(name));
  for (const [i, alarm] of alarms.entries()) alarm.set(10 + i);
  const sizes = [1, 3, 0, 2].map((i) => {
    alarms[i]?.remove();
    return bell.alarms.size;
  });
  assert.deepEqual(sizes, [3, 2, 1, 0]);
});

test('Alarms sets no timer for a deadline that is not the earliest', () => {
  const bell = new Bell();
  const set = bell.clock.setTimer.bind(bell.clock);
  let timers = 0;
  bell.clock.setTimer = (ms, callback) => {
    timers++;
    return set(ms, callback);
  };
  for (const deadline of [10, 20, 10, 15]) bell.alarm('x').set(deadline);
  assert.equal(timers, 1);
});

test('Alarms has one timer for all, at the earliest deadline', () => {
  const bell = new Bell();
  for (const deadline of [30, 10, 20]) bell.alarm('x').set(deadline);
  assert.deepEqual([bell.clock.pending, bell.clock.nextAt], [1, 10]);
});

test('Alarms keeps its timer while deadlines move later', () => {
  const bell = new Bell();
  const alarm = bell.alarm('a');
  alarm.set(10);
  alarm.set(20);
  assert.deepEqual([bell.clock.pending, bell.clock.nextAt], [1, 10]);
});

test('Alarms has no timer once all have rung', () => {
  const bell = new Bell();
  bell.alarm('a').set(10);
  bell.clock.advance(10);
  assert.equal(bell.clock.pending, 0);
});

test('Alarms sets its timer again for what is left', () => {
  const bell = new Bell();
  bell.alarm('a').set(10);
  bell.alarm('b').set(20);
  bell.clock.advance(10);
  assert.deepEqual([bell.clock.pending, bell.clock.nextAt], [1, 20]);
});

test('Alarms moves its timer to the next deadline when the earliest is removed', () => {
  const bell = new Bell();
  const alarms = [10, 30, 20].map((deadline) => {
    const alarm = bell.alarm('x');
    alarm.set(deadline);
    return alarm;
  });
  alarms[1]?.remove();
  const times = [bell.clock.nextAt];
  alarms[0]?.remove();
  times.push(bell.clock.nextAt);
  assert.deepEqual([times, bell.clock.pending], [[10, 20], 1]);
});

// deadline, when it can ring at the earliest, by how much it is late
for (const [deadline, at, late] of [
  [10, 10, 0],
  [10, 250, 240],
  [0.5, 2, 1.5],
] as const) {
  test(`Alarm says that it rings ${late} ms late at ${at} where its deadline was ${deadline}`, () => {
    const clock = new LateClock(at);
    const told: number[] = [];
    new Alarm(new Alarms(clock), (ms) => told.push(ms)).set(deadline);
    clock.advanceTo(at);
    assert.deepEqual(told, [late]);
  });
}

/** A clock whose timers run at one time only, as where the event loop was busy until then. */
class LateClock extends FakeClock {
  readonly #at: number;

  constructor(at: number) {
    super();
    this.#at = at;
  }

  override setTimer(_ms: number, callback: () => void): Timer {
    return super.setTimer(this.#at - this.now(), callback);
  }
}

test('Alarms counts durations from now', () => {
  const bell = new Bell();
  bell.clock.advance(100);
  bell.alarm('a').set(110);
  assert.equal(bell.clock.nextAt, 110);
});

/** A clock whose timers run 3 ms before their time. */
class HastyClock implements Clock {
  readonly fake = new FakeClock();

  now(): number {
    return this.fake.now();
  }

  wallNow(): number {
    return this.fake.wallNow();
  }

  setTimer(ms: number, callback: () => void): Timer {
    return this.fake.setTimer(ms > 3 ? ms - 3 : ms, callback);
  }

  atNextCheck(callback: () => void, keepAlive: boolean): void {
    this.fake.atNextCheck(callback, keepAlive);
  }
}

test('Alarms never rings early, even where the timer does', () => {
  const clock = new HastyClock();
  const rung: number[] = [];
  const alarms = new Alarms(clock);
  for (const deadline of [10, 12, 30]) new Alarm(alarms, () => rung.push(deadline, clock.now())).set(deadline);
  clock.fake.advance(100);
  assert.deepEqual(rung, [10, 10, 12, 12, 30, 30]);
});

test('Alarms rings a thousand in the order of their deadlines', () => {
  const bell = new Bell();
  const deadlines = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1009);
  for (const deadline of deadlines) bell.alarm('x').set(deadline);
  bell.clock.advance(2000);
  assert.deepEqual(
    bell.rung.map(([, at]) => at),
    deadlines.sort((a, b) => a - b),
  );
});

type Action = readonly ['set' | 'clear' | 'remove' | 'advance', number, number];

const action: fc.Arbitrary<Action> = fc.tuple(
  fc.constantFrom('set', 'set', 'set', 'clear', 'remove', 'advance'),
  fc.nat({ max: 9 }),
  fc.nat({ max: 40 }),
);

test('Alarms does what a list of deadlines would, whatever is done to it', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
      const bell = new Bell();
      const alarms = Array.from({ length: 10 }, (_, i) => bell.alarm(String(i)));
      const model = new Map<string, number>();
      for (const [what, i, ms] of actions) {
        const now = bell.clock.now();
        if (what === 'set') alarms[i]?.set(now + ms);
        if (what === 'set') model.set(String(i), now + ms);
        if (what === 'clear') alarms[i]?.clear();
        if (what === 'remove') alarms[i]?.remove();
        if (what === 'clear' || what === 'remove') model.delete(String(i));
        if (what !== 'advance') continue;
        bell.rung.length = 0;
        bell.clock.advance(ms);
        const due = [...model].filter(([, at]) => at <= now + ms).sort(([a], [b]) => a.localeCompare(b));
        assert.deepEqual(
          bell.rung.toSorted(([a], [b]) => a.localeCompare(b)),
          due,
        );
        for (const [name] of due) model.delete(name);
      }
    }),
    { numRuns: 300 },
  );
});
