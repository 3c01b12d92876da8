import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { HTTPConnectionPool, HTTPSConnectionPool } from 'urlpool';
import type { Script, ScriptedConnection } from 'urlpool-testing';
import { POISON, poisonSlab, releaseSlab, slab, smallSlab } from '../../src/transport/slab.ts';
import { dialled, RecordedSink, wireRequest } from '../connection/dialled-connection.ts';
import { localCertificate, servedPool } from '../connection/served-pool.ts';

// Every transport of the thread reads into the same memory. Here it is overwritten after every read, so that whatever
// is still looked at afterwards shows.

before(() => poisonSlab(true));
after(() => poisonSlab(false));

const KB = 1024;
const SIZES = [0, 1, KB, 16 * KB - 1, 16 * KB, 16 * KB + 1, 64 * KB - 1, 64 * KB, 64 * KB + 1, KB * KB];
const FRAMINGS = ['length', 'chunked', 'close'] as const;
type BodyFraming = (typeof FRAMINGS)[number];

/** Bytes in which every run of a few differs from those at other places. */
function pattern(size: number, seed: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8) * 7 + seed) & 0xff;
  return bytes;
}

const LONG_VALUE = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(40);

/** Head, body and trailers for a target `/<framing>/<size>/<seed>`. */
function responseTo(target: string): Buffer[] {
  const [, framing, size, seed] = target.split('/');
  const body = pattern(Number(size), Number(seed));
  const head = (field: string) =>
    Buffer.from(`HTTP/1.1 200 Fine ${seed}\r\nX-Target: ${target}\r\nX-Long: ${LONG_VALUE}\r\n${field}\r\n`, 'latin1');
  if (framing === 'length') return [head(`Content-Length: ${size}\r\n`), body];
  if (framing === 'close') return [head('Connection: close\r\n'), body];
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; at += 5000) {
    const chunk = body.subarray(at, at + 5000);
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return [head('Transfer-Encoding: chunked\r\n'), ...chunks, Buffer.from(`0\r\nX-Sum: ${target}\r\n\r\n`)];
}

async function answer(connection: ScriptedConnection, write: (bytes: Buffer) => Promise<void>): Promise<void> {
  for (;;) {
    const { target } = await connection.request();
    await write(Buffer.concat(responseTo(target)));
    if (target.startsWith('/close')) return connection.end();
  }
}

/** Answers in one write. */
const whole: Script = (connection) => answer(connection, (bytes) => connection.write(bytes));

/** Answers in packets of a prime size, so that reads end anywhere. */
const inPieces: Script = (connection) =>
  answer(connection, async (bytes) => {
    for (let at = 0; at < bytes.length; at += 1009) {
      await connection.write(bytes.subarray(at, at + 1009));
      if (at < 20 * 1009) await new Promise((resolve) => setImmediate(resolve));
    }
  });

type Pool = HTTPConnectionPool | HTTPSConnectionPool;

/** Asserts that a response has exactly what its server sent. */
async function assertIntact(pool: Pool, framing: BodyFraming, size: number, seed: number): Promise<void> {
  const target = `/${framing}/${size}/${seed}`;
  const response = await pool.request('GET', target);
  assert.equal(response.reason, `Fine ${seed}`);
  assert.deepEqual([response.headers.get('x-target'), response.headers.get('x-long')], [target, LONG_VALUE]);
  assert.ok(response.data.equals(pattern(size, seed)), `${target}: the body differs`);
  if (framing === 'chunked') assert.equal(response.trailers.get('x-sum'), target);
}

test('releaseSlab() overwrites what was read, in either size of the memory', () => {
  for (const memory of [slab, smallSlab]) {
    slab.fill(0);
    releaseSlab(memory, 3);
    assert.deepEqual([...slab.subarray(0, 4)], [POISON, POISON, POISON, 0]);
  }
});

test('releaseSlab() leaves memory alone that is not the slab', () => {
  const own = Buffer.alloc(4, 'x');
  releaseSlab(own, 4);
  assert.equal(own.toString(), 'xxxx');
});

for (const secure of [false, true]) {
  const over = secure ? 'TLS' : 'TCP';
  for (const framing of FRAMINGS) {
    for (const [how, script] of [
      ['in one write', whole],
      ['in pieces', inPieces],
    ] as const) {
      test(`request() takes nothing from the slab afterwards: ${framing}, ${how}, over ${over}`, async (t) => {
        const { pool } = await servedPool(t, script, secure ? { tls: await localCertificate() } : {});
        for (const [seed, size] of SIZES.entries()) await assertIntact(pool, framing, size, seed);
      });
    }
  }

  test(`request() of many at once takes nothing from the slab afterwards, over ${over}`, async (t) => {
    const { pool } = await servedPool(t, inPieces, {
      maxSize: 16,
      ...(secure ? { tls: await localCertificate() } : {}),
    });
    const sizes = SIZES.filter((size) => size < KB * KB);
    const all = FRAMINGS.flatMap((framing) => sizes.map((size, i) => [framing, size, i] as const));
    await Promise.all(all.map(([framing, size, i]) => assertIntact(pool, framing, size, i)));
  });
}

test('request() of small and large bodies by turns on one connection', async (t) => {
  const { pool } = await servedPool(t, whole);
  for (let i = 0; i < 5; i++) {
    for (const size of [KB * KB, 1, 40 * KB, 0]) await assertIntact(pool, 'length', size, i);
    for (const size of [KB * KB, 1]) await assertIntact(pool, 'chunked', size, i);
  }
  assert.equal(pool.numConnections, 1);
});

test('request() keeps the head of a response intact while others are read', async (t) => {
  const { pool } = await servedPool(t, whole);
  const first = await pool.request('GET', '/length/10/1');
  await pool.request('GET', '/chunked/100000/2');
  assert.equal(first.headers.get('x-target'), '/length/10/1');
  assert.ok(first.data.equals(pattern(10, 1)));
});

// Back-pressure

const LARGE = 8 * KB * KB;

for (const secure of [false, true]) {
  const over = secure ? 'TLS' : 'TCP';

  async function largeResponse(t: TestContext) {
    const tls = secure ? await localCertificate() : null;
    const { server } = await servedPool(t, whole, tls === null ? {} : { tls });
    const connection = await dialled(t, server.port, tls === null ? {} : { ca: tls.ca });
    const sink = new RecordedSink();
    const start = () => {
      connection.reserve();
      return connection.start(wireRequest({ target: `/length/${LARGE}/3` }), sink);
    };
    return { connection, sink, start };
  }

  test(`Http1Connection.start() gives a consumer that pauses all it was sent, over ${over}`, async (t) => {
    const { sink, start } = await largeResponse(t);
    sink.wantsMore = () => {
      setImmediate(() => exchange.resume());
      return false;
    };
    const exchange = start();
    assert.equal((await sink.ended).is, 'end');
    assert.ok(sink.body.equals(pattern(LARGE, 3)));
  });

  test(`Http1Connection.start() reads little more once its consumer has paused, over ${over}`, async (t) => {
    const { connection, sink, start } = await largeResponse(t);
    sink.wantsMore = () => false;
    start();
    // The server has far more to send: whatever is read without being asked for comes in these turns.
    while (connection.bytesIn === 0) await new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(sink.body.length <= 128 * KB, `${sink.body.length} bytes`);
    assert.notEqual(connection.pausedSince, null);
  });

  test(`Http1Connection.start() gives what its consumer had it read to its own memory, over ${over}`, async (t) => {
    const { sink, start } = await largeResponse(t);
    const own = Buffer.alloc(LARGE);
    let filled = 0;
    sink.memory = (left) => own.subarray(filled, filled + Math.min(left, 100_000));
    sink.onBody = (view) => {
      if (view.buffer !== own.buffer) own.set(view, filled);
      filled += view.length;
      return true;
    };
    start();
    assert.equal((await sink.ended).is, 'end');
    assert.ok(own.equals(pattern(LARGE, 3)));
  });
}
