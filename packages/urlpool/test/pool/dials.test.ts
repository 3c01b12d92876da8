// Late binding, over the wire: who gets the connection of which dial, and what becomes of dials whose caller has left.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NameResolutionError, Retry, TimeoutError } from 'urlpool';
import { FakeClock } from 'urlpool-testing';
import { echo, servedPool } from '../connection/served-pool.ts';
import { assertBalanced, assertResting } from './balance.ts';
import { HeldAnswers } from './held-answers.ts';
import { HeldLookup } from './held-lookup.ts';

const LEFT = new Error('the caller left');

/** A request that can be aborted, and is expected to be. */
function abortable(request: (signal: AbortSignal) => Promise<unknown>) {
  const controller = new AbortController();
  const rejected = assert.rejects(request(controller.signal), LEFT);
  return async (): Promise<void> => {
    controller.abort(LEFT);
    await rejected;
  };
}

// Whatever comes first

test('request() takes a connection that came free before its own dial was done, and the dial becomes idle', async (t) => {
  const lookup = new HeldLookup(1);
  const answers = new HeldAnswers();
  const { pool, server, told } = await servedPool(t, answers.script, { ...lookup });
  const first = pool.request('GET', '/held');
  await server.request(0);
  const second = pool.request('GET', '/b');
  answers.release('/held');
  assert.equal((await second).connection.id, (await first).connection.id);
  assert.equal(pool.snapshot().dialling, 1);
  lookup.answer(1);
  await told('dial-end', 1);
  assertResting(pool.snapshot(), 2);
});

test('request() takes a dial that was done before a connection came free', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script);
  const first = pool.request('GET', '/held');
  await server.request(0);
  const second = await pool.request('GET', '/b');
  assert.equal(second.connection.reused, false);
  assert.deepEqual([pool.snapshot().active, pool.snapshot().idle], [1, 1]);
  answers.release('/held');
  await first;
  assertResting(pool.snapshot(), 2);
});

test('request() that waits longest takes the dial that is done first, whoever it was started for', async (t) => {
  const lookup = new HeldLookup();
  const { pool, server } = await servedPool(t, echo, { ...lookup });
  const calls = ['/a', '/b', '/c'].map((target) => pool.request('GET', target));
  lookup.answer(2);
  await server.request(0);
  lookup.answer(0);
  lookup.answer(1);
  await Promise.all(calls);
  assert.equal(server.requests[0]?.target, '/a');
  assertBalanced(pool.snapshot());
});

test('request() that came last is served by a dial that another left behind', async (t) => {
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup });
  const abort = abortable((signal) => pool.request('GET', '/left', { signal }));
  await abort();
  const next = pool.request('GET', '/next');
  assert.equal(lookup.asked, 1);
  lookup.answer(0);
  assert.equal((await next).text(), '/next');
  assertResting(pool.snapshot(), 1);
});

test('request() finds a connection idle whose dial nobody wanted', async (t) => {
  const lookup = new HeldLookup();
  const { pool, told } = await servedPool(t, echo, { ...lookup });
  const abort = abortable((signal) => pool.request('GET', '/left', { signal }));
  await abort();
  lookup.answer(0);
  await told('dial-end');
  assertResting(pool.snapshot(), 1);
  assert.equal((await pool.request('GET', '/next')).text(), '/next');
  const { numConnections, numRequests, reused, closed } = pool.snapshot();
  assert.deepEqual(
    { numConnections, numRequests, reused, closed },
    { numConnections: 1, numRequests: 1, reused: 0, closed: {} },
  );
});

test('request() starts a dial only while fewer are under way than calls wait', async (t) => {
  const answers = new HeldAnswers();
  const starts: [dialling: number, queued: number][] = [];
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, answers.script, {
    ...lookup,
    maxSize: 8,
    onEvent: ({ type }) => {
      if (type !== 'dial-start') return;
      const { dialling, queued } = pool.snapshot();
      starts.push([dialling, queued]);
    },
  });
  const aborts = ['/1', '/2', '/3'].map((target) => abortable((signal) => pool.request('GET', target, { signal })));
  for (const abort of aborts.slice(1)) await abort();
  // Three dials for one call: they are enough for two more.
  const calls = ['/5', '/6'].map((target) => pool.request('GET', target));
  assert.equal(lookup.asked, 3);
  calls.push(pool.request('GET', '/8'));
  assert.equal(lookup.asked, 4);
  await aborts[0]?.();
  lookup.answerAll();
  await Promise.all(calls);
  assert.deepEqual(
    starts.filter(([dialling, queued]) => dialling > queued),
    [],
  );
  assert.equal(starts.length, 4);
});

test('request() opens no connection for calls that idle ones can serve', async (t) => {
  const { pool } = await servedPool(t, echo);
  await Promise.all(['/a', '/b', '/c'].map((target) => pool.request('GET', target)));
  const { numConnections } = pool.snapshot();
  await Promise.all(['/d', '/e', '/f'].map((target) => pool.request('GET', target)));
  assert.equal(pool.numConnections, numConnections);
});

// Cancelling

test('request() that is aborted cancels no dial', async (t) => {
  const lookup = new HeldLookup();
  const { pool, told } = await servedPool(t, echo, { ...lookup });
  const aborts = ['/a', '/b', '/c'].map((target) => abortable((signal) => pool.request('GET', target, { signal })));
  for (const abort of aborts) await abort();
  const { dialling, queued, closed } = pool.snapshot();
  assert.deepEqual({ dialling, queued, closed }, { dialling: 3, queued: 0, closed: {} });
  lookup.answerAll();
  await told('dial-end', 2);
  assertResting(pool.snapshot(), 3);
});

test('request() that is aborted leaves its dial to the next in the queue, for as long as that waits', async (t) => {
  const clock = new FakeClock();
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup, clock, maxSize: 1 });
  const abort = abortable((signal) => pool.request('GET', '/left', { signal }));
  const next = pool.request('GET', '/next');
  await abort();
  clock.advance(9_000);
  lookup.answer(0);
  assert.equal((await next).text(), '/next');
  assert.equal(lookup.asked, 1);
});

// Failing

test('request() fails with the dial that was started for it, and no other call does', async (t) => {
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup });
  const calls = ['/a', '/b', '/c'].map((target) => pool.request('GET', target));
  lookup.fail(1);
  await assert.rejects(calls[1] ?? Promise.resolve(), NameResolutionError);
  const { dialling, queued, closed } = pool.snapshot();
  assert.deepEqual({ dialling, queued, closed }, { dialling: 2, queued: 2, closed: { 'dial-failed': 1 } });
  lookup.answer(0);
  lookup.answer(2);
  assert.deepEqual([(await calls[0])?.text(), (await calls[2])?.text()], ['/a', '/c']);
});

test('request() that waits at maxSize gets a dial of its own when that of another fails', async (t) => {
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup, maxSize: 1 });
  const calls = ['/a', '/b'].map((target) => pool.request('GET', target));
  lookup.fail(0);
  await assert.rejects(calls[0] ?? Promise.resolve(), NameResolutionError);
  assert.equal(lookup.asked, 2);
  lookup.answer(1);
  assert.equal((await calls[1])?.text(), '/b');
  assertResting(pool.snapshot(), 1);
});

test('request() does not fail with a dial that was started for one who has been served', async (t) => {
  const lookup = new HeldLookup();
  const { pool, server } = await servedPool(t, new HeldAnswers().script, { ...lookup });
  void pool.request('GET', '/held').catch(() => {});
  const second = pool.request('GET', '/b');
  // The first is served by the dial of the second, which counts on that of the first then.
  lookup.answer(1);
  await server.request(0);
  lookup.fail(0);
  await assertDialling(lookup, 3);
  lookup.answer(2);
  assert.equal((await second).text(), '/b');
});

test('request() does not fail with a dial that was started for one who has left', async (t) => {
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup });
  const abort = abortable((signal) => pool.request('GET', '/left', { signal }));
  await abort();
  const next = pool.request('GET', '/next');
  lookup.fail(0);
  await assertDialling(lookup, 2);
  lookup.answer(1);
  assert.equal((await next).text(), '/next');
  assert.deepEqual(pool.snapshot().closed, { 'dial-failed': 1 });
});

/** Waits until so many dials were started; the look-ups before have just been answered. */
async function assertDialling(lookup: HeldLookup, count: number): Promise<void> {
  for (let turn = 0; turn < 100 && lookup.asked < count; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(lookup.asked, count);
}

test('request() fails nobody with a dial that nobody wants', async (t) => {
  const lookup = new HeldLookup();
  const { pool, told } = await servedPool(t, echo, { ...lookup });
  const abort = abortable((signal) => pool.request('GET', '/left', { signal }));
  await abort();
  lookup.fail(0);
  await told('dial-end');
  assertResting(pool.snapshot(), 0);
  assert.deepEqual(pool.snapshot().closed, { 'dial-failed': 1 });
});

test('request() that is tried again after its dial failed waits behind those that came meanwhile', async (t) => {
  const lookup = new HeldLookup();
  const { pool, server } = await servedPool(t, echo, { ...lookup, maxSize: 1, retries: new Retry({ connect: 1 }) });
  const calls = ['/a', '/b', '/c'].map((target) => pool.request('GET', target));
  lookup.fail(0);
  await assertDialling(lookup, 2);
  lookup.answer(1);
  await Promise.all(calls);
  assert.deepEqual(
    server.requests.map(({ target }) => target),
    ['/b', '/c', '/a'],
  );
});

// Giving up

test('request() gives a dial another second where it was wanted again meanwhile', async (t) => {
  const clock = new FakeClock();
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup, clock });
  const first = abortable((signal) => pool.request('GET', '/a', { signal }));
  await first();
  clock.advance(999);
  const second = abortable((signal) => pool.request('GET', '/b', { signal }));
  clock.advance(5_000);
  await second();
  clock.advance(999);
  assert.equal(pool.snapshot().dialling, 1);
  clock.advance(1);
  const { dialling, closed } = pool.snapshot();
  assert.deepEqual([dialling, closed, lookup.asked], [0, { 'dial-abandoned': 1 }, 1]);
});

test('request() gives up each dial a second after its own caller left', async (t) => {
  const clock = new FakeClock();
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup, clock });
  const aborts = ['/a', '/b', '/c'].map((target) => abortable((signal) => pool.request('GET', target, { signal })));
  const left: number[] = [];
  for (const abort of aborts) {
    await abort();
    clock.advance(400);
  }
  // At 1,200 ms, they left at 0, 400 and 800.
  for (const time of [1_399, 1_400, 1_799, 1_800]) {
    clock.advanceTo(time);
    left.push(pool.snapshot().dialling);
  }
  assert.deepEqual(left, [2, 1, 1, 0]);
  assertBalanced(pool.snapshot());
});

test('request() may dial where a dial that nobody wanted was given up', async (t) => {
  const clock = new FakeClock();
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup, clock, maxSize: 1 });
  const abort = abortable((signal) => pool.request('GET', '/left', { signal }));
  await abort();
  clock.advance(1_000);
  const next = pool.request('GET', '/next');
  lookup.answer(1);
  assert.equal((await next).text(), '/next');
  assertResting(pool.snapshot(), 1);
});

test('request() takes no connection from a dial that was given up', async (t) => {
  const clock = new FakeClock();
  const lookup = new HeldLookup();
  const { pool, server } = await servedPool(t, echo, { ...lookup, clock });
  const abort = abortable((signal) => pool.request('GET', '/left', { signal }));
  await abort();
  clock.advance(1_000);
  lookup.answer(0);
  const next = pool.request('GET', '/next');
  lookup.answer(1);
  await next;
  assert.equal(server.connections.length, 1);
});

// Timeout.connect of one that takes over the dial of another

// name, connect of the one that left, connect of the other, which comes 40 ms later, when that fails
for (const [name, left, own, fails] of [
  ['that had no limit', null, 100, 140],
  ['that had a longer limit', 10_000, 100, 140],
  ['that had the limit of a pool', undefined, 100, 140],
] as const) {
  test(`request() ends a dial taken over at its own Timeout.connect: one ${name}`, async (t) => {
    const clock = new FakeClock();
    const lookup = new HeldLookup();
    const { pool } = await servedPool(t, echo, { ...lookup, clock });
    const abort = abortable((signal) => pool.request('GET', '/left', { signal, timeout: { connect: left } }));
    await abort();
    clock.advance(40);
    const next = pool.request('GET', '/next', { timeout: { connect: own } });
    const failed = assert.rejects(next, (error) => error instanceof TimeoutError && error.phase === 'connect');
    clock.advanceTo(fails - 1);
    assert.equal(pool.snapshot().dialling, 1);
    clock.advanceTo(fails);
    await failed;
    const { dialling, closed } = pool.snapshot();
    assert.deepEqual([dialling, closed, lookup.asked], [0, { 'dial-timeout': 1 }, 1]);
  });
}

// name, connect of the one that left, connect of the other
for (const [name, left, own] of [
  ['a longer one', 100, 10_000],
  ['none', 100, null],
] as const) {
  test(`request() with ${name} gets a dial of its own where one taken over ends at the Timeout.connect of another`, async (t) => {
    const clock = new FakeClock();
    const lookup = new HeldLookup();
    const { pool } = await servedPool(t, echo, { ...lookup, clock });
    const abort = abortable((signal) => pool.request('GET', '/left', { signal, timeout: { connect: left } }));
    await abort();
    clock.advance(40);
    const next = pool.request('GET', '/next', { timeout: { connect: own } });
    clock.advance(60);
    assert.deepEqual([pool.snapshot().closed, lookup.asked], [{ 'dial-timeout': 1 }, 2]);
    clock.advance(9_000);
    lookup.answer(1);
    assert.equal((await next).text(), '/next');
  });
}

test('request() says what its dial was doing when its Timeout.connect ran out', async (t) => {
  const clock = new FakeClock();
  const { pool } = await servedPool(t, echo, { ...new HeldLookup(), clock });
  const call = pool.request('GET', '/', { timeout: { connect: 100 } });
  const failed = assert.rejects(call, {
    message:
      /^Cannot connect to http:\/\/name\.test:\d+: still looking up "name\.test" after 100 ms; option: timeout\.connect$/,
  });
  clock.advance(100);
  await failed;
});
