// What a pool says of its places: to a waiter that gives up, and in the event of a connection that is taken.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolManager, type TraceEvent } from 'urlpool';
import { FakeClock, ScriptedServer } from 'urlpool-testing';
import { echo, servedPool } from '../connection/served-pool.ts';
import { HeldAnswers } from './held-answers.ts';
import { HeldLookup } from './held-lookup.ts';

test('request() that gives up says that all places are still being opened', async (t) => {
  const clock = new FakeClock();
  const lookup = new HeldLookup();
  const { pool } = await servedPool(t, echo, { ...lookup, clock, maxSize: 2, poolTimeout: 10 });
  const calls = ['/a', '/b', '/c'].map((target) =>
    assert.rejects(pool.request('GET', target), {
      message: /within 10 ms: connections to http:\/\/name\.test:\d+: 2 being opened; options: timeout\.pool, maxSize$/,
    }),
  );
  clock.advance(10);
  await Promise.all(calls);
});

test('request() that gives up says that the manager has no room for its origin', async (t) => {
  const clock = new FakeClock();
  const answers = new HeldAnswers();
  const [server, other] = [await ScriptedServer.start({}, answers.script), await ScriptedServer.start({}, echo)];
  const http = new PoolManager({ clock, maxConnections: 1 });
  t.after(async () => {
    await http.close();
    await Promise.all([server.close(), other.close()]);
  });
  const held = http.request('GET', `${server.origin}/held`);
  await server.request(0);
  const failed = assert.rejects(http.request('GET', `${other.origin}/b`, { timeout: { pool: 10 } }), {
    message: `Cannot begin GET ${other.origin}/b within 10 ms: there is no room for a connection to ${other.origin}; options: timeout.pool, maxSize`,
  });
  clock.advance(10);
  await failed;
  answers.release('/held');
  await held;
});

test('acquired tells how often a connection was used, and for how long it was idle', async (t) => {
  const clock = new FakeClock();
  const { pool, events } = await servedPool(t, echo, { clock });
  await pool.request('GET', '/a');
  clock.advance(70);
  await pool.request('GET', '/b');
  clock.advance(5);
  await pool.request('GET', '/c');
  const acquired = events.filter(
    (event): event is Extract<TraceEvent, { type: 'acquired' }> => event.type === 'acquired',
  );
  assert.deepEqual(
    acquired.map(({ reused, idleFor, served }) => ({ reused, idleFor, served })),
    [
      { reused: false, idleFor: 0, served: 0 },
      { reused: true, idleFor: 70, served: 1 },
      { reused: true, idleFor: 5, served: 2 },
    ],
  );
});
