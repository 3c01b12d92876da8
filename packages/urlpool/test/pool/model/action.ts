// What may happen at any moment of a run: the caller's doings, the servers' and the clock's. Those that are about one of
// several things name it by a number, counted around.

import fc from 'fast-check';
import type { CallChoices, WorldLimits } from './choices.ts';
import { ANSWERS, type AnswerKind } from './fake-server.ts';

export type Action =
  | { readonly do: 'send'; readonly call: CallChoices; readonly times: number }
  | { readonly do: 'abort'; readonly nth: number }
  | { readonly do: 'dial'; readonly nth: number; readonly fails: boolean }
  | { readonly do: 'answer'; readonly nth: number; readonly how: AnswerKind }
  | { readonly do: 'hang-up' | 'reset'; readonly of: 'any' | 'idle'; readonly nth: number }
  | { readonly do: 'unasked' | 'read'; readonly nth: number }
  | { readonly do: 'dispose'; readonly nth: number; readonly pieces: number }
  | { readonly do: 'clear' }
  | { readonly do: 'close'; readonly timeout: number }
  | { readonly do: 'connect'; readonly origin: number }
  | { readonly do: 'preconnect'; readonly origin: number; readonly count: number; readonly leaves: boolean }
  | { readonly do: 'suspend' | 'jump'; readonly ms: number };

/** What follows some actions. */
export type Pause =
  | { readonly is: 'rest' }
  | { readonly is: 'poll' | 'turn'; readonly from: number }
  | { readonly is: 'pass'; readonly ms: number };

const nth = fc.nat({ max: 5 });

const TIMEOUT = fc.oneof(
  { weight: 9, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.constant({ pool: 8 }) },
  { weight: 1, arbitrary: fc.constant({ total: 25 }) },
  { weight: 1, arbitrary: fc.constant({ connect: 5 }) },
  { weight: 1, arbitrary: fc.constant({ read: 12 }) },
  { weight: 1, arbitrary: fc.constant({ head: 10, connect: 3 }) },
  { weight: 1, arbitrary: fc.constant({ total: 60, pool: 30, connect: 20, read: 20 }) },
);

const CALL: fc.Arbitrary<CallChoices> = fc.record({
  origin: fc.constantFrom(0, 0, 0, 1, 1, 2, 3),
  method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'PUT'),
  body: fc.constantFrom('none', 'none', 'none', 'none', 'none', 'none', 'small', 'small', 'large', 'once'),
  streams: fc.constantFrom(false, false, true),
  timeout: TIMEOUT,
  retries: fc.constantFrom(false, false, true, 1),
  signal: fc.constantFrom(...Array.from({ length: 15 }, () => 'own' as const), 'shared', 'shared', 'aborted'),
  followers: fc.constantFrom(0, 0, 0, 0, 1, 2),
});

const MS = fc.constantFrom(1, 3, 5, 10, 10, 30, 50, 300, 1_000, 60_000);

const ACTION: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 18,
    arbitrary: fc.record({ do: fc.constant('send'), call: CALL, times: fc.constantFrom(1, 1, 1, 1, 2, 3, 5) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('abort'), nth }) },
  {
    weight: 30,
    arbitrary: fc.record({
      do: fc.constant('dial'),
      nth,
      fails: fc.constantFrom(false, false, false, false, false, false, true),
    }),
  },
  {
    weight: 24,
    arbitrary: fc.record({
      do: fc.constant('answer'),
      nth,
      how: fc.constantFrom(...Array.from({ length: 9 }, () => 'whole' as const), ...ANSWERS),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('hang-up', 'hang-up', 'reset'),
      of: fc.constantFrom('any', 'idle', 'idle'),
      nth,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unasked'), nth }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('read'), nth }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('dispose'), nth, pieces: fc.constantFrom(0, 0, 1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('clear') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close'), timeout: fc.constantFrom(0, 20, 30_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('connect'), origin: nth }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('preconnect'),
      origin: nth,
      count: fc.constantFrom(1, 1, 2, 5),
      leaves: fc.constantFrom(false, false, true),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('suspend'), ms: MS }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('jump'), ms: MS }) },
);

const PAUSE: fc.Arbitrary<Pause> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ is: fc.constant('rest') }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('poll'), from: nth }) },
  { weight: 8, arbitrary: fc.record({ is: fc.constant('turn'), from: nth }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('pass'), ms: MS }) },
);

/** Some actions, one right after the other, and a pause. */
export const STEP: fc.Arbitrary<{ readonly actions: readonly Action[]; readonly pause: Pause }> = fc.record({
  actions: fc.array(ACTION, { minLength: 1, maxLength: 3 }),
  pause: PAUSE,
});

const unlimited = Number.POSITIVE_INFINITY;

const ANY_LIMITS: fc.Arbitrary<WorldLimits> = fc.record({
  origins: fc.constantFrom(1, 2, 3, 4, 4),
  maxSize: fc.constantFrom(2, 2, 2, 1),
  maxConnections: fc.constantFrom(3, 3, 3, 2, 1, unlimited),
  maxIdle: fc.constantFrom(2, 2, 2, 1, 0),
  minIdle: fc.constantFrom(0, 0, 0, 1, 2),
  maxQueued: fc.constantFrom(unlimited, unlimited, unlimited, unlimited, 3, 1, 0),
  numPools: fc.constantFrom(2, 2, 1, 8),
  block: fc.constantFrom(true, true, false),
  idleTimeout: fc.constantFrom(50_000, 50_000, 20),
  maxAge: fc.constantFrom(unlimited, unlimited, 40),
  maxRequestsPerConnection: fc.constantFrom(unlimited, unlimited, unlimited, 2),
});

/** No more are to be warm than may be kept. */
export const LIMITS: fc.Arbitrary<WorldLimits> = ANY_LIMITS.map((limits) => {
  const { minIdle, maxIdle, maxSize } = limits;
  return { ...limits, minIdle: Math.min(minIdle, maxIdle, maxSize) };
});
