// The pool as its faces show it: what the scripted server saw, and what snapshot() says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectError, HTTPConnectionPool, type HTTPConnectionPoolOptions, PoolError } from 'urlpool';
import { FakeClock, type ScriptedConnection, ScriptedServer, unusedPort } from 'urlpool-testing';

/** A promise and what settles it. */
function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Answers every request with its connection's index and its target. */
async function echo(connection: ScriptedConnection): Promise<void> {
  for (;;) {
    const { target } = await connection.request();
    await connection.respond({ body: `${connection.index} ${target}` });
  }
}

async function withPool(
  options: HTTPConnectionPoolOptions,
  script: (connection: ScriptedConnection) => Promise<void>,
  body: (pool: HTTPConnectionPool, server: ScriptedServer) => Promise<void>,
): Promise<void> {
  const server = await ScriptedServer.start({}, script);
  const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port, retries: false, ...options });
  try {
    await body(pool, server);
  } finally {
    await pool.close({ timeout: 0 });
    await server.close();
  }
}

test('OriginPool sends sequential requests over one connection', () =>
  withPool({}, echo, async (pool) => {
    for (const target of ['/a', '/b', '/c']) assert.equal((await pool.request('GET', target)).text(), `0 ${target}`);
    const { numConnections, numRequests, reused, created, open, idle } = pool.snapshot();
    assert.deepEqual(
      { numConnections, numRequests, reused, created, open, idle },
      { numConnections: 1, numRequests: 3, reused: 2, created: 1, open: 1, idle: 1 },
    );
  }));

test('OriginPool opens no more than maxSize connections, and serves waiters in order', () =>
  withPool({ maxSize: 2 }, echo, async (pool, server) => {
    const targets = Array.from({ length: 20 }, (_, i) => `/${i}`);
    await Promise.all(targets.map((target) => pool.request('GET', target)));
    assert.equal(pool.numConnections, 2);
    assert.equal(pool.numRequests, 20);
    // Over two connections the server may see a request before the one that was sent first: each has its own order.
    for (const connection of [0, 1]) {
      const seen = server.requests.filter((request) => request.connection === connection);
      const numbers = seen.map((request) => Number(request.target.slice(1)));
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
    }
  }));

test('OriginPool takes the warmest idle connection first', () =>
  withPool({ maxSize: 3 }, echo, async (pool) => {
    await Promise.all(['/a', '/b', '/c'].map((target) => pool.request('GET', target)));
    const warm = await pool.request('GET', '/d');
    const again = await pool.request('GET', '/e');
    assert.equal(again.connection.id, warm.connection.id);
  }));

test('OriginPool gives a waiter the connection that comes free before its dial has finished', async () => {
  const answer = gate();
  let lookups = 0;
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      if (target === '/slow') await answer.opened;
      await connection.respond({ body: target });
    }
  });
  const pool = new HTTPConnectionPool('named.test', {
    port: server.port,
    maxSize: 2,
    // The second dial never gets an address.
    lookup: (_host, _options, callback) => {
      if (++lookups === 1) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    },
  });
  const slow = pool.request('GET', '/slow');
  await server.request(0);
  const late = pool.request('GET', '/late');
  assert.equal(pool.snapshot().dialling, 1);
  answer.open();
  assert.equal((await slow).text(), '/slow');
  assert.equal((await late).text(), '/late');
  assert.equal(server.connections.length, 1);
  await pool.close();
  await server.close();
});

test('OriginPool lets the dial of a cancelled waiter go on, and keeps what comes of it', () =>
  withPool({}, echo, async (pool, server) => {
    const abort = new AbortController();
    const cancelled = pool.request('GET', '/cancelled', { signal: abort.signal });
    abort.abort();
    await assert.rejects(cancelled, { name: 'AbortError' });
    await server.connection(0);
    assert.equal((await pool.request('GET', '/next')).text(), '0 /next');
    assert.equal(pool.numConnections, 1);
  }));

test('OriginPool gives up a dial that nobody has waited for during 1 s', async () => {
  const clock = new FakeClock();
  const pool = new HTTPConnectionPool('named.test', { clock, lookup: () => {} });
  const abort = new AbortController();
  const cancelled = pool.request('GET', '/', { signal: abort.signal });
  abort.abort();
  await assert.rejects(cancelled);
  clock.advance(999);
  assert.equal(pool.snapshot().dialling, 1);
  clock.advance(1);
  assert.equal(pool.snapshot().dialling, 0);
  assert.deepEqual(pool.snapshot().closed, { 'dial-abandoned': 1 });
  await pool.close();
});

test('OriginPool fails only the waiter whose dial failed, and dials again for the others', async () => {
  const pool = new HTTPConnectionPool('127.0.0.1', { port: await unusedPort(), maxSize: 1, retries: false });
  const results = await Promise.allSettled([1, 2, 3].map((i) => pool.request('GET', `/${i}`)));
  for (const result of results) {
    assert.equal(result.status, 'rejected');
    assert.ok(result.reason instanceof ConnectError);
    assert.equal(result.reason.code, 'ERR_CONNECTION_REFUSED');
  }
  assert.equal(pool.numConnections, 3);
  assert.deepEqual(pool.snapshot().closed, { 'dial-failed': 3 });
  await pool.close();
});

test('OriginPool closes a connection that was idle for idleTimeout', async () => {
  const clock = new FakeClock();
  await withPool({ clock, idleTimeout: 1_000 }, echo, async (pool) => {
    await pool.request('GET', '/');
    clock.advance(999);
    assert.equal(pool.snapshot().idle, 1);
    clock.advance(1);
    assert.deepEqual(pool.snapshot().closed, { 'idle-timeout': 1 });
  });
});

test('OriginPool counts idle time from the last exchange', async () => {
  const clock = new FakeClock();
  await withPool({ clock, idleTimeout: 1_000 }, echo, async (pool) => {
    await pool.request('GET', '/');
    clock.advance(900);
    await pool.request('GET', '/');
    clock.advance(900);
    assert.equal(pool.snapshot().idle, 1);
    assert.equal(pool.numConnections, 1);
  });
});

test('OriginPool takes no connection that was kept while the machine was suspended', async () => {
  const clock = new FakeClock();
  await withPool({ clock, idleTimeout: 1_000 }, echo, async (pool) => {
    await pool.request('GET', '/');
    await new Promise((resolve) => setImmediate(resolve));
    clock.suspend(3_600_000);
    assert.equal((await pool.request('GET', '/b')).text(), '1 /b');
    assert.deepEqual(pool.snapshot().closed, { 'idle-timeout': 1 });
  });
});

// name, Keep-Alive field, ms for which the connection is kept
const HINTS = [
  ['a second less than the server says', 'timeout=5', 4_000],
  ['half of a time below two seconds', 'timeout=1', 500],
  ['its own limit where the server keeps it longer', 'timeout=600', 50_000],
] as const;

for (const [name, keepAlive, kept] of HINTS) {
  test(`OriginPool keeps a connection for ${name}`, async () => {
    const clock = new FakeClock();
    await withPool(
      { clock },
      async (connection) => {
        await connection.request();
        await connection.respond({ headers: [['Keep-Alive', keepAlive]] });
      },
      async (pool) => {
        await pool.request('GET', '/');
        clock.advance(kept - 1);
        assert.equal(pool.snapshot().idle, 1);
        clock.advance(1);
        assert.equal(pool.snapshot().idle, 0);
      },
    );
  });
}

test('OriginPool keeps no connection whose server takes no more requests', () =>
  withPool(
    {},
    async (connection) => {
      await connection.request();
      await connection.respond({ headers: [['Keep-Alive', 'timeout=5, max=0']] });
    },
    async (pool) => {
      await pool.request('GET', '/');
      assert.deepEqual(pool.snapshot().closed, { 'max-requests': 1 });
    },
  ));

test('OriginPool closes a connection after maxRequestsPerConnection', () =>
  withPool({ maxRequestsPerConnection: 2 }, echo, async (pool) => {
    const ids = [];
    for (let i = 0; i < 4; i++) ids.push((await pool.request('GET', '/')).text());
    assert.deepEqual(ids, ['0 /', '0 /', '1 /', '1 /']);
    assert.deepEqual(pool.snapshot().closed, { 'max-requests': 2 });
  }));

test('clear() closes idle connections and leaves the pool usable', () =>
  withPool({}, echo, async (pool) => {
    await pool.request('GET', '/');
    pool.clear();
    assert.deepEqual(pool.snapshot().closed, { cleared: 1 });
    assert.equal((await pool.request('GET', '/again')).text(), '1 /again');
  }));

test('clear() lets a request under way finish, then closes its connection', async () => {
  const answer = gate();
  await withPool(
    {},
    async (connection) => {
      await connection.request();
      await answer.opened;
      await connection.respond({ body: 'done' });
    },
    async (pool, server) => {
      const response = pool.request('GET', '/');
      await server.request(0);
      pool.clear();
      assert.equal(pool.snapshot().connections[0]?.state, 'draining');
      answer.open();
      assert.equal((await response).text(), 'done');
      assert.deepEqual(pool.snapshot().closed, { cleared: 1 });
    },
  );
});

test('close() waits for what was accepted, queued calls included', () =>
  withPool({ maxSize: 1 }, echo, async (pool) => {
    const accepted = [1, 2, 3].map((i) => pool.request('GET', `/${i}`));
    await pool.close();
    assert.deepEqual(await Promise.all(accepted.map(async (call) => (await call).text())), ['0 /1', '0 /2', '0 /3']);
    assert.equal(pool.snapshot().open, 0);
  }));

test('close() refuses new calls at once', () =>
  withPool({}, echo, async (pool) => {
    const closing = pool.close();
    await assert.rejects(
      pool.request('GET', '/'),
      (error) => error instanceof PoolError && error.code === 'ERR_POOL_CLOSED',
    );
    await closing;
  }));

test('close() ends what is still running after its timeout', async () => {
  const clock = new FakeClock();
  await withPool(
    { clock, maxSize: 1 },
    async (connection) => {
      await connection.request();
      await connection.closed;
    },
    async (pool, server) => {
      const running = pool.request('GET', '/running');
      const queued = pool.request('GET', '/queued');
      const both = Promise.allSettled([running, queued]);
      await server.request(0);
      const closing = pool.close({ timeout: 5_000 });
      clock.advance(5_000);
      await closing;
      const codes = (await both).map((result) => (result.status === 'rejected' ? result.reason.code : 'fulfilled'));
      assert.deepEqual(codes, ['ERR_CONNECTION_DROPPED', 'ERR_POOL_CLOSED']);
      assert.equal(pool.snapshot().open, 0);
    },
  );
});

test('close() can be called twice', () =>
  withPool({}, echo, async (pool) => {
    await pool.request('GET', '/');
    await Promise.all([pool.close(), pool.close()]);
    await pool.close();
  }));

test('snapshot() is plain JSON', () =>
  withPool({}, echo, async (pool) => {
    await pool.request('GET', '/');
    const snapshot = pool.snapshot();
    assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), snapshot);
  }));

test('snapshot() counts bytes of connections that are gone', () =>
  withPool({ maxRequestsPerConnection: 1 }, echo, async (pool, server) => {
    await pool.request('GET', '/');
    await server.connections[0]?.closed;
    const { bytesIn, bytesOut } = pool.snapshot();
    assert.equal(bytesOut, server.requests[0]?.raw.length);
    assert.ok(bytesIn > 0);
  }));
