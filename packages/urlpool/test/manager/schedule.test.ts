// What begins when, in words: each case is a line of steps, and what each of them lets begin.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from 'urlpool-testing';
import { Schedule } from '../../src/manager/schedule.ts';
import { RateLimiter } from '../../src/policy/rate-limiter.ts';

interface Case {
  readonly perOrigin?: number;
  readonly rate?: { readonly requests: number; readonly per: number };
  /**
   * `+a1` adds an item of origin a; `?` takes all that may begin; `1` takes one; `-a` ends one of origin a; `@50` is a time.
   */
  readonly steps: string;
  /** What began, in order. */
  readonly begins: string;
  /** Items that wait in the end. */
  readonly aside?: number;
  readonly wakesAt?: number;
}

const CASES: Readonly<Record<string, Case>> = {
  'begins all where nothing is full': { steps: '+a1 +a2 +b1 ?', begins: 'a1 b1 a2' },
  'has no more of an origin than it may': { perOrigin: 2, steps: '+a1 +a2 +a3 +b1 ?', begins: 'a1 b1 a2', aside: 1 },
  'goes on with an origin when one of it ends': {
    perOrigin: 1,
    steps: '+a1 +a2 +a3 ? -a ?',
    begins: 'a1 a2',
    aside: 1,
  },
  'keeps the order of an origin': { perOrigin: 1, steps: '+a1 +a2 +a3 ? -a ? -a +a4 ? -a ?', begins: 'a1 a2 a3 a4' },
  'does not go past a full origin for its own': { perOrigin: 1, steps: '+a1 +a2 ? +b1 ?', begins: 'a1 b1', aside: 1 },
  'lets origins take turns': { steps: '+a1 +a2 +a3 +b1 +b2 1 1 1 1 1', begins: 'a1 b1 a2 b2 a3' },
  'an end of another origin changes nothing': { perOrigin: 1, steps: '+a1 +a2 +b1 ? -b ?', begins: 'a1 b1', aside: 1 },
  'an end of what it does not know changes nothing': { perOrigin: 1, steps: '-z +a1 ?', begins: 'a1' },
  'sets aside what has no turn': {
    rate: { requests: 1, per: 100 },
    steps: '+a1 +a2 +b1 ?',
    begins: 'a1 b1',
    aside: 1,
    wakesAt: 100,
  },
  'begins what has a turn when its time comes': {
    rate: { requests: 1, per: 100 },
    steps: '+a1 +a2 +a3 ? @99 ? @100 ?',
    begins: 'a1 a2',
    aside: 1,
    wakesAt: 200,
  },
  'wakes for the one whose turn is first': {
    rate: { requests: 1, per: 100 },
    steps: '+a1 +a2 ? @30 +b1 +b2 ?',
    begins: 'a1 b1',
    aside: 2,
    wakesAt: 100,
  },
  'wants a place and a turn': {
    perOrigin: 1,
    rate: { requests: 1, per: 100 },
    steps: '+a1 +a2 ? @200 ? -a ?',
    begins: 'a1 a2',
  },
  'does not wake for an origin that is full': {
    perOrigin: 1,
    rate: { requests: 1, per: 100 },
    steps: '+a1 +a2 ?',
    begins: 'a1',
    aside: 1,
  },
  'rests an origin that has a place again': {
    perOrigin: 1,
    rate: { requests: 1, per: 100 },
    steps: '+a1 +a2 ? @10 -a ?',
    begins: 'a1',
    aside: 1,
    wakesAt: 100,
  },
};

for (const [
  name,
  { perOrigin = Number.POSITIVE_INFINITY, rate, steps, begins, aside = 0, wakesAt = null },
] of Object.entries(CASES)) {
  test(`Schedule ${name}`, () => {
    const clock = new FakeClock();
    const limiter = rate === undefined ? null : new RateLimiter(rate, clock);
    const turns =
      limiter === null
        ? null
        : { wait: (origin: string) => limiter.wait(origin), take: (origin: string) => void limiter.turn(origin) };
    const schedule = new Schedule<string>({ perOrigin, turns });
    const begun: string[] = [];
    for (const step of steps.split(' ')) {
      const origin = step.charAt(1);
      if (step.startsWith('+')) schedule.add(step.slice(1), origin);
      else if (step.startsWith('-')) schedule.ended(origin);
      else if (step.startsWith('@')) clock.advance(Number(step.slice(1)) - clock.now());
      else {
        for (let next = schedule.next(clock.now()); next !== null; next = schedule.next(clock.now())) {
          assert.equal(next.origin, next.item.charAt(0));
          begun.push(next.item);
          if (step === '1') break;
        }
      }
    }
    assert.deepEqual(
      { begun: begun.join(' '), aside: schedule.aside, wakesAt: schedule.wakesAt },
      { begun: begins, aside, wakesAt },
    );
  });
}

test('Schedule begins everything in the end, never more than it may, and remembers no origin afterwards', () => {
  const cases = fc.record({
    perOrigin: fc.integer({ min: 1, max: 3 }),
    origins: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 50 }),
    rate: fc.option(fc.record({ requests: fc.integer({ min: 1, max: 3 }), per: fc.integer({ min: 1, max: 50 }) })),
    seed: fc.integer({ min: 0, max: 1_000 }),
  });
  fc.assert(
    fc.property(cases, ({ perOrigin, origins, rate, seed }) => {
      const clock = new FakeClock();
      const limiter = rate === null ? null : new RateLimiter(rate, clock);
      const turns = limiter && {
        wait: (origin: string) => limiter.wait(origin),
        take: (origin: string) => assert.equal(limiter.turn(origin), 0),
      };
      const schedule = new Schedule<number>({ perOrigin, turns });
      const running: string[] = [];
      const begun: number[] = [];
      const waiting = origins.map((origin, i) => [i, `${origin}`] as const);
      for (let step = seed; begun.length < origins.length || running.length > 0; step++) {
        if (step % 3 !== 0) {
          const added = waiting.shift();
          if (added !== undefined) schedule.add(...added);
        }
        for (let next = schedule.next(clock.now()); next !== null; next = schedule.next(clock.now())) {
          begun.push(next.item);
          running.push(next.origin);
          assert.ok(running.filter((origin) => origin === next?.origin).length <= perOrigin);
        }
        const ended = running.splice(step % Math.max(1, running.length), 1)[0];
        if (ended !== undefined) schedule.ended(ended);
        else if (schedule.wakesAt !== null) clock.advance(schedule.wakesAt - clock.now());
      }
      assert.equal(new Set(begun).size, origins.length);
      for (const one of new Set(origins)) {
        const ofOne = begun.filter((i) => origins[i] === one);
        assert.deepEqual(
          ofOne,
          [...ofOne].sort((a, b) => a - b),
        );
      }
      assert.deepEqual([schedule.aside, schedule.origins, schedule.wakesAt], [0, 0, null]);
    }),
  );
});
