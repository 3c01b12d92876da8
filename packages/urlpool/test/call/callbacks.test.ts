import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTPError, PoolManager, Retry, StreamedResponse, TimeoutError, type TraceEvent } from 'urlpool';
import { type Script, ScriptedServer } from 'urlpool-testing';
import { echo, gate, servedPool, until } from '../connection/served-pool.ts';
import { unpaired } from '../trace/event-pairs.ts';
import { failure, retriedPool } from './retried-pool.ts';

// What callers do within a callback of the library's, or while it works: the call ends once, and nothing is left over.

const REASON = new Error('enough');

/** Answers the first request as it is told to, and the others with 200. */
function first(status: number, headers: Readonly<Record<string, string>> = {}): Script {
  let asked = 0;
  return async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond(asked++ === 0 ? { status, headers, body: 'first' } : {});
    }
  };
}

const losing: Script = async (connection) => {
  await connection.request();
  connection.end();
};

/** Answers one request, and reads another one before it closes. */
const dying: Script = async (connection) => {
  await connection.request();
  await connection.respond();
  await connection.request();
  connection.end();
};

function ends(events: readonly TraceEvent[]): number {
  return events.filter((event) => event.type === 'call-end').length;
}

// Aborting

test('request() that retryOn aborts is not sent again', async (t) => {
  const controller = new AbortController();
  const retryOn = (): boolean => {
    controller.abort(REASON);
    return true;
  };
  const { pool, server, events } = await retriedPool(t, losing, { retries: new Retry(5, { retryOn }) });
  await assert.rejects(pool.request('GET', '/', { signal: controller.signal }), REASON);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([server.requests.length, ends(events), unpaired(events)], [1, 1, []]);
});

// the event in which the call is aborted, what the server does
const EVENTS: readonly (readonly [TraceEvent['type'], () => Script | readonly Script[]])[] = [
  ['retry', () => first(503)],
  ['redirect', () => first(302, { Location: '/to' })],
  ['replay', () => [dying, echo]],
];

for (const [type, script] of EVENTS) {
  for (const face of ['request', 'stream'] as const) {
    test(`${face}() that a listener of "${type}" aborts is not sent again`, async (t) => {
      const controller = new AbortController();
      const seen: TraceEvent[] = [];
      const { pool } = await retriedPool(t, script(), {
        maxSize: 1,
        retries: new Retry(5, { statusForcelist: [503] }),
        onEvent: (event) => {
          seen.push(event);
          if (event.type === type) controller.abort(REASON);
        },
      });
      if (type === 'replay') await pool.request('GET', '/');
      const before = pool.numRequests;
      await assert.rejects(pool[face]('GET', '/', { signal: controller.signal }), REASON);
      await until(() => pool.snapshot().active === 0);
      assert.deepEqual([pool.numRequests - before, unpaired(seen)], [1, []]);
      const { queued, dialling } = pool.snapshot();
      assert.deepEqual({ queued, dialling }, { queued: 0, dialling: 0 });
      await pool.close({ timeout: 0 });
    });
  }
}

test("request() that its body's function aborts gives its place back", async (t) => {
  const { pool, events } = await servedPool(t, echo, { maxSize: 1 });
  const controller = new AbortController();
  const body = (): string => {
    controller.abort(REASON);
    return 'text';
  };
  await assert.rejects(pool.request('PUT', '/', { body, signal: controller.signal }), REASON);
  assert.equal((await pool.request('GET', '/')).status, 200);
  assert.deepEqual(unpaired(events), []);
});

test('stream() that a listener of "exchange-start" aborts gives its place back', async (t) => {
  const big: Script = async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      await connection.respond({ body: target === '/big' ? Buffer.alloc(1024 * 1024) : 'small' });
    }
  };
  const controller = new AbortController();
  let armed = false;
  const { pool } = await servedPool(t, big, {
    maxSize: 1,
    onEvent: (event) => {
      if (armed && event.type === 'exchange-start') controller.abort(REASON);
    },
  });
  await pool.request('GET', '/');
  armed = true;
  await assert.rejects(pool.stream('GET', '/big', { signal: controller.signal }), REASON);
  armed = false;
  assert.equal((await pool.request('GET', '/')).text(), 'small');
});

// Closing

test('close() from a listener of "retry" ends the call that was to be tried again', async (t) => {
  const script = first(503, { 'Retry-After': '3600' });
  let closed: Promise<void> | null = null;
  const { pool } = await retriedPool(t, script, {
    retries: new Retry(3),
    onEvent: (event) => {
      if (event.type === 'retry') closed = pool.close({ timeout: 0 });
    },
  });
  const error = await failure(pool.request('GET', '/'), HTTPError);
  assert.equal(error.code, 'ERR_POOL_CLOSED');
  await closed;
});

test('close() ends a call whose refused response is still being read', async (t) => {
  const held = gate();
  const script: Script = async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 4\r\n\r\nbu');
    await held.opened;
    await connection.write('sy');
  };
  const { pool, told } = await retriedPool(t, script, { retries: new Retry(3) });
  const call = failure(pool.request('GET', '/'), HTTPError);
  await told('retry');
  const closed = pool.close({ timeout: 0 });
  held.open();
  assert.ok(['ERR_POOL_CLOSED', 'ERR_CONNECTION_DROPPED', 'ERR_CANCELLED'].includes((await call).code));
  await closed;
});

test('a request that is made when a connection has closed gets one', async (t) => {
  let again: Promise<unknown> | null = null;
  const { pool } = await servedPool(t, echo, {
    maxSize: 1,
    idleTimeout: 20,
    onEvent: (event) => {
      if (event.type === 'connection-closed') again ??= pool.request('GET', '/again');
    },
  });
  await pool.request('GET', '/');
  await until(() => again !== null);
  await again;
  assert.equal(pool.numRequests, 2);
});

// Disposing

test('StreamedResponse.text() rejects where the response is disposed of meanwhile', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234');
    await held.opened;
    await connection.write('56789');
  });
  const held = gate();
  const response = await pool.stream('GET', '/a');
  const text = failure(response.text(), HTTPError);
  const disposed = response.dispose();
  const { code, message } = await text;
  assert.equal(code, 'ERR_BODY_USED');
  assert.match(message, /^Cannot read the body of GET .*\/a to its end: the response was disposed of meanwhile$/);
  held.open();
  await disposed;
  await until(() => pool.snapshot().idle === 1);
});

test('StreamedResponse.dispose() may be called again', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234');
    await held.opened;
    await connection.write('56789');
  });
  const held = gate();
  const response = await pool.stream('GET', '/');
  const both = Promise.all([response.dispose(), response.dispose()]);
  held.open();
  await both;
  await response.dispose();
  assert.equal(pool.snapshot().idle, 1);
});

test('StreamedResponse.readable() closes when it is destroyed beside dispose()', async (t) => {
  const { pool } = await servedPool(t, echo);
  const response = await pool.stream('GET', '/a');
  const readable = response.readable();
  const closed = new Promise((resolve) => readable.once('close', resolve));
  readable.destroy();
  await Promise.all([response.dispose(), closed]);
});

// What an error tells

test('an error of a streamed body tells of the attempts before', async (t) => {
  const script: Script = async (connection) => {
    await connection.request();
    await connection.respond({ status: 302, headers: { Location: '/to' } });
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234');
    connection.end();
  };
  const { pool } = await servedPool(t, script, { retries: 3 });
  const response = await pool.stream('GET', '/');
  assert.ok(response instanceof StreamedResponse);
  const error = await failure(response.text(), HTTPError);
  assert.deepEqual(
    error.history.map(({ status }) => status),
    [302],
  );
});

test('the deadline of a call tells of the attempts before', async (t) => {
  const script: Script = async (connection) => {
    await connection.request();
    await connection.respond({ status: 302, headers: { Location: '/to' } });
    await connection.request();
  };
  const { pool } = await servedPool(t, script, { retries: 3, timeout: { total: 100 } });
  const error = await failure(pool.request('GET', '/'), TimeoutError);
  assert.deepEqual([error.phase, error.history.map(({ status }) => status)], ['total', [302]]);
});

test('a response tells why it was the last one', async (t) => {
  const { pool } = await retriedPool(t, first(503), {
    retries: new Retry(3, { statusForcelist: [503] }),
    retryBudget: { ratio: 0, minPerSecond: 0 },
  });
  const response = await pool.request('GET', '/');
  assert.deepEqual([response.status, response.refused], [503, 'budget']);
  assert.equal((await pool.request('GET', '/')).refused, null);
});

// Fresh connections

test('request() after a 421 takes no connection that has served before, though one comes free first', async (t) => {
  const held = gate();
  const misdirecting: Script = async (connection) => {
    const { target } = await connection.request();
    if (target === '/held') await held.opened;
    await connection.respond(target === '/held' ? {} : { status: 421 });
    await connection.request();
    await connection.respond({ status: 421 });
  };
  const server = await ScriptedServer.start({}, [misdirecting, misdirecting, echo]);
  const http = new PoolManager({ maxSize: 3 });
  t.after(async () => {
    await server.close();
    await http.close({ timeout: 1 });
  });
  const other = http.request('GET', `${server.origin}/held`);
  await server.request(0);
  const call = http.request('GET', `${server.origin}/a`);
  await server.request(1);
  held.open();
  assert.deepEqual([(await other).status, (await call).status, (await call).history.length], [200, 200, 1]);
});

// Names of the first origin

test('request() leads to another origin without the servername of the first', async (t) => {
  const other = await ScriptedServer.start({}, echo);
  t.after(() => other.close());
  const redirecting = await ScriptedServer.start({}, async (connection) => {
    await connection.request();
    await connection.respond({ status: 302, headers: { Location: `${other.origin}/to` } });
  });
  const http = new PoolManager();
  t.after(async () => {
    await redirecting.close();
    await http.close({ timeout: 1 });
  });
  await http.request('GET', redirecting.origin, { servername: 'a.test' });
  await http.request('GET', `${other.origin}/direct`);
  assert.equal(other.connections.length, 1, 'a pool of its own was made for the servername');
});

// Methods

for (const method of ['get', 'Get', 'GET']) {
  test(`request() sends ${method} as GET`, async (t) => {
    const { pool, server } = await servedPool(t, echo);
    await pool.request(method, '/', { fields: { q: '1' } });
    assert.deepEqual([server.requests[0]?.method, server.requests[0]?.target], ['GET', '/?q=1']);
  });
}

test('request() sends a method of its own as it is', async (t) => {
  const { pool, server } = await servedPool(t, echo);
  await pool.request('propFind', '/');
  assert.equal(server.requests[0]?.method, 'propFind');
});
