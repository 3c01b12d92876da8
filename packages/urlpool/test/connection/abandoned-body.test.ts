// A stream that was given as a body holds something: a file, another connection. It is freed wherever its call ends
// before it does, in the way of its kind: a Readable is destroyed, a web stream cancelled, a generator returned.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { HTTPConnectionPool, HTTPError } from 'urlpool';
import { FakeClock, type Script, unusedPort } from 'urlpool-testing';
import { gate, servedPool } from './served-pool.ts';

const REASON = new Error('the user left');
const TOO_LARGE = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 9\r\n\r\ntoo large';
const PIECE = 'a piece';

/** A stream that gives one piece, and then nothing for as long as nobody frees it. */
interface OpenStream {
  readonly body: Readable | ReadableStream<string> | AsyncGenerator<string>;
  /** The second piece is being waited for. */
  readonly waits: Promise<void>;
  /** Whether it was freed. */
  isFreed(): boolean | Promise<boolean>;
}

function openReadable(): OpenStream {
  const waits = gate();
  let asked = 0;
  const body = new Readable({
    highWaterMark: 1,
    read() {
      if (++asked === 1) this.push(PIECE);
      else waits.open();
    },
  });
  return { body, waits: waits.opened, isFreed: () => body.destroyed };
}

function openWebStream(): OpenStream {
  const waits = gate();
  let asked = 0;
  let cancelled = false;
  const body = new ReadableStream<string>(
    {
      async pull(controller) {
        if (++asked === 1) {
          controller.enqueue(PIECE);
          return;
        }
        waits.open();
        await new Promise(() => {});
      },
      cancel() {
        cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, waits: waits.opened, isFreed: () => cancelled };
}

/** A generator is returned once what it awaits has come: it says so by giving no third piece. */
function openGenerator(): OpenStream {
  const waits = gate();
  const more = gate();
  const body = (async function* () {
    yield PIECE;
    waits.open();
    await more.opened;
    for (;;) yield PIECE;
  })();
  return {
    body,
    waits: waits.opened,
    isFreed: async () => {
      more.open();
      return (await body.next()).done === true;
    },
  };
}

/** A generator whose `return()` must be called even if what it awaits never comes. */
function openGeneratorForEver(): OpenStream {
  const waits = gate();
  const body = (async function* () {
    yield PIECE;
    waits.open();
    await new Promise(() => {});
  })();
  let returned = false;
  const finish = body.return.bind(body);
  body.return = (value) => {
    returned = true;
    return finish(value);
  };
  return { body, waits: waits.opened, isFreed: () => returned };
}

// name, how it is freed, one of it
const STREAMS: readonly (readonly [string, string, () => OpenStream])[] = [
  ['a Readable', 'destroyed', openReadable],
  ['a web stream', 'cancelled', openWebStream],
  ['an async generator', 'returned', openGenerator],
  ['an async generator that waits for ever', 'returned', openGeneratorForEver],
];

type Body = OpenStream['body'] | (() => Promise<OpenStream['body']>);

/** What a call rejects with; it must. */
async function reasonOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => assert.fail('the call was answered'),
    (reason: unknown) => reason,
  );
}

async function refused(t: TestContext, body: Body): Promise<void> {
  const pool = new HTTPConnectionPool('127.0.0.1', { port: await unusedPort(), retries: false });
  t.after(() => pool.close());
  const error = await reasonOf(pool.request('POST', '/', { body }));
  assert.ok(error instanceof HTTPError && error.code === 'ERR_CONNECTION_REFUSED', String(error));
}

async function abortedInQueue(t: TestContext, body: Body): Promise<void> {
  const script: Script = async (connection) => {
    await connection.request();
  };
  const { pool, server } = await servedPool(t, script, { maxSize: 1, retries: false });
  pool.request('GET', '/first').catch(() => {});
  await server.request(0);
  const controller = new AbortController();
  const call = pool.request('POST', '/second', { body, signal: controller.signal });
  assert.equal(pool.snapshot().queued, 1);
  controller.abort(REASON);
  assert.equal(await reasonOf(call), REASON);
}

/** The server reads what there is of a body, and never answers. */
const reading: Script = async (connection) => {
  await connection.head();
  connection.discard();
};

async function abortedInPiece(t: TestContext, body: Body, waits: Promise<void>): Promise<void> {
  const { pool } = await servedPool(t, reading, { retries: false });
  const controller = new AbortController();
  const call = pool.request('POST', '/', { body, signal: controller.signal });
  await waits;
  controller.abort(REASON);
  assert.equal(await reasonOf(call), REASON);
}

async function answeredEarly(t: TestContext, body: Body, waits: Promise<void>): Promise<void> {
  const answer = gate();
  const { pool } = await servedPool(
    t,
    async (connection) => {
      await connection.head();
      await answer.opened;
      await connection.write(TOO_LARGE);
      connection.discard();
    },
    { retries: false },
  );
  const call = pool.request('POST', '/', { body });
  await waits;
  answer.open();
  assert.equal((await call).status, 413);
}

async function closedUnder(t: TestContext, body: Body, waits: Promise<void>): Promise<void> {
  const leave = gate();
  const { pool } = await servedPool(
    t,
    async (connection) => {
      await connection.head();
      await leave.opened;
      connection.reset();
    },
    { retries: false },
  );
  const call = pool.request('POST', '/', { body });
  await waits;
  leave.open();
  await reasonOf(call);
}

async function timedOut(t: TestContext, body: Body, waits: Promise<void>): Promise<void> {
  const clock = new FakeClock();
  const { pool } = await servedPool(t, reading, { clock, retries: false });
  const call = pool.request('POST', '/', { body, timeout: { total: 1000 } });
  await waits;
  clock.advance(1000);
  await reasonOf(call);
}

async function closedPool(t: TestContext, body: Body): Promise<void> {
  const { pool } = await servedPool(t, reading, { retries: false });
  await pool.close();
  await reasonOf(pool.request('POST', '/', { body }));
}

// where the call ends, how it comes to that
const ENDINGS = [
  ['whose connection is refused', refused],
  ['aborted in the queue', abortedInQueue],
  ['made of a pool that was closed', closedPool],
  ['aborted while the next piece is made', abortedInPiece],
  ['that a 413 answers while the next piece is made', answeredEarly],
  ['whose connection is reset while the next piece is made', closedUnder],
  ['whose time is over while the next piece is made', timedOut],
] as const;

for (const [where, end] of ENDINGS) {
  for (const [name, freed, make] of STREAMS) {
    test(`request() ${where} leaves ${name} ${freed}`, async (t) => {
      const stream = make();
      await end(t, stream.body, stream.waits);
      assert.equal(await stream.isFreed(), true);
    });
  }
}

for (const [name, freed, make] of STREAMS) {
  test(`request() leaves ${name} ${freed} as soon as the head of a 413 is there`, async (t) => {
    const answer = gate();
    const finish = gate();
    const { pool, told } = await servedPool(
      t,
      async (connection) => {
        await connection.head();
        await answer.opened;
        await connection.write(TOO_LARGE.slice(0, -1));
        connection.discard();
        await finish.opened;
        await connection.write(TOO_LARGE.slice(-1));
      },
      { retries: false },
    );
    const stream = make();
    const call = pool.request('POST', '/', { body: stream.body });
    await stream.waits;
    answer.open();
    await told('receive-start');
    assert.equal(await stream.isFreed(), true);
    finish.open();
    assert.equal((await call).status, 413);
  });
}

// Streams that a function made: those that were asked for are freed too.

for (const [where, end] of ENDINGS.slice(3)) {
  for (const [name, freed, make] of STREAMS) {
    test(`request() ${where} leaves ${name} ${freed} that a function made`, async (t) => {
      const stream = make();
      await end(t, async () => stream.body, stream.waits);
      assert.equal(await stream.isFreed(), true);
    });
  }
}

for (const [name, freed, make] of STREAMS) {
  test(`request() aborted before a function has made ${name} leaves it ${freed}`, async (t) => {
    const stream = make();
    const asked = gate();
    const made = gate();
    const { pool } = await servedPool(t, reading, { retries: false });
    const controller = new AbortController();
    const body = async () => {
      asked.open();
      await made.opened;
      return stream.body;
    };
    const call = pool.request('POST', '/', { body, signal: controller.signal });
    await asked.opened;
    controller.abort(REASON);
    await reasonOf(call);
    made.open();
    await new Promise((resolve) => setImmediate(resolve)); // only promises are in between
    assert.equal(await stream.isFreed(), true);
  });
}

// A body of known length is sent when its last byte is, though its stream stays open.

/** Answers two requests, the second so that it shows where it came. */
const twice: Script = async (connection) => {
  await connection.request();
  await connection.respond({ body: 'first' });
  await connection.request();
  await connection.respond({ body: 'second' });
};

const WHOLE = { 'Content-Length': PIECE.length };

for (const [name, freed, make] of STREAMS) {
  test(`request() gets its response while ${name} stays open after the last byte of a known length`, async (t) => {
    const { pool, server } = await servedPool(t, twice, { retries: false });
    assert.equal((await pool.request('POST', '/', { body: make().body, headers: WHOLE })).text(), 'first');
    assert.equal(server.requests[0]?.body.toString(), PIECE);
  });

  test(`request() keeps its connection where ${name} stays open after the last byte of a known length`, async (t) => {
    const { pool, server } = await servedPool(t, twice, { retries: false });
    await pool.request('POST', '/', { body: make().body, headers: WHOLE });
    assert.equal((await pool.request('GET', '/')).text(), 'second');
    assert.equal(server.connections.length, 1);
  });

  test(`request() leaves ${name} ${freed} that stays open after the last byte of a known length`, async (t) => {
    const { pool } = await servedPool(t, twice, { retries: false });
    const stream = make();
    await pool.request('POST', '/', { body: stream.body, headers: WHOLE });
    assert.equal(await stream.isFreed(), true);
  });

  test(`request() gets its response while ${name} that a function made stays open after its length`, async (t) => {
    const { pool, server } = await servedPool(t, twice, { retries: false });
    const body = () => make().body;
    assert.equal((await pool.request('POST', '/', { body, headers: WHOLE })).text(), 'first');
    assert.equal(server.requests[0]?.body.toString(), PIECE);
  });
}

test('request() sends a body whose length is 0 without waiting for its stream', async (t) => {
  const { pool } = await servedPool(t, twice, { retries: false });
  const body = new Readable({ read() {} });
  await pool.request('POST', '/', { body, headers: { 'Content-Length': 0 } });
  assert.equal((await pool.request('GET', '/')).text(), 'second');
  assert.equal(pool.numConnections, 1);
});

test('request() keeps its connection where a long body of known length stays open', async (t) => {
  const { pool, server } = await servedPool(t, twice, { retries: false });
  const piece = Buffer.alloc(256 * 1024, 'u');
  const body = async function* () {
    for (let i = 0; i < 8; i++) yield piece;
    await new Promise(() => {});
  };
  await pool.request('POST', '/', { body, headers: { 'Content-Length': 8 * piece.length } });
  assert.equal((await pool.request('GET', '/')).text(), 'second');
  assert.deepEqual([server.connections.length, server.requests[0]?.body.length], [1, 8 * piece.length]);
});

test('request() tells that a body of known length was sent, though its stream stays open', async (t) => {
  const { pool, events } = await servedPool(t, twice, { retries: false });
  await pool.request('POST', '/', { body: openReadable().body, headers: WHOLE });
  const sends = events.flatMap((event) => (event.type === 'send-end' ? [event.complete] : []));
  assert.deepEqual(sends, [true]);
});
