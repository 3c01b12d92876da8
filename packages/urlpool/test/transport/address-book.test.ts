// What a manager knows of addresses, by a clock turned by hand and look-ups that the test answers one by one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from 'urlpool-testing';
import { AddressBook, type NamesCallback, uncached } from '../../src/transport/address-book.ts';
import type { Asker, ResolvedHost } from '../../src/transport/name-lookup.ts';

const [A, B, C] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
const SIX = '2001:db8::1';
const AGES = { ttl: 30_000, negativeTtl: 1_000, staleFor: 30_000, maxHosts: 1_000 };

interface Question {
  readonly host: string;
  readonly asker: Asker;
  answer(...addresses: string[]): void;
  /** Those there are, as far as could be found out. */
  answerSome(...addresses: string[]): void;
  answerFor(ttl: number, ...addresses: string[]): void;
  fail(code: string): void;
}

/** A book, what was asked for it, and what its callers were told. */
function book(settings: Partial<typeof AGES> = {}) {
  const clock = new FakeClock();
  const questions: Question[] = [];
  const names = new AddressBook(
    (host, asker, callback) => {
      const found = (ttl: number | null, addresses: string[], isWhole = true): ResolvedHost => ({
        ttl,
        addresses,
        isWhole,
      });
      questions.push({
        host,
        asker,
        answer: (...addresses) => callback(null, found(null, addresses)),
        answerSome: (...addresses) => callback(null, found(null, addresses, false)),
        answerFor: (ttl, ...addresses) => callback(null, found(ttl, addresses)),
        fail: (code) => callback(Object.assign(new Error(code), { code }), null),
      });
    },
    clock,
    { ...AGES, ...settings },
  );
  const told: string[] = [];
  /** Asks for a host; what it is told begins with `caller`. */
  const ask = (caller: string, host = 'name.test'): (() => void) | null => {
    const callback: NamesCallback = (error, addresses, isWhole) => {
      told.push(`${caller} ${isWhole ? '' : 'some '}${error?.message ?? addresses.join()}`);
    };
    return names.ask(host, callback);
  };
  /** What was told since. */
  const take = async (): Promise<string[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    return told.splice(0);
  };
  const question = (i: number): Question => {
    const asked = questions[i];
    if (asked === undefined) throw new Error(`Only ${questions.length} questions were asked`);
    return asked;
  };
  return { names, clock, questions, question, ask, take };
}

// Who asks at the same time

test('AddressBook asks once for all who want a host at the same time', async () => {
  const { ask, take, question, questions } = book();
  for (const caller of ['a', 'b', 'c']) assert.notEqual(ask(caller), null);
  ask('d', 'other.test');
  assert.deepEqual(
    questions.map(({ host }) => host),
    ['name.test', 'other.test'],
  );
  question(0).answer(A);
  assert.deepEqual(await take(), [`a ${A}`, `b ${A}`, `c ${A}`]);
});

test('AddressBook goes on with a look-up whose first caller gave up', async () => {
  const { ask, take, question } = book();
  const giveUp = ask('a');
  ask('b');
  giveUp?.();
  assert.equal(question(0).asker.signal.aborted, false);
  question(0).answer(A);
  assert.deepEqual(await take(), [`b ${A}`]);
});

test('AddressBook gives a look-up up with the last who waits for it, and asks anew for the next', async () => {
  const { ask, take, question, questions } = book();
  const giveUps = [ask('a'), ask('b')];
  for (const giveUp of giveUps) giveUp?.();
  for (const giveUp of giveUps) giveUp?.();
  assert.equal(question(0).asker.signal.aborted, true);
  ask('c');
  assert.equal(questions.length, 2);
  question(0).answer(B);
  assert.deepEqual(await take(), []);
  question(1).answer(A);
  assert.deepEqual(await take(), [`c ${A}`]);
});

test('AddressBook tells a failure to all, and asks anew for the next', async () => {
  const { ask, take, question, questions } = book();
  ask('a');
  ask('b');
  question(0).fail('ESERVFAIL');
  assert.deepEqual(await take(), ['a ESERVFAIL', 'b ESERVFAIL']);
  ask('c');
  assert.equal(questions.length, 2);
});

// Look-ups that are not answered

test('AddressBook asks once more for who comes when a look-up was not answered for 10 s', async () => {
  const { ask, take, clock, question, questions } = book();
  ask('a');
  clock.advance(9_999);
  ask('b');
  assert.equal(questions.length, 1);
  clock.advance(1);
  ask('c');
  ask('d');
  assert.equal(questions.length, 2);
  question(1).answer(A);
  assert.deepEqual(await take(), [`a ${A}`, `b ${A}`, `c ${A}`, `d ${A}`]);
  question(0).answer(B);
  assert.deepEqual(await take(), []);
  ask('e');
  assert.deepEqual(await take(), [`e ${A}`]);
});

test('AddressBook takes a late answer for the look-up that was asked again', async () => {
  const { ask, take, clock, question } = book();
  ask('a');
  clock.advance(10_000);
  ask('b');
  question(0).answer(A);
  assert.deepEqual(await take(), [`a ${A}`, `b ${A}`]);
  assert.equal(question(1).asker.signal.aborted, true);
});

test('AddressBook does not take a late failure for the look-up that was asked again', async () => {
  const { ask, take, clock, question } = book();
  ask('a');
  clock.advance(10_000);
  ask('b');
  question(0).fail('ETIMEOUT');
  assert.deepEqual(await take(), []);
  question(1).answer(A);
  assert.deepEqual(await take(), [`a ${A}`, `b ${A}`]);
});

// Addresses that are known before all are

test('AddressBook tells what is known early, to those who come meanwhile too, and then all', async () => {
  const { ask, take, question, questions } = book();
  ask('a');
  question(0).asker.onSome({ addresses: [A], ttl: null, isWhole: true });
  assert.deepEqual(await take(), [`a some ${A}`]);
  ask('b');
  assert.deepEqual(await take(), [`b some ${A}`]);
  question(0).answer(SIX, A);
  assert.deepEqual(await take(), [`a ${SIX},${A}`, `b ${SIX},${A}`]);
  assert.equal(questions.length, 1);
});

test('AddressBook goes on for the whole answer when those who had some of it have gone', async () => {
  const { ask, take, question, questions } = book();
  const giveUp = ask('a');
  question(0).asker.onSome({ addresses: [A], ttl: null, isWhole: true });
  giveUp?.();
  assert.equal(question(0).asker.signal.aborted, false);
  question(0).answer(SIX, A);
  assert.deepEqual(await take(), [`a some ${A}`]);
  assert.equal(ask('b'), null);
  assert.equal(questions.length, 1);
});

test('AddressBook tells watchers whole answers alone', () => {
  const { ask, names, question } = book();
  const heard: string[] = [];
  names.watch('name.test', (addresses) => heard.push(addresses.join()));
  ask('a');
  question(0).asker.onSome({ addresses: [A], ttl: null, isWhole: true });
  assert.deepEqual(heard, []);
  question(0).answer(SIX, A);
  assert.deepEqual(heard, [`${SIX},${A}`]);
});

// For how long answers are used

test('AddressBook uses an answer for 30 s, and for as long again while it asks anew', async () => {
  const { ask, take, clock, question, questions } = book();
  ask('a');
  question(0).answer(A);
  clock.advance(29_999);
  assert.equal(ask('b'), null);
  assert.equal(questions.length, 1);
  clock.advance(1);
  assert.equal(ask('c'), null);
  assert.equal(ask('d'), null);
  assert.equal(questions.length, 2);
  assert.deepEqual(await take(), [`a ${A}`, `b ${A}`, `c ${A}`, `d ${A}`]);
  question(1).answer(B);
  ask('e');
  assert.deepEqual(await take(), [`e ${B}`]);
  clock.advance(60_000);
  assert.notEqual(ask('f'), null);
});

test('AddressBook goes on asking anew though nobody waits for that', () => {
  const { ask, clock, question, questions } = book();
  ask('a');
  question(0).answer(A);
  clock.advance(59_999);
  ask('b');
  clock.advance(1);
  const giveUp = ask('c');
  assert.equal(questions.length, 2);
  giveUp?.();
  assert.equal(question(1).asker.signal.aborted, false);
});

// ttl, until when it is used, whether it is then used beyond that
const LIVES: readonly (readonly [number, number, boolean])[] = [
  [500, 500, true],
  [45_000, 45_000, true],
  [86_400_000, 3_600_000, true],
  [7 * 86_400_000, 3_600_000, true],
  [Number.POSITIVE_INFINITY, 3_600_000, true],
];

for (const [ttl, until, isStale] of LIVES) {
  test(`AddressBook uses an answer that holds for ${ttl} ms for ${until} ms`, () => {
    const { ask, clock, question, questions } = book();
    ask('a');
    question(0).answerFor(ttl, A);
    clock.advance(until - 1);
    ask('b');
    assert.equal(questions.length, 1);
    clock.advance(1);
    assert.equal(ask('c') === null, isStale);
    assert.equal(questions.length, 2);
  });
}

test('AddressBook keeps an answer that holds for 0 ms for nobody after those who asked', async () => {
  const { ask, take, question, questions } = book();
  ask('a');
  ask('b');
  question(0).answerFor(0, A);
  assert.deepEqual(await take(), [`a ${A}`, `b ${A}`]);
  assert.notEqual(ask('c'), null);
  assert.equal(questions.length, 2);
});

test('AddressBook remembers for 1 s that a name has no address', async () => {
  const { ask, take, clock, question, questions } = book();
  ask('a');
  question(0).fail('ENOTFOUND');
  clock.advance(999);
  assert.equal(ask('b'), null);
  assert.deepEqual(await take(), ['a ENOTFOUND', 'b ENOTFOUND']);
  clock.advance(1);
  assert.notEqual(ask('c'), null);
  assert.equal(questions.length, 2);
});

test('AddressBook uses an old answer where asking anew fails, and asks no more for 1 s', async () => {
  const { ask, take, clock, question, questions } = book();
  ask('a');
  question(0).answer(A);
  clock.advance(30_000);
  ask('b');
  question(1).fail('ESERVFAIL');
  clock.advance(999);
  ask('c');
  assert.equal(questions.length, 2);
  clock.advance(1);
  ask('d');
  assert.equal(questions.length, 3);
  assert.deepEqual(
    await take(),
    ['a', 'b', 'c', 'd'].map((caller) => `${caller} ${A}`),
  );
});

// Kept connections

test('AddressBook.refresh() asks anew where the answer has outlived its time, and nothing of a host that is unknown', () => {
  const { ask, names, clock, question, questions } = book();
  names.refresh('name.test');
  ask('a');
  names.refresh('name.test');
  question(0).answer(A);
  clock.advance(29_999);
  names.refresh('name.test');
  assert.equal(questions.length, 1);
  clock.advance(1);
  names.refresh('name.test');
  names.refresh('name.test');
  assert.equal(questions.length, 2);
});

test('AddressBook.refresh() asks once in a second, however short the life of answers is', () => {
  const { ask, names, clock, question, questions } = book();
  ask('a');
  question(0).answerFor(0, A);
  for (let i = 1; i <= 3; i++) {
    clock.advance(999);
    names.refresh('name.test');
    assert.equal(questions.length, i);
    clock.advance(1);
    names.refresh('name.test');
    assert.equal(questions.length, i + 1);
    question(i).answerFor(0, A);
  }
});

test('AddressBook.watch() tells every answer until it is stopped, and no failure', () => {
  const { ask, names, clock, question } = book();
  const heard: string[] = [];
  const stop = names.watch('name.test', (addresses) => heard.push(addresses.join()));
  ask('a');
  question(0).answer(A);
  clock.advance(30_000);
  names.refresh('name.test');
  question(1).fail('ENOTFOUND');
  clock.advance(30_000);
  names.refresh('name.test');
  question(2).answer(B, A);
  assert.deepEqual(heard, [`${A}`, `${B},${A}`]);
  stop();
  clock.advance(30_000);
  names.refresh('name.test');
  question(3).answer(C);
  assert.equal(heard.length, 2);
});

// The order

test('AddressBook lets addresses take turns, from call to call', async () => {
  const { ask, take, question } = book();
  for (const caller of ['a', 'b']) ask(caller);
  question(0).answer(A, B, C);
  for (const caller of ['c', 'd']) ask(caller);
  assert.deepEqual(await take(), [`a ${A},${B},${C}`, `b ${B},${C},${A}`, `c ${C},${A},${B}`, `d ${A},${B},${C}`]);
});

test('AddressBook puts an address that failed last, for 30 s or until it answers', async () => {
  const { ask, take, names, clock, question } = book({ ttl: 3_600_000 });
  const firsts = async (): Promise<(string | undefined)[]> => {
    for (let i = 0; i < 4; i++) ask('');
    return (await take()).map((line) => line.trim().split(',').at(-1));
  };
  ask('');
  question(0).answer(A, B);
  await take();
  names.onFailed('name.test', A);
  assert.deepEqual(await firsts(), [A, A, A, A]);
  clock.advance(29_999);
  assert.deepEqual(await firsts(), [A, A, A, A]);
  clock.advance(1);
  assert.deepEqual((await firsts()).sort(), [A, A, B, B]);
  names.onFailed('name.test', B);
  assert.deepEqual(await firsts(), [B, B, B, B]);
  names.onConnected('name.test', B);
  assert.deepEqual((await firsts()).sort(), [A, A, B, B]);
});

test('AddressBook tries the family that answered first, for 10 minutes from when it found out', async () => {
  const { ask, take, names, clock, question } = book({ ttl: 3_600_000 });
  const first = async (): Promise<string | undefined> => {
    ask('');
    return (await take())[0]?.trim().split(',')[0];
  };
  ask('');
  question(0).answer(SIX, A);
  assert.deepEqual(await take(), [` ${SIX},${A}`]);
  names.onConnected('name.test', A);
  assert.equal(await first(), A);
  clock.advance(300_000);
  // That it goes on to work is no reason to try it for longer.
  names.onConnected('name.test', A);
  clock.advance(299_999);
  assert.equal(await first(), A);
  clock.advance(1);
  assert.equal(await first(), SIX);
  names.onConnected('name.test', A);
  names.onConnected('name.test', SIX);
  assert.equal(await first(), SIX);
});

test('AddressBook takes what it hears of hosts that it does not know', () => {
  const { names } = book();
  names.onConnected('name.test', A);
  names.onFailed('name.test', A);
});

// How many hosts

test('AddressBook forgets the hosts that were asked for longest ago, and none that is in use', async () => {
  const { ask, take, names, question, questions } = book({ maxHosts: 2 });
  const stop = names.watch('watched.test', () => {});
  ask('a', 'a.test');
  ask('b', 'b.test');
  question(0).answer(A);
  question(1).answer(B);
  // Asked for, watched, and the one in hand: more than two, and all are in use.
  ask('c', 'c.test');
  ask('d', 'c.test');
  assert.equal(questions.length, 3);
  question(2).answer(C);
  assert.deepEqual(await take(), [`a ${A}`, `b ${B}`, `c ${C}`, `d ${C}`]);
  assert.equal(ask('e', 'c.test'), null);
  stop();
  ask('f', 'd.test');
  assert.equal(ask('g', 'c.test'), null);
  assert.notEqual(ask('h', 'a.test'), null);
});

test('AddressBook keeps the host that is asked for though all others are in use', async () => {
  const { ask, take, names, question, questions } = book({ maxHosts: 1 });
  const heard: string[] = [];
  names.watch('watched.test', (addresses) => heard.push(addresses.join()));
  ask('a');
  ask('b');
  assert.equal(questions.length, 1);
  question(0).answer(A);
  assert.equal(ask('c'), null);
  assert.deepEqual(await take(), [`a ${A}`, `b ${A}`, `c ${A}`]);
  ask('d', 'watched.test');
  question(1).answer(B);
  assert.deepEqual(heard, [B]);
});

test('AddressBook ends what was asked anew for connections with the last of them', () => {
  const { ask, clock, names, question, questions } = book();
  ask('a');
  question(0).answer(A);
  const stops = [1, 2].map(() => names.watch('name.test', () => {}));
  clock.advance(30_000);
  names.refresh('name.test');
  stops[0]?.();
  assert.equal(question(1).asker.signal.aborted, false);
  stops[1]?.();
  assert.equal(question(1).asker.signal.aborted, true);
  names.watch('name.test', () => {});
  names.refresh('name.test');
  assert.equal(questions.length, 3);
});

for (const isAwaited of [true, false]) {
  test(`AddressBook goes on without connections where ${isAwaited ? 'somebody waits' : 'who dials next needs it'}`, async () => {
    const { ask, clock, names, question, take } = book({ staleFor: isAwaited ? 0 : 30_000 });
    ask('a');
    question(0).answer(A);
    const stop = names.watch('name.test', () => {});
    clock.advance(30_000);
    names.refresh('name.test');
    ask('b');
    await take();
    stop();
    assert.equal(question(1).asker.signal.aborted, false);
    question(1).answer(B);
    assert.deepEqual(await take(), isAwaited ? [`b ${B}`] : []);
  });
}

test('AddressBook tells watchers of no answer that lacks some', () => {
  const { ask, names, question } = book();
  const heard: string[] = [];
  names.watch('name.test', (addresses) => heard.push(addresses.join()));
  ask('a');
  question(0).answerSome(A);
  assert.deepEqual(heard, []);
});

// Who waits keeps the process alive

test('AddressBook keeps the process alive while somebody waits, and has nothing to connect to', async () => {
  const { ask, clock, question } = book();
  assert.equal(clock.pending, 0);
  const giveUps = [ask('a'), ask('b')];
  assert.equal(clock.pending, 2);
  giveUps[0]?.();
  assert.equal(clock.pending, 1);
  question(0).asker.onSome({ addresses: [A], ttl: null, isWhole: true });
  assert.equal(clock.pending, 0);
  ask('c');
  assert.equal(clock.pending, 0);
  question(0).answer(SIX, A);
  ask('d', 'other.test');
  assert.equal(clock.pending, 1);
  question(1).fail('EAI_AGAIN');
  assert.equal(clock.pending, 0);
});

// Without a cache

test('uncached() keeps the process alive until it has an answer, or is given up', () => {
  const clock = new FakeClock();
  const callbacks: Parameters<Parameters<typeof uncached>[0]>[2][] = [];
  const names = uncached((_host, _asker, callback) => callbacks.push(callback), clock);
  names.ask('a.test', () => {});
  const giveUp = names.ask('b.test', () => {});
  assert.equal(clock.pending, 2);
  callbacks[0]?.(new Error('oops'), null);
  giveUp?.();
  assert.equal(clock.pending, 0);
});

test('uncached() asks for each, and gives each up by itself', () => {
  const asked: Asker[] = [];
  const told: string[] = [];
  const names = uncached((_host, asker, callback) => {
    asked.push(asker);
    asker.onSome({ addresses: [A], ttl: null, isWhole: true });
    callback(null, { addresses: [SIX, A], ttl: null, isWhole: true });
  }, new FakeClock());
  const giveUps = [1, 2].map(() =>
    names.ask('name.test', (_error, addresses, isWhole) => told.push(`${addresses.join()} ${isWhole}`)),
  );
  assert.deepEqual(told, [`${A} false`, `${SIX},${A} true`, `${A} false`, `${SIX},${A} true`]);
  giveUps[1]?.();
  assert.deepEqual(
    asked.map(({ signal }) => signal.aborted),
    [false, true],
  );
});
