import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { HTTPConnectionPool, PoolManager, type RequestOptions, Retry } from 'urlpool';
import { type Script, type ScriptedConnection, ScriptedServer, unusedPort } from 'urlpool-testing';
import { InstrumentSource } from '../src/instruments.ts';
import { knownMethods } from '../src/request-method.ts';
import { Telemetry } from '../src/telemetry.ts';
import { type Traced, traced } from './traced.ts';

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

/** What a server may do with a request; true where the connection goes on. */
const ANSWERS: readonly ((connection: ScriptedConnection) => Promise<boolean>)[] = [
  async (connection) => {
    await connection.respond({ body: 'fine' });
    return true;
  },
  async (connection) => {
    await connection.write('HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n');
    return true;
  },
  async (connection) => {
    await connection.write('HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 900000\r\n\r\nsome');
    return true;
  },
  async (connection) => {
    await connection.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n');
    return true;
  },
  async (connection) => {
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome');
    return true;
  },
  async (connection) => {
    await connection.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    return true;
  },
  async (connection) => {
    connection.end();
    return await Promise.resolve(false);
  },
  async (connection) => {
    connection.reset();
    return await Promise.resolve(false);
  },
  async () => await Promise.resolve(true), // silence
];

function faulty(random: (n: number) => number): Script {
  return async (connection) => {
    let goesOn = true;
    while (goesOn) {
      await connection.request();
      const answer = ANSWERS[random(3) === 0 ? random(ANSWERS.length) : 0];
      goesOn = answer !== undefined && (await answer(connection));
    }
    connection.discard();
  };
}

function chance(random: (n: number) => number): RequestOptions {
  const controller = new AbortController();
  const moment = random(12);
  if (moment === 0) controller.abort();
  else if (moment === 1) queueMicrotask(() => controller.abort());
  else if (moment === 2) setImmediate(() => controller.abort());
  else if (moment === 3) setTimeout(() => controller.abort(), random(10));
  const retries = new Retry(4, { statusForcelist: [503], raiseOnStatus: false, backoffFactor: 10, backoffMax: 12 });
  return {
    signal: controller.signal,
    timeout: { connect: 40, read: 15, total: random(4) === 0 ? 12 : 200 },
    retries: random(3) === 0 ? false : retries,
  };
}

function telemetryOf({ tracerProvider, meterProvider }: Traced): Telemetry {
  return new Telemetry({
    tracer: tracerProvider.getTracer('test'),
    instruments: new InstrumentSource(meterProvider),
    propagator: new W3CTraceContextPropagator(),
    urlTemplate: null,
    requestHeaders: new Set(),
    responseHeaders: new Set(),
    knownMethods: knownMethods(undefined, undefined),
    connectionSpans: true,
  });
}

/** A streamed response that is read to its end, or not. */
async function streamed(http: PoolManager, url: string, options: RequestOptions, isRead: boolean): Promise<void> {
  const response = await http.stream('GET', url, options);
  if (isRead) await response.text();
  else await response.dispose();
}

/** Makes calls by chance, whole and streamed, until all pools are closed. */
async function mixOfFaults(t: TestContext, telemetry: Telemetry, seed: number): Promise<void> {
  const random = seeded(seed);
  const server = await ScriptedServer.start({ strict: false }, faulty(random));
  t.after(() => server.close());
  const hooks = {
    onEvent: telemetry.see.bind(telemetry),
    propagate: telemetry.propagate.bind(telemetry),
  };
  const options = { port: server.port, ...hooks };
  const pools = [
    new HTTPConnectionPool('127.0.0.1', { ...options, maxSize: 2 }),
    new HTTPConnectionPool('127.0.0.1', { ...options, maxSize: 1, idleTimeout: 5 }),
    new HTTPConnectionPool('127.0.0.1', { ...options, port: await unusedPort() }),
  ];
  const running: Promise<unknown>[] = [];
  const http = new PoolManager({ ...hooks, maxSize: 3 });
  for (let i = 0; i < 80; i++) {
    const pool = pools[random(pools.length)];
    const settings = chance(random);
    const kind = random(4);
    if (kind === 0) {
      running.push(streamed(http, `http://127.0.0.1:${server.port}/${i}`, settings, random(2) === 0).catch(() => {}));
    } else if (pool !== undefined) {
      running.push(pool.request('PUT', `/${i}`, { ...settings, body: 'body' }).catch(() => {}));
    }
    if (random(3) === 0) await new Promise((resolve) => setImmediate(resolve));
    if (random(10) === 0) await Promise.race(running);
    if (random(20) === 0) await pool?.clear();
  }
  // One of the pools is closed with calls under way.
  await pools[0]?.close({ timeout: 1 });
  await Promise.all(running);
  await Promise.all([http.close(), ...pools.map((pool) => pool.close())]);
}

for (const seed of [1, 2, 3, 4]) {
  test(`everything that begins comes to its end, in any mix of faults (seed ${seed})`, async (t) => {
    const all = traced(t);
    const telemetry = telemetryOf(all);
    await mixOfFaults(t, telemetry, seed);
    assert.deepEqual(telemetry.size, { calls: 0, setups: 0, connections: 0, waiting: 0 });
    assert.equal(all.open(), 0);
    assert.ok(all.spans().length > 80);
    for (const name of ['http.client.active_requests', 'http.client.open_connections']) {
      const points = await all.points(name);
      assert.ok(points.length > 0);
      assert.deepEqual(
        points.filter(({ count }) => count !== 0),
        [],
      );
    }
    const durations = await all.points('http.client.request.duration');
    const spans = all.spans().filter(({ name }) => name === 'GET' || name === 'PUT');
    assert.equal(
      durations.reduce((sum, { count }) => sum + count, 0),
      spans.length,
    );
    // No span ends before it begins, and none is told to be longer than the test.
    assert.deepEqual(
      all.spans().filter(({ duration: [seconds] }) => seconds < 0 || seconds > 5),
      [],
    );
  });
}
