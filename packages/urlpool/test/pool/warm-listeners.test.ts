// Listeners that take part while connections are opened: they give up, close the pool, or ask for more, from within any of
// the events of a dial.

import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { HTTPError, HTTPSConnectionPool, PoolError, PoolManager, type TraceEvent } from 'urlpool';
import { FakeClock, resourceCounts, ScriptedServer } from 'urlpool-testing';
import type { OriginPool } from '../../src/pool/origin-pool.ts';
import { echo, localCertificate, until } from '../connection/served-pool.ts';
import { served } from '../manager/proxied-manager.ts';
import { mostConnections } from '../manager/served-manager.ts';
import { assertBalanced } from './balance.ts';
import { Asking, barePool } from './bare-pool.ts';

const LEFT = new Error('the caller left');

const MOMENTS = [
  'dial-start',
  'dns-start',
  'dns-end',
  'connect-start',
  'connect-end',
  'tls-start',
  'tls-end',
  'dial-end',
] as const;

/** Events that come in pairs. */
const PAIRS = [
  ['dial-start', 'dial-end'],
  ['dns-start', 'dns-end'],
  ['connect-start', 'connect-end'],
  ['proxy-start', 'proxy-end'],
  ['tls-start', 'tls-end'],
] as const;

interface Listened {
  readonly pool: HTTPSConnectionPool;
  readonly events: readonly TraceEvent[];
  /** Server and client sockets that are open in this process. */
  sockets(): number;
}

/** A pool of a name with TLS, whose listener acts once, at the first event of a type. */
async function listened(t: TestContext, moment: string, act: () => void): Promise<Listened> {
  const tls = await localCertificate();
  const server = await ScriptedServer.start({ tls }, echo);
  const events: TraceEvent[] = [];
  const pool = new HTTPSConnectionPool('name.test', {
    port: server.port,
    servername: 'localhost',
    ca: tls.ca,
    lookup: (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]),
    retries: false,
    maxSize: 4,
    onEvent: (event) => {
      const isFirst = event.type === moment && !events.some(({ type }) => type === moment);
      events.push(event);
      if (isFirst) act();
    },
  });
  t.after(async () => {
    await pool.close({ timeout: 0 });
    await server.close();
  });
  const count = (): number => {
    const { TCPSocketWrap = 0, TCPWRAP = 0, TLSWRAP = 0 } = resourceCounts();
    return TCPSocketWrap + TCPWRAP + TLSWRAP;
  };
  const before = count();
  return { pool, events, sockets: () => count() - before };
}

/** Nothing is under way, and nothing is open but what the pool knows of: each open connection has a socket at either end. */
async function assertNothingLeft({ pool, events, sockets }: Listened, open: number): Promise<void> {
  await until(() => pool.snapshot().dialling === 0 && pool.snapshot().open === open);
  if (open === 0) await until(() => sockets() === 0);
  assertBalanced(pool.snapshot());
  assert.equal(pool.snapshot().queued, 0);
  assertPaired(events.map(({ type }) => type));
}

/** Each step that has begun has ended once. */
function assertPaired(told: readonly string[]): void {
  for (const [start, end] of PAIRS) {
    const count = (type: string): number => told.filter((one) => one === type).length;
    assert.equal(count(end), count(start), `${start} and ${end} are told as often`);
  }
}

for (const moment of MOMENTS) {
  test(`preconnect() that a listener aborts at ${moment} leaves nothing`, async (t) => {
    const controller = new AbortController();
    const all = await listened(t, moment, () => controller.abort(LEFT));
    await assert.rejects(all.pool.preconnect(3, { signal: controller.signal }), LEFT);
    const dials = all.pool.numConnections;
    assert.ok(dials <= 3);
    const { created } = all.pool.snapshot();
    await assertNothingLeft(all, created);
    assert.equal(all.pool.numConnections, dials);
  });

  test(`preconnect() of a pool that a listener closes at ${moment} leaves nothing`, async (t) => {
    let closing: Promise<void> | null = null;
    const all = await listened(t, moment, () => {
      closing = all.pool.close({ timeout: 0 });
    });
    await assert.rejects(all.pool.preconnect(3), PoolError);
    await closing;
    await assertNothingLeft(all, 0);
  });

  test(`request() of a pool that a listener closes at ${moment} leaves nothing`, async (t) => {
    let closing: Promise<void> | null = null;
    const all = await listened(t, moment, () => {
      closing = all.pool.close({ timeout: 0 });
    });
    await assert.rejects(all.pool.request('GET', '/'), HTTPError);
    await closing;
    await assertNothingLeft(all, 0);
  });

  test(`preconnect() and a listener that asks for more at ${moment} keep the limits`, async (t) => {
    const more: Promise<unknown>[] = [];
    const all = await listened(t, moment, () => {
      more.push(all.pool.preconnect(4), ...['/a', '/b', '/c'].map((target) => all.pool.request('GET', target)));
    });
    assert.equal(await all.pool.preconnect(3), 3);
    await Promise.all(more);
    assert.ok(mostConnections(all.events) <= 4);
    await assertNothingLeft(all, all.pool.snapshot().open);
    assert.equal(all.pool.snapshot().idle, all.pool.snapshot().open);
  });
}

for (const moment of ['proxy-start', 'proxy-end', ...MOMENTS] as const) {
  // With a guard, the origin's name is looked up here too.
  test(`preconnect() through a proxy that a listener aborts at ${moment} leaves nothing`, async (t) => {
    const controller = new AbortController();
    const told: string[] = [];
    const { http, secure, proxy } = await served(t, {
      manager: {
        servername: 'localhost',
        lookup: (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]),
        guard: () => true,
        onEvent: ({ type }) => {
          if (type === moment && !told.includes(type)) controller.abort(LEFT);
          told.push(type);
        },
      },
      option: ({ url }) => url.replace('127.0.0.1', 'proxy.test'),
    });
    const url = secure.origin.replace('localhost', 'name.test');
    await assert.rejects(http.preconnect(url, 2, { signal: controller.signal }), LEFT);
    const { created, numConnections } = http.snapshot();
    await until(() => http.snapshot().dialling === 0 && http.snapshot().open === created);
    assertBalanced(http.snapshot());
    assertPaired(told);
    assert.deepEqual([http.snapshot().numConnections, proxy.requests.length <= 2], [numConnections, true]);
  });
}

// A pool closes at once, where a manager waits for its calls first.
for (const moment of ['dial-start', 'connect-start', 'connect-end', 'dial-end'] as const) {
  for (const warm of [true, false]) {
    const name = warm ? 'preconnect()' : 'acquire()';
    test(`OriginPool.close() from within ${moment} of ${name} leaves nothing`, async (t) => {
      let isClosed = false;
      const told: string[] = [];
      const pool: OriginPool = await barePool(t, {
        onEvent: ({ type }) => {
          told.push(type);
          if (type !== moment || isClosed) return;
          isClosed = true;
          pool.close();
        },
      });
      const asking = new Asking();
      if (warm) await assert.rejects(pool.preconnect(3, null, null), { code: 'ERR_POOL_CLOSED' });
      else pool.acquire(asking);
      if (!warm) await asking.over;
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
      const { open, dialling, queued, closed, numConnections } = pool.snapshot();
      assert.deepEqual({ open, dialling, queued }, { open: 0, dialling: 0, queued: 0 });
      assert.deepEqual(closed, { closed: numConnections });
      assertPaired(told);
      assert.ok(asking.connection === null && (warm || asking.error !== null));
    });
  }
}

test('preconnect() that a listener aborts at dial-start looks nothing up, and leaves no timer', async () => {
  const controller = new AbortController();
  const clock = new FakeClock();
  const told: string[] = [];
  const http = new PoolManager({
    clock,
    lookup: () => assert.fail('a look-up'),
    onEvent: ({ type }) => {
      told.push(type);
      if (type === 'dial-start') controller.abort(LEFT);
    },
  });
  await assert.rejects(http.preconnect('http://name.test/', 3, { signal: controller.signal }), LEFT);
  assert.deepEqual([told, clock.pending], [['dial-start', 'dial-end'], 0]);
  await http.close();
});

test("preconnect() that a listener aborts as a connector's stream is there destroys that", async () => {
  const controller = new AbortController();
  const stream = new PassThrough();
  const http = new PoolManager({
    connector: () => stream,
    onEvent: ({ type }) => {
      if (type === 'connect-end') controller.abort(LEFT);
    },
  });
  await assert.rejects(http.preconnect('http://name.test/', 1, { signal: controller.signal }), LEFT);
  assert.ok(stream.destroyed);
  const { open, dialling, closed } = http.snapshot();
  assert.deepEqual({ open, dialling, closed }, { open: 0, dialling: 0, closed: { 'dial-abandoned': 1 } });
  await http.close();
});

// What a listener does is counted before the next is opened.
for (const [name, options] of [
  ['maxSize', { maxSize: 3 }],
  ['maxConnections', { maxConnections: 3 }],
] as const) {
  test(`minIdle stays within ${name} though a listener sends requests as it opens connections`, async (t) => {
    const server = await ScriptedServer.start({}, echo);
    const calls: Promise<unknown>[] = [];
    const events: TraceEvent[] = [];
    const http = new PoolManager({
      minIdle: 3,
      retries: false,
      ...options,
      onEvent: (event) => {
        events.push(event);
        if (event.type !== 'dial-start' || event.why !== 'minIdle' || calls.length > 20) return;
        for (let i = 0; i < 3; i++) calls.push(http.request('GET', server.origin));
      },
    });
    t.after(async () => {
      await http.close({ timeout: 0 });
      await server.close();
    });
    await http.request('GET', server.origin);
    await until(() => calls.length > 0 && http.snapshot().idle === 3);
    await Promise.all(calls);
    assert.equal(mostConnections(events), 3);
    assertBalanced(http.snapshot());
  });
}
