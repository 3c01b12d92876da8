// The connections of all origins together: never more than maxConnections, and nobody waits for ever for one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceEvent } from 'urlpool';
import { FakeClock, type Script, unusedPort } from 'urlpool-testing';
import { echo, until } from '../connection/served-pool.ts';
import { assertBalanced } from '../pool/balance.ts';
import { HeldAnswers } from '../pool/held-answers.ts';
import { mostConnections, servedManager } from './served-manager.ts';

/** The origins of connections as they were opened and closed: `+` and `-` with the index of the origin. */
function changes(events: readonly TraceEvent[], origins: readonly string[]): string[] {
  return events.flatMap((event) => {
    if (event.type === 'dial-start') return [`+${origins.indexOf(event.origin)}`];
    return event.type === 'connection-closed' ? [`-${origins.indexOf(event.origin)}`] : [];
  });
}

// The bound

// connections, origins, requests to each
for (const [max, count, each] of [
  [1, 3, 5],
  [2, 5, 8],
  [3, 4, 20],
  [7, 10, 10],
] as const) {
  test(`request() to ${count} origins at once keeps within ${max} connections`, async (t) => {
    const { http, origins, events } = await servedManager(t, count, echo, { maxConnections: max });
    const calls = Array.from({ length: each * count }, (_, i) => http.request('GET', `${origins[i % count]}/${i}`));
    const answers = await Promise.all(calls);
    assert.deepEqual(
      answers.map((answer) => answer.text()),
      answers.map((_, i) => `/${i}`),
    );
    assert.equal(mostConnections(events), max);
    const snapshot = http.snapshot();
    assertBalanced(snapshot);
    assert.deepEqual([snapshot.numRequests, snapshot.queued, snapshot.active], [each * count, 0, 0]);
    for (const pool of snapshot.pools) assertBalanced(pool);
  });
}

test('request() keeps within maxConnections while calls are aborted and connections closed', async (t) => {
  const closing: Script = async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      const last = Number(target.slice(1)) % 3 === 0;
      await connection.respond({ body: target, headers: last ? { Connection: 'close' } : {} });
      if (last) connection.end();
    }
  };
  const { http, origins, events } = await servedManager(t, 4, [echo, closing, echo, closing], { maxConnections: 3 });
  const calls = Array.from({ length: 120 }, async (_, i) => {
    const controller = new AbortController();
    for (let turn = 0; turn < i % 11; turn++) await new Promise((resolve) => setImmediate(resolve));
    const call = http.request('GET', `${origins[i % 4]}/${i}`, { signal: controller.signal }).catch(() => {});
    for (let turn = 0; turn < i % 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    if (i % 4 === 1) controller.abort();
    await call;
  });
  await Promise.all(calls);
  assert.equal(mostConnections(events), 3);
  assertBalanced(http.snapshot());
  const after = await Promise.all(origins.map((origin) => http.request('GET', `${origin}/1`)));
  assert.equal(after.length, 4);
});

test('request() opens as many connections to one origin as there may be in all', async (t) => {
  const answers = new HeldAnswers();
  const { http, servers, origins } = await servedManager(t, 1, answers.script, { maxConnections: 2 });
  const calls = ['/held0', '/held1', '/held2'].map((target) => http.request('GET', origins[0] + target));
  await servers[0]?.request(1);
  const { active, queued } = http.snapshot();
  assert.deepEqual({ active, queued }, { active: 2, queued: 1 });
  answers.release('/held0', '/held1', '/held2');
  await Promise.all(calls);
  assert.equal(http.snapshot().numConnections, 2);
});

test('request() takes the place of a dial that failed', async (t) => {
  const { http, origins } = await servedManager(t, 1, echo, { maxConnections: 1 });
  const port = await unusedPort();
  const failed = assert.rejects(http.request('GET', `http://127.0.0.1:${port}/`), { code: 'ERR_CONNECTION_REFUSED' });
  const call = http.request('GET', `${origins[0]}/a`);
  await failed;
  assert.equal((await call).text(), '/a');
});

test('request() takes the place of a dial that nobody wanted', async (t) => {
  const clock = new FakeClock();
  const { http, origins } = await servedManager(t, 1, echo, { maxConnections: 1, clock, lookup: () => {} });
  const controller = new AbortController();
  const left = assert.rejects(http.request('GET', 'http://name.test/', { signal: controller.signal }));
  controller.abort();
  await left;
  const call = http.request('GET', `${origins[0]}/a`);
  clock.advance(999);
  assert.equal(http.snapshot().queued, 1);
  clock.advance(1);
  assert.equal((await call).text(), '/a');
});

test('request() takes the place of a connection that clear() closed', async (t) => {
  const { http, origins, events } = await servedManager(t, 2, echo, { maxConnections: 1 });
  await http.request('GET', `${origins[0]}/a`);
  await http.clear();
  await http.request('GET', `${origins[1]}/b`);
  assert.deepEqual(http.snapshot().closed, { cleared: 1 });
  assert.equal(mostConnections(events), 1);
});

// Whose idle connection closes

test('request() closes the oldest idle connection of another origin', async (t) => {
  const { http, origins, events, poolOf } = await servedManager(t, 3, echo, { maxConnections: 2 });
  const [a, b, c] = origins;
  for (const origin of [a, b, c]) await http.request('GET', `${origin}/`);
  assert.deepEqual(changes(events, origins), ['+0', '+1', '-0', '+2']);
  assert.deepEqual([poolOf(a)?.closed, poolOf(b)?.idle, poolOf(c)?.idle], [{ evicted: 1 }, 1, 1]);
});

test('request() closes the one that was used longest ago, not the one that was opened first', async (t) => {
  const { http, origins, events } = await servedManager(t, 3, echo, { maxConnections: 2 });
  const [a, b, c] = origins;
  for (const origin of [a, b, a, c]) await http.request('GET', `${origin}/`);
  assert.deepEqual(changes(events, origins), ['+0', '+1', '-1', '+2']);
});

test('request() closes no connection of another origin while there is room', async (t) => {
  const { http, origins } = await servedManager(t, 3, echo, { maxConnections: 3 });
  for (const origin of origins) await http.request('GET', `${origin}/`);
  assert.deepEqual([http.snapshot().idle, http.snapshot().closed], [3, {}]);
});

test('request() uses what is idle of its own origin before it closes one of another', async (t) => {
  const { http, origins } = await servedManager(t, 2, echo, { maxConnections: 2 });
  const [a, b] = origins;
  for (const origin of [a, b, a, b, a, b]) await http.request('GET', `${origin}/`);
  const { numConnections, closed } = http.snapshot();
  assert.deepEqual([numConnections, closed], [2, {}]);
});

test('request() closes a connection of another origin that comes free, where none was idle', async (t) => {
  const answers = new HeldAnswers();
  const { http, servers, origins, events } = await servedManager(t, 2, answers.script, { maxConnections: 1 });
  const [a, b] = origins;
  const first = http.request('GET', `${a}/held`);
  await servers[0]?.request(0);
  const second = http.request('GET', `${b}/b`);
  assert.deepEqual([http.snapshot().queued, changes(events, origins)], [1, ['+0']]);
  answers.release('/held');
  await Promise.all([first, second]);
  assert.deepEqual(changes(events, origins), ['+0', '-0', '+1']);
  assert.deepEqual(http.snapshot().closed, { evicted: 1 });
});

test('request() that left the queue closes no connection of another origin', async (t) => {
  const answers = new HeldAnswers();
  const { http, servers, origins } = await servedManager(t, 2, answers.script, { maxConnections: 1 });
  const [a, b] = origins;
  const first = http.request('GET', `${a}/held`);
  await servers[0]?.request(0);
  const controller = new AbortController();
  const left = assert.rejects(http.request('GET', `${b}/b`, { signal: controller.signal }));
  controller.abort();
  await left;
  answers.release('/held');
  await first;
  assert.deepEqual([http.snapshot().idle, http.snapshot().closed], [1, {}]);
});

// Turns

test('request() does not change connections between two origins that have as many', async (t) => {
  const { http, origins } = await servedManager(t, 2, echo, { maxConnections: 2 });
  const [a, b] = origins;
  const calls = Array.from({ length: 40 }, (_, i) => http.request('GET', `${i % 2 === 0 ? a : b}/${i}`));
  await Promise.all(calls);
  assert.equal(http.snapshot().numConnections, 2);
});

for (const count of [2, 3]) {
  test(`request() to ${count} origins by turns over one connection answers all`, async (t) => {
    const { http, origins, events } = await servedManager(t, count, echo, { maxConnections: 1 });
    const calls = Array.from({ length: 30 }, (_, i) => http.request('GET', `${origins[i % count]}/${i}`));
    const answers = await Promise.all(calls);
    assert.equal(answers.length, 30);
    assert.equal(mostConnections(events), 1);
    // Every connection has served one request at least: none was opened for nothing.
    const { numConnections, created } = http.snapshot();
    assert.ok(numConnections <= 30 && created === numConnections, `${numConnections} dials`);
  });

  test(`request() to ${count} origins one after the other over one connection answers all`, async (t) => {
    const { http, origins, events } = await servedManager(t, count, echo, { maxConnections: 1 });
    for (let i = 0; i < 12; i++) await http.request('GET', `${origins[i % count]}/${i}`);
    const { numConnections, numRequests, closed } = http.snapshot();
    assert.deepEqual([numConnections, numRequests, closed], [12, 12, { evicted: 11 }]);
    assert.equal(mostConnections(events), 1);
  });
}

test('request() is served where a stream of another origin gives its place back', async (t) => {
  const { http, origins } = await servedManager(
    t,
    2,
    [
      async (connection) => {
        await connection.request();
        await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nso');
        await connection.request();
      },
      echo,
    ],
    { maxConnections: 1 },
  );
  const [a, b] = origins;
  const stream = await http.stream('GET', `${a}/`);
  const call = http.request('GET', `${b}/b`);
  assert.equal(http.snapshot().queued, 1);
  await stream.dispose();
  assert.equal((await call).text(), '/b');
  await until(() => http.snapshot().active === 0);
  assertBalanced(http.snapshot());
});
