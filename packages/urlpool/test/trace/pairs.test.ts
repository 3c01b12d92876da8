import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  HTTPConnectionPool,
  HTTPSConnectionPool,
  type RequestOptions,
  systemClock,
  type TraceEvent,
  type TraceListener,
} from 'urlpool';
import { type Script, type ScriptedConnection, ScriptedServer, TestProxy, unusedPort } from 'urlpool-testing';
import { echo, localCertificate, servedPool } from '../connection/served-pool.ts';
import { unpaired } from './event-pairs.ts';
import { faultsOf } from './model/audit.ts';

// The test's own helper

const START: TraceEvent = { type: 'queue-start', at: 0, call: 1, attempt: 1, origin: 'o', queued: 1 };
const END: TraceEvent = { type: 'queue-end', at: 0, call: 1, attempt: 1, origin: 'o', connection: 7, queued: 0 };

// name, events, number of faults
const LISTS: readonly (readonly [string, readonly TraceEvent[], number])[] = [
  ['passes a pair', [START, END], 0],
  ['passes a pair that comes again', [START, END, START, END], 0],
  ['passes pairs of others in between', [START, { ...START, call: 2 }, END, { ...END, call: 2 }], 0],
  ['finds a missing end', [START], 1],
  ['finds a missing start', [END], 1],
  ['finds an end too many', [START, END, END], 1],
  ['finds a start too many', [START, START, END], 1],
  ['finds the end of another', [START, { ...END, attempt: 2 }], 2],
];

for (const [name, events, faults] of LISTS) {
  test(`unpaired() ${name}`, () => assert.equal(unpaired(events).length, faults));
}

// Exact sequences

/** The events as `type` or `type of call n`, in order; those of a single call are plain. */
function types(events: readonly TraceEvent[]): string[] {
  return events.map(({ type }) => type);
}

const DIAL = ['dial-start', 'connect-start', 'connect-end', 'dial-end'];
const SENT = ['exchange-start', 'send-start', 'send-end'];
const RECEIVED = ['receive-start', 'receive-end', 'exchange-end', 'connection-idle'];

test('request() over a fresh connection tells each step once', async (t) => {
  const { pool, events } = await servedPool(t, echo);
  await pool.request('GET', '/');
  assert.deepEqual(types(events), [
    'call-start',
    'queue-start',
    ...DIAL,
    'queue-end',
    'acquired',
    ...SENT,
    ...RECEIVED,
    'call-end',
  ]);
});

test('request() over a kept connection tells of no queue and no dial', async (t) => {
  const { pool, events } = await servedPool(t, echo);
  await pool.request('GET', '/');
  const before = events.length;
  await pool.request('GET', '/');
  assert.deepEqual(types(events.slice(before)), ['call-start', 'acquired', ...SENT, ...RECEIVED, 'call-end']);
});

test('request() over TLS tells of the handshake within the dial', async (t) => {
  const { pool, events } = await servedPool(t, echo, { tls: await localCertificate(), host: '127.0.0.1' });
  await pool.request('GET', '/');
  assert.deepEqual(types(events), [
    'call-start',
    'queue-start',
    'dial-start',
    'connect-start',
    'connect-end',
    'tls-start',
    'tls-end',
    'dial-end',
    'queue-end',
    'acquired',
    ...SENT,
    ...RECEIVED,
    'call-end',
  ]);
  const handshake = events.find((event) => event.type === 'tls-end');
  assert.deepEqual([handshake?.protocol, handshake?.resumed], ['TLSv1.3', false]);
  assert.match(handshake?.cipher ?? '', /^TLS_(AES|CHACHA20)_/);
});

test('request() to a name tells of its look-up within the dial', async (t) => {
  const { pool, events } = await servedPool(t, echo, {
    host: 'name.test',
    lookup: (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  await pool.request('GET', '/');
  assert.deepEqual(types(events).slice(0, 9), [
    'call-start',
    'queue-start',
    'dial-start',
    'dns-start',
    'dns-end',
    'connect-start',
    'connect-end',
    'dial-end',
    'queue-end',
  ]);
});

test('request() whose dial fails tells that and no more', async (t) => {
  const events: TraceEvent[] = [];
  const onEvent: TraceListener = (event) => {
    events.push(event);
  };
  const pool = new HTTPConnectionPool('127.0.0.1', { retries: false, port: await unusedPort(), onEvent });
  t.after(() => pool.close());
  await assert.rejects(pool.request('GET', '/'));
  assert.deepEqual(types(events), ['call-start', 'queue-start', ...DIAL, 'queue-end', 'call-end']);
});

test('request() that is queued tells when it waits and when it was given a connection', async (t) => {
  const { pool, events } = await servedPool(t, echo, { maxSize: 1 });
  await pool.request('GET', '/');
  const before = events.length;
  await Promise.all([pool.request('GET', '/a'), pool.request('GET', '/b')]);
  const [first, second] = [2, 3].map((n) =>
    types(events.slice(before).filter((event) => 'call' in event && event.call === nthCall(events, n))),
  );
  const received = ['receive-start', 'receive-end', 'exchange-end'];
  assert.deepEqual(first, ['call-start', 'acquired', ...SENT, ...received, 'call-end']);
  assert.deepEqual(second, ['call-start', 'queue-start', 'queue-end', 'acquired', ...SENT, ...received, 'call-end']);
});

/** The id of the nth call that was begun, from 1. */
function nthCall(events: readonly TraceEvent[], n: number): number {
  return (
    events.filter(({ type }) => type === 'call-start').map((event) => ('call' in event ? event.call : 0))[n - 1] ?? 0
  );
}

test('request() that is replayed tells of two exchanges within one call', async (t) => {
  const { pool, events } = await servedPool(t, [
    async (connection) => {
      await connection.request();
      await connection.respond();
      await connection.request();
      connection.end();
    },
    echo,
  ]);
  await pool.request('GET', '/');
  const before = events.length;
  await pool.request('GET', '/');
  assert.deepEqual(types(events.slice(before)), [
    'call-start',
    'acquired',
    ...SENT,
    'exchange-end',
    'connection-closed',
    'replay',
    'queue-start',
    ...DIAL,
    'queue-end',
    'acquired',
    ...SENT,
    ...RECEIVED,
    'call-end',
  ]);
});

test('request() tells of interim responses between what was sent and what is received', async (t) => {
  const { pool, events } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 103 Early Hints\r\n\r\n');
    await connection.respond();
  });
  await pool.request('GET', '/');
  const exchange = types(events).filter((type) => /^(informational|send|receive)/.test(type));
  assert.deepEqual(exchange, ['send-start', 'send-end', 'informational', 'receive-start', 'receive-end']);
});

test('request() tells the bytes of head and body that were sent and received', async (t) => {
  const { pool, server, told } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone');
  });
  await pool.request('POST', '/', { body: 'twelve bytes' });
  const { bytesSent, bytesReceived } = await told('exchange-end');
  assert.deepEqual({ bytesSent, bytesReceived }, { bytesSent: server.requests[0]?.raw.length, bytesReceived: 42 });
  assert.equal((await told('receive-end')).bytes, 4);
  assert.equal((await told('send-end')).bodyBytes, 12);
});

test('request() tells the address of the peer with each exchange', async (t) => {
  const { pool, server, told } = await servedPool(t, echo);
  await pool.request('GET', '/');
  assert.equal((await told('exchange-start')).peer, `127.0.0.1:${server.port}`);
});

test('request() that is replayed tells the code of what its connection died of', async (t) => {
  const { pool, told } = await servedPool(t, [
    async (connection) => {
      await connection.request();
      await connection.respond();
      await connection.request();
      connection.end();
    },
    echo,
  ]);
  await pool.request('GET', '/');
  await pool.request('GET', '/');
  assert.equal((await told('replay')).because, 'ERR_CONNECTION_CLOSED');
});

test('propagate is told the time at which a request wants a connection', async (t) => {
  const times: number[] = [];
  const { pool, told } = await servedPool(t, echo, {
    propagate: ({ at }) => {
      times.push(at);
      return null;
    },
  });
  await pool.request('GET', '/');
  const [began, queued] = [await told('call-start'), await told('queue-start')];
  assert.ok(times.length === 1 && began.at <= (times[0] ?? 0) && (times[0] ?? 0) <= queued.at);
});

// Any mix of faults

/** Numbers from 0 to below `n`, the same for the same seed (mulberry32). */
function seeded(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

type Fault = (connection: ScriptedConnection) => unknown;

/** Ways of a server to end a connection, in place of an answer. */
const ENDINGS: readonly Fault[] = [
  (connection) => connection.end(),
  (connection) => connection.reset(),
  async (connection) => {
    await connection.write('HTTP/1.1 20');
    connection.end();
  },
  (connection) => {
    void connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome');
    connection.reset();
  },
  async (connection) => {
    await connection.write('HTTP/1.1 200 OK\r\n\r\nuntil the end');
    connection.end();
  },
];

/** What a server may do in place of an answer, before it goes on. */
const FAULTS: readonly Fault[] = [
  () => {}, // silence
  (connection) => connection.write('garbage\r\n\r\n'),
  (connection) => connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome'),
  (connection) => connection.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsomeX'),
  (connection) => connection.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  (connection) => connection.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nunasked'),
  (connection) => connection.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n'),
  (connection) => connection.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
  async (connection) => {
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await connection.wait(2);
    await connection.write('HTTP/1.1 408 Request Timeout\r\n\r\n');
  },
];

/** A server that answers some requests and fails the rest. */
function faulty(random: (n: number) => number): Script {
  return async (connection) => {
    let left = false;
    void connection.closed.then(() => {
      left = true;
    });
    for (;;) {
      const early = random(4) === 0;
      const { target } = early ? await connection.head() : await connection.request();
      const kind = random(6);
      if (kind === 3) {
        // A client that has left cannot be reset.
        if (!left) await ENDINGS[random(ENDINGS.length)]?.(connection);
        return connection.discard();
      }
      if (kind > 3) await FAULTS[random(FAULTS.length)]?.(connection);
      if (early) await connection.request();
      if (kind < 3) await connection.respond({ body: target });
    }
  };
}

async function* pieces(): AsyncGenerator<string> {
  for (let i = 0; i < 5; i++) {
    yield 'piece '.repeat(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const BODIES: readonly (() => RequestOptions)[] = [
  () => ({}),
  () => ({ body: 'small' }),
  () => ({ body: Buffer.alloc(500_000) }),
  () => ({ body: pieces() }),
  () => ({ body: pieces }),
  () => ({ headers: { 'Content-Length': '9' }, body: ['some'] }),
  () => ({
    body: () => {
      throw new Error('no body');
    },
  }),
];

const TIMEOUTS: readonly RequestOptions['timeout'][] = [
  { connect: 40, read: 15 },
  { connect: 40, read: 30, head: 10 },
  { connect: 40, read: 30, total: 12 },
  { connect: 40, read: 30, pool: 5 },
  { connect: 5, read: 30 },
];

/** Options by chance: a body, time limits, an abort at some moment. */
function chance(random: (n: number) => number): RequestOptions {
  const body = BODIES[random(3) === 0 ? random(BODIES.length) : 0]?.() ?? {};
  const timeout = TIMEOUTS[random(TIMEOUTS.length)];
  const controller = new AbortController();
  const moment = random(30);
  if (moment === 0) controller.abort();
  else if (moment === 1) queueMicrotask(() => controller.abort());
  else if (moment < 4) setImmediate(() => controller.abort());
  else if (moment < 6) setTimeout(() => controller.abort(), random(10));
  return { ...body, timeout, signal: controller.signal };
}

/** Makes calls by chance on pools of all kinds, and gives all that was told until the last of them was closed. */
async function mixOfFaults(t: TestContext, seed: number, calls: number): Promise<TraceEvent[]> {
  const random = seeded(seed);
  const events: TraceEvent[] = [];
  const onEvent: TraceListener = (event) => {
    events.push(event);
  };
  const tls = await localCertificate();
  const plain = await ScriptedServer.start({ strict: false }, faulty(random));
  const secure = await ScriptedServer.start({ strict: false, tls }, faulty(random));
  const breaking = await ScriptedServer.start({ strict: false }, async (connection) => {
    if ((await connection.read()) === null) return;
    if (random(2) === 0) connection.end();
    else connection.reset();
  });
  const proxy = await TestProxy.start();
  const pools = [
    new HTTPConnectionPool('127.0.0.1', { retries: false, port: plain.port, maxSize: 3, onEvent }),
    new HTTPConnectionPool('127.0.0.1', { retries: false, port: plain.port, maxSize: 1, idleTimeout: 5, onEvent }),
    new HTTPConnectionPool('127.0.0.1', { retries: false, port: plain.port, maxRequestsPerConnection: 2, onEvent }),
    new HTTPSConnectionPool('localhost', { retries: false, port: secure.port, maxSize: 3, ca: tls.ca, onEvent }),
    new HTTPSConnectionPool('localhost', { retries: false, port: secure.port, onEvent }), // refuses the certificate
    new HTTPSConnectionPool('localhost', { retries: false, port: breaking.port, maxSize: 2, onEvent }),
    new HTTPConnectionPool('127.0.0.1', { retries: false, port: await unusedPort(), onEvent }),
    // Through a proxy: forwarded, in a tunnel, and where that is refused.
    new HTTPConnectionPool('127.0.0.1', { port: plain.port, proxy: proxy.url, maxSize: 2, onEvent }),
    new HTTPSConnectionPool('localhost', { port: secure.port, ca: tls.ca, proxy: proxy.url, maxSize: 2, onEvent }),
    new HTTPSConnectionPool('localhost', { port: await unusedPort(), proxy: proxy.url, onEvent }),
    new HTTPConnectionPool('name.test', {
      retries: false,
      port: plain.port,
      onEvent,
      lookup: (_host, _options, answer) => {
        const kind = random(3);
        if (kind === 0) setImmediate(answer, new Error('no name'), []);
        if (kind === 1)
          setImmediate(
            answer,
            null,
            ['::1', '127.0.0.1'].map((address) => ({ address, family: 4 })),
          );
      },
    }),
  ];
  t.after(() => Promise.all([plain.close(), secure.close(), breaking.close(), proxy.close()]));
  const running: Promise<unknown>[] = [];
  for (let i = 0; i < calls; i++) {
    const pool = pools[random(4) === 0 ? random(pools.length) : random(4)];
    const method = ['GET', 'PUT', 'POST'][random(3)] ?? 'GET';
    running.push(pool?.request(method, `/${i}`, chance(random)).catch(() => {}) ?? Promise.resolve());
    if (random(20) === 0) pool?.clear();
    if (random(3) === 0) await new Promise((resolve) => setImmediate(resolve));
    if (random(10) === 0) await Promise.race(running);
  }
  // Half of the pools are closed with calls under way.
  const [first, second, ...others] = pools;
  await Promise.all([first?.close({ timeout: 1 }), second?.close()]);
  await Promise.all(running);
  await Promise.all(others.map((pool) => pool.close()));
  return events;
}

for (const seed of [1, 2, 3, 4]) {
  test(`request() ends all that it starts, in any mix of faults (seed ${seed})`, async (t) => {
    const events = await mixOfFaults(t, seed, 100);
    assert.deepEqual(faultsOf(events, { isGapless: false, hasOnePoolEach: false }), []);
    assert.equal(events.filter(({ type }) => type === 'call-end').length, 100);
  });
}

test('request() tells of the end of every connection that was opened', async (t) => {
  const events = await mixOfFaults(t, 5, 100);
  const opened = events.flatMap((event) =>
    event.type === 'dial-end' && event.error === null ? [event.connection] : [],
  );
  const closed = events.flatMap((event) => (event.type === 'connection-closed' ? [event.connection] : []));
  assert.deepEqual(closed.sort(), opened.sort());
});

test('request() tells what it does in the order of its time', async (t) => {
  const events = await mixOfFaults(t, 6, 100);
  const times = events.map(({ at }) => at);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  );
});

// Without a listener

test('request() without a listener reads the clock a few times, not once for each event', async (t) => {
  let reads = 0;
  const clock = {
    ...systemClock,
    now: () => {
      reads++;
      return systemClock.now();
    },
  };
  const { pool } = await servedPool(t, echo, { clock, onEvent: undefined });
  await pool.request('GET', '/');
  const before = reads;
  await pool.request('GET', '/');
  assert.ok(reads - before <= 4, `${reads - before} times`);
});
