// clear(), close() and the end of an `await using` block, of one pool.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolError, Retry } from 'urlpool';
import { FakeClock, type Script } from 'urlpool-testing';
import { echo, gate, servedPool } from '../connection/served-pool.ts';
import { assertBalanced, assertResting } from './balance.ts';
import { HeldAnswers } from './held-answers.ts';
import { HeldLookup } from './held-lookup.ts';

/** Whether a promise is settled by now, and after some turns of the event loop. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

// clear()

test('clear() closes what is idle at once, and what is at work when its response is there', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script);
  const calls = [pool.request('GET', '/held0'), pool.request('GET', '/held1')];
  await server.request(1);
  answers.release('/held1');
  await calls[1];
  await pool.clear();
  const { idle, active, connections, closed } = pool.snapshot();
  assert.deepEqual(
    { idle, active, states: connections.map(({ state }) => state), closed },
    { idle: 0, active: 1, states: ['draining'], closed: { cleared: 1 } },
  );
  answers.release('/held0');
  assert.equal((await calls[0])?.text(), '/held0');
  assertResting(pool.snapshot(), 0);
  assert.deepEqual(pool.snapshot().closed, { cleared: 2 });
});

test('clear() leaves a pool that can be used', async (t) => {
  const { pool } = await servedPool(t, echo);
  for (let i = 0; i < 3; i++) {
    assert.equal((await pool.request('GET', '/a')).connection.reused, false);
    assert.equal((await pool.request('GET', '/b')).connection.reused, true);
    await pool.clear();
  }
  const { numConnections, numRequests, closed } = pool.snapshot();
  assert.deepEqual([numConnections, numRequests, closed], [3, 6, { cleared: 3 }]);
});

test('clear() gives those who wait new connections', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { maxSize: 2 });
  const calls = ['/held0', '/held1', '/c', '/d'].map((target) => pool.request('GET', target));
  await server.request(1);
  await pool.clear();
  assert.deepEqual([pool.snapshot().queued, pool.snapshot().dialling], [2, 0]);
  answers.release('/held0', '/held1');
  const responses = await Promise.all(calls);
  const ids = new Set(responses.map(({ connection }) => connection.id));
  const old = responses.slice(0, 2).map(({ connection }) => connection.id);
  assert.ok(
    responses.slice(2).every(({ connection }) => !old.includes(connection.id)),
    `${[...ids]}`,
  );
  assert.deepEqual(pool.snapshot().closed, { cleared: 2 });
  assertBalanced(pool.snapshot());
});

test('clear() lets a stream be read to its end', async (t) => {
  const rest = gate();
  const { pool } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none');
    await rest.opened;
    await connection.write('two');
  });
  const stream = await pool.stream('GET', '/');
  await pool.clear();
  await pool.clear();
  rest.open();
  assert.equal(await stream.text(), 'onetwo');
  assertResting(pool.snapshot(), 0);
  assert.deepEqual(pool.snapshot().closed, { cleared: 1 });
});

test('clear() takes no dial from the call that waits for it', async (t) => {
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup });
  const call = pool.request('GET', '/a');
  await pool.clear();
  lookup.answer(0);
  assert.equal((await call).text(), '/a');
  assert.equal(lookup.asked, 1);
});

test('clear() of a pool that has nothing changes nothing', async (t) => {
  const { pool } = await servedPool(t, echo);
  await pool.clear();
  assertResting(pool.snapshot(), 0);
  assert.deepEqual(pool.snapshot().closed, {});
});

// close() refuses

test('close() refuses new calls from the moment it is called, and says so', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script);
  const accepted = pool.request('GET', '/held');
  await server.request(0);
  const closing = pool.close();
  await assert.rejects(pool.request('GET', '/a'), (error) => {
    assert.ok(error instanceof PoolError);
    assert.equal(error.message, `Cannot send GET ${server.origin}/a: the pool or manager was closed by close()`);
    return error.code === 'ERR_POOL_CLOSED' && error.url === `${server.origin}/a`;
  });
  await assert.rejects(pool.stream('GET', '/a'), { code: 'ERR_POOL_CLOSED' });
  answers.release('/held');
  await Promise.all([accepted, closing]);
  await assert.rejects(pool.request('GET', '/a'), { code: 'ERR_POOL_CLOSED' });
  assert.equal(pool.snapshot().open, 0);
});

for (const timeout of [-1, Number.NaN, '1' as unknown as number, null as unknown as number]) {
  test(`close() refuses a timeout of ${JSON.stringify(timeout) ?? timeout}, and goes on`, async (t) => {
    const { pool } = await servedPool(t, echo);
    await assert.rejects(async () => pool.close({ timeout }), { code: 'ERR_INVALID_OPTION' });
    assert.equal((await pool.request('GET', '/a')).text(), '/a');
  });
}

// close() waits

test('close() of a pool at rest resolves at once, and closes what is kept', async (t) => {
  const { pool, server } = await servedPool(t, echo);
  await pool.request('GET', '/');
  await pool.close();
  const { open, closed } = pool.snapshot();
  assert.deepEqual({ open, closed }, { open: 0, closed: { closed: 1 } });
  assert.equal((await server.connections[0]?.closed)?.by, 'fin');
});

test('close() waits for every call that was accepted: at work, dialled for and in the queue', async (t) => {
  const lookup = new HeldLookup(1);
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { ...lookup, maxSize: 2 });
  const calls = [pool.request('GET', '/held')];
  await server.request(0);
  calls.push(pool.request('GET', '/dialled'), pool.request('GET', '/queued'));
  const closing = pool.close();
  assert.equal(await isSettled(closing), false);
  lookup.answer(1);
  await Promise.all(calls.slice(1));
  assert.equal(await isSettled(closing), false);
  answers.release('/held');
  await Promise.all([...calls, closing]);
  const { open, queued, closed } = pool.snapshot();
  assert.deepEqual({ open, queued, closed }, { open: 0, queued: 0, closed: { closed: 2 } });
});

test('close() waits for a call that is replayed', async (t) => {
  const death = gate();
  const { pool, server } = await servedPool(t, [
    async (connection) => {
      await connection.request();
      await connection.respond();
      await connection.request();
      await death.opened;
      connection.end();
    },
    echo,
  ]);
  await pool.request('GET', '/first');
  const call = pool.request('GET', '/second');
  await server.request(1);
  const closing = pool.close();
  death.open();
  assert.equal((await call).text(), '/second');
  await closing;
  const { numRequests, closed } = pool.snapshot();
  assert.deepEqual({ numRequests, closed }, { numRequests: 3, closed: { incomplete: 1, closed: 1 } });
});

test('close() waits for a call that is redirected', async (t) => {
  const answer = gate();
  const { pool, server } = await servedPool(
    t,
    async (connection) => {
      await connection.request();
      await answer.opened;
      await connection.respond({ status: 302, headers: { Location: '/elsewhere' } });
      await echo(connection);
    },
    { retries: 3 },
  );
  const call = pool.request('GET', '/');
  await server.request(0);
  const closing = pool.close();
  answer.open();
  assert.equal((await call).text(), '/elsewhere');
  await closing;
  assert.equal(pool.snapshot().open, 0);
});

test('close() waits for a call that sleeps before it is tried again', async (t) => {
  const clock = new FakeClock();
  const lookup = new HeldLookup();
  const retries = new Retry({ connect: 2, backoffFactor: 100 });
  const { pool, told } = await servedPool(t, echo, { ...lookup, clock, retries });
  const call = pool.request('GET', '/a');
  lookup.fail(0);
  await told('dial-end');
  lookup.fail(1); // the first retry waits not at all
  await told('dial-end', 1);
  const closing = pool.close();
  assert.equal(await isSettled(closing), false);
  clock.advance(200);
  lookup.answer(2);
  assert.equal((await call).text(), '/a');
  await closing;
});

test('close() waits for a stream until it was read', async (t) => {
  const rest = gate();
  const { pool } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none');
    await rest.opened;
    await connection.write('two');
  });
  const stream = await pool.stream('GET', '/');
  const closing = pool.close();
  assert.equal(await isSettled(closing), false);
  rest.open();
  assert.equal(await stream.text(), 'onetwo');
  await closing;
  assert.deepEqual(pool.snapshot().closed, { closed: 1 });
});

test('close() waits for a stream until it was disposed of', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\none');
  });
  const stream = await pool.stream('GET', '/');
  const closing = pool.close();
  await stream.dispose();
  await closing;
  assert.equal(pool.snapshot().open, 0);
});

test('close() gives up a dial that nobody waits for', async (t) => {
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup });
  const controller = new AbortController();
  const call = assert.rejects(pool.request('GET', '/', { signal: controller.signal }));
  controller.abort();
  await call;
  await pool.close();
  const { dialling, closed } = pool.snapshot();
  assert.deepEqual({ dialling, closed }, { dialling: 0, closed: { closed: 1 } });
  assertBalanced(pool.snapshot());
});

// close() ends

/** Answers nothing. */
const silent: Script = async (connection) => {
  await connection.request();
};

// timeout, how long it waits
for (const [name, options, ms] of [
  ['30 s where nothing is said', undefined, 30_000],
  ['as long as its timeout says', { timeout: 500 }, 500],
  ['not at all where its timeout is 0', { timeout: 0 }, 0],
] as const) {
  test(`close() waits ${name}, and closes everything then`, async (t) => {
    const clock = new FakeClock();
    const { pool, server } = await servedPool(t, silent, { clock, maxSize: 1 });
    const running = assert.rejects(pool.request('GET', '/running'), { code: 'ERR_CONNECTION_DROPPED' });
    const queued = assert.rejects(pool.request('GET', '/queued'), { code: 'ERR_POOL_CLOSED' });
    await server.request(0);
    const closing = pool.close(options);
    if (ms > 0) {
      clock.advance(ms - 1);
      assert.equal(await isSettled(closing), false);
      clock.advance(1);
    } else {
      clock.advance(0);
    }
    await Promise.all([closing, running, queued]);
    const { open, closed, numRequests } = pool.snapshot();
    assert.deepEqual(
      { open, queued: pool.snapshot().queued, closed, numRequests },
      {
        open: 0,
        queued: 0,
        closed: { closed: 1 },
        numRequests: 1,
      },
    );
    assertBalanced(pool.snapshot());
  });
}

test('close() at its timeout ends dials and those who wait for them', async (t) => {
  const clock = new FakeClock();
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup, clock });
  const calls = ['/a', '/b'].map((target) => assert.rejects(pool.request('GET', target), { code: 'ERR_POOL_CLOSED' }));
  const closing = pool.close({ timeout: 100 });
  clock.advance(100);
  await Promise.all([closing, ...calls]);
  assert.deepEqual(pool.snapshot().closed, { closed: 2 });
  assertBalanced(pool.snapshot());
});

test('close() at its timeout ends a stream that is being read', async (t) => {
  const clock = new FakeClock();
  const { pool } = await servedPool(
    t,
    async (connection) => {
      await connection.request();
      await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\none');
    },
    { clock },
  );
  const stream = await pool.stream('GET', '/');
  const read = assert.rejects(stream.text(), { code: 'ERR_CONNECTION_DROPPED' });
  const closing = pool.close({ timeout: 100 });
  clock.advance(100);
  await Promise.all([closing, read]);
});

test('close() at its timeout ends a call that sleeps', async (t) => {
  const clock = new FakeClock();
  const lookup = new HeldLookup();
  const retries = new Retry({ connect: 2, backoffFactor: 60_000 });
  const { pool, told } = await servedPool(t, echo, { ...lookup, clock, retries });
  const call = assert.rejects(pool.request('GET', '/a'), { code: 'ERR_POOL_CLOSED' });
  lookup.fail(0);
  await told('dial-end');
  lookup.fail(1);
  await told('dial-end', 1);
  const closing = pool.close({ timeout: 100 });
  clock.advance(100);
  await Promise.all([closing, call]);
  assert.equal(lookup.asked, 2);
});

test('close() called twice waits twice', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script);
  const call = pool.request('GET', '/held');
  await server.request(0);
  const closings = [pool.close(), pool.close()];
  assert.deepEqual(await Promise.all(closings.map(isSettled)), [false, false]);
  answers.release('/held');
  await Promise.all([call, ...closings]);
  await pool.close();
  assert.deepEqual(pool.snapshot().closed, { closed: 1 });
});

test('close() called again with a shorter timeout ends what still runs, and the first call too', async (t) => {
  const clock = new FakeClock();
  const { pool, server } = await servedPool(t, silent, { clock });
  const call = assert.rejects(pool.request('GET', '/'), { code: 'ERR_CONNECTION_DROPPED' });
  await server.request(0);
  const first = pool.close();
  const second = pool.close({ timeout: 0 });
  clock.advance(0);
  await Promise.all([call, second, first]);
  assert.equal(pool.snapshot().open, 0);
});

test('close() leaves no timer behind', async (t) => {
  const clock = new FakeClock();
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script, { clock, poolTimeout: 1_000 });
  const call = pool.request('GET', '/held');
  await server.request(0);
  const closing = pool.close();
  answers.release('/held');
  await Promise.all([call, closing]);
  assert.equal(clock.pending, 0);
});

test('[Symbol.asyncDispose]() closes the pool as close() does', async (t) => {
  const answers = new HeldAnswers();
  const { pool, server } = await servedPool(t, answers.script);
  const call = pool.request('GET', '/held');
  await server.request(0);
  const disposing = pool[Symbol.asyncDispose]();
  assert.equal(await isSettled(disposing), false);
  answers.release('/held');
  await Promise.all([call, disposing]);
  assert.equal(pool.snapshot().open, 0);
  await assert.rejects(pool.request('GET', '/'), { code: 'ERR_POOL_CLOSED' });
});
