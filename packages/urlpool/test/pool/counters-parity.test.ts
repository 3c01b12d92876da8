import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MaxRetryError, PoolManager, Retry } from 'urlpool';
import { FakeClock, type Script, type ScriptedConnection, ScriptedServer } from 'urlpool-testing';
import { echo, gate, type ServedPool, type ServedPoolOptions, servedPool, until } from '../connection/served-pool.ts';

// The scenarios of docs/parity.md, which names these tests: what numConnections and numRequests say after each, and how
// many connections the server accepted.

interface Counted extends ServedPool {
  counts(): { connections: number; requests: number; accepted: number };
}

async function counted(
  t: TestContext,
  script: Script | readonly Script[],
  options: ServedPoolOptions = {},
): Promise<Counted> {
  const served = await servedPool(t, script, options);
  const { pool, server } = served;
  return {
    ...served,
    counts: () => ({
      connections: pool.numConnections,
      requests: pool.numRequests,
      accepted: server.connections.length,
    }),
  };
}

/** Answers one request, and then does this. */
function answering(afterwards: (connection: ScriptedConnection) => Promise<void> | void): Script {
  return async (connection) => {
    await connection.request();
    await connection.respond();
    await afterwards(connection);
  };
}

const redirecting: Script = async (connection) => {
  await connection.request();
  await connection.respond({ status: 302, headers: { Location: '/to' } });
  await echo(connection);
};

test('counters: three GETs over a kept connection', async (t) => {
  const { pool, counts } = await counted(t, echo);
  for (const target of ['/a', '/b', '/c']) await pool.request('GET', target);
  assert.deepEqual(counts(), { connections: 1, requests: 3, accepted: 1 });
});

test('counters: a GET that a pool redirects once', async (t) => {
  const { pool, counts } = await counted(t, redirecting, { retries: 3 });
  await pool.request('GET', '/from');
  assert.deepEqual(counts(), { connections: 1, requests: 2, accepted: 1 });
});

test('counters: a GET that a manager redirects once at the same host', async (t) => {
  const server = await ScriptedServer.start({}, redirecting);
  const http = new PoolManager();
  t.after(async () => {
    await server.close();
    await http.close();
  });
  await http.request('GET', `${server.origin}/from`);
  const { numConnections, numRequests } = http.snapshot();
  assert.deepEqual([numConnections, numRequests, server.connections.length], [1, 2, 1]);
});

test('counters: a GET after the server closed the idle connection', async (t) => {
  const { pool, counts } = await counted(t, [answering((connection) => connection.end()), echo]);
  await pool.request('GET', '/a');
  await until(() => pool.snapshot().open === 0);
  await pool.request('GET', '/b');
  assert.deepEqual(counts(), { connections: 2, requests: 2, accepted: 2 });
});

test('counters: a GET under which the kept connection is closed', async (t) => {
  const dying = answering(async (connection) => {
    await connection.request();
    connection.end();
  });
  const { pool, counts } = await counted(t, [dying, echo]);
  await pool.request('GET', '/a');
  await pool.request('GET', '/b');
  assert.deepEqual(counts(), { connections: 2, requests: 3, accepted: 2 });
});

test('counters: a GET after a response with Connection: close', async (t) => {
  const closing: Script = async (connection) => {
    await connection.request();
    await connection.respond({ headers: { Connection: 'close' } });
  };
  const { pool, counts } = await counted(t, [closing, echo]);
  await pool.request('GET', '/a');
  await pool.request('GET', '/b');
  assert.deepEqual(counts(), { connections: 2, requests: 2, accepted: 2 });
});

test('counters: a server that closes without an answer, retries: 2', async (t) => {
  const losing: Script = async (connection) => {
    await connection.request();
    connection.end();
  };
  const { pool, counts } = await counted(t, losing, { retries: 2 });
  await assert.rejects(pool.request('GET', '/'), MaxRetryError);
  assert.deepEqual(counts(), { connections: 3, requests: 3, accepted: 3 });
});

test('counters: a server that answers 503, statusForcelist: [503], retries: 3', async (t) => {
  const busy: Script = async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({ status: 503 });
    }
  };
  const { pool, counts } = await counted(t, busy, { retries: new Retry(3, { statusForcelist: [503] }) });
  await assert.rejects(pool.request('GET', '/'), MaxRetryError);
  assert.deepEqual(counts(), { connections: 1, requests: 4, accepted: 1 });
});

test('counters: nobody listens, retries: 3', async (t) => {
  const { pool, server, counts } = await counted(t, echo, { retries: 3 });
  await server.close();
  await assert.rejects(pool.request('GET', '/'), MaxRetryError);
  assert.deepEqual(counts(), { connections: 4, requests: 0, accepted: 0 });
});

/** Five requests at once, of which none is answered before as many have come as connections could carry. */
async function five(t: TestContext, options: ServedPoolOptions, atOnce: number) {
  const all = gate();
  let asked = 0;
  const script: Script = async (connection) => {
    for (;;) {
      await connection.request();
      if (++asked === atOnce) all.open();
      await all.opened;
      await connection.respond();
    }
  };
  const served = await counted(t, script, options);
  await Promise.all(['/a', '/b', '/c', '/d', '/e'].map((target) => served.pool.request('GET', target)));
  return served;
}

test('counters: five at once, maxSize: 2, block: false', async (t) => {
  const { pool, counts } = await five(t, { maxSize: 2, block: false }, 5);
  assert.deepEqual(counts(), { connections: 5, requests: 5, accepted: 5 });
  const { idle, closed } = pool.snapshot();
  assert.deepEqual({ idle, closed }, { idle: 2, closed: { surplus: 3 } });
});

test('counters: five at once, maxSize: 2, block: true', async (t) => {
  const { counts } = await five(t, { maxSize: 2 }, 2);
  assert.deepEqual(counts(), { connections: 2, requests: 5, accepted: 2 });
});

test('counters: a second request while a streamed body is unread', async (t) => {
  const half: Script = async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh');
  };
  const { pool, counts } = await counted(t, [half, echo]);
  const unread = await pool.stream('GET', '/a');
  await pool.request('GET', '/b');
  assert.deepEqual(counts(), { connections: 2, requests: 2, accepted: 2 });
  await unread.dispose();
});

test('counters: a request that waits in vain for a connection', async (t) => {
  const silent: Script = async (connection) => {
    await connection.request();
  };
  const clock = new FakeClock();
  const { pool, server, counts } = await counted(t, silent, { maxSize: 1, poolTimeout: 100, clock });
  const controller = new AbortController();
  const first = pool.request('GET', '/a', { signal: controller.signal });
  await server.request(0);
  const second = pool.request('GET', '/b');
  clock.advance(100);
  await assert.rejects(second, { code: 'ERR_TIMEOUT', phase: 'pool' });
  assert.deepEqual(counts(), { connections: 1, requests: 1, accepted: 1 });
  controller.abort();
  await assert.rejects(first);
});
