import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type BodyInput, ConnectionError, type ReplayPolicy, type RequestOptions } from 'urlpool';
import { FakeClock, type Script, type ScriptedConnection } from 'urlpool-testing';
import { echo, gate, type ServedPool, type ServedPoolOptions, servedPool } from '../connection/served-pool.ts';

// What becomes of a request whose connection dies under it: RFC 9112 §9.3.1 and RFC 9110 §9.2.2, over the wire.

type Death = (connection: ScriptedConnection) => void;
const fin: Death = (connection) => connection.end();
const rst: Death = (connection) => connection.reset();

/** Answers one request, reads a second and dies under it. */
function dyingOnSecond(death: Death): Script {
  return async (connection) => {
    await connection.request();
    await connection.respond();
    await connection.request();
    death(connection);
  };
}

/** A pool with one kept connection, which will die under the next request; later ones are as they should be. */
async function doomedPool(t: TestContext, death: Death = fin, options: ServedPoolOptions = {}): Promise<ServedPool> {
  const served = await servedPool(t, [dyingOnSecond(death), echo], options);
  await served.pool.request('GET', '/first');
  return served;
}

/** The reason that a call fails for. */
async function failure(call: Promise<unknown>): Promise<ConnectionError> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConnectionError, String(error));
  return error;
}

/** What the pool told of replays. */
function replays({ events }: ServedPool): [willReplay: boolean, why: string][] {
  return events.flatMap((event) =>
    event.type === 'replay' ? [[event.willReplay, event.why] as [boolean, string]] : [],
  );
}

const DEATHS = [
  ['FIN', fin],
  ['RST', rst],
] as const;

for (const [name, death] of DEATHS) {
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY']) {
    test(`request() sends ${method} again after ${name} on a kept connection`, async (t) => {
      const served = await doomedPool(t, death);
      const response = await served.pool.request(method, '/second');
      assert.equal(response.status, 200);
      assert.deepEqual(
        served.server.requests.map(({ connection, method: sent, target }) => [connection, sent, target]),
        [
          [0, 'GET', '/first'],
          [0, method, '/second'],
          [1, method, '/second'],
        ],
      );
      assert.deepEqual(replays(served), [[true, 'idempotent']]);
    });
  }

  for (const method of ['POST', 'PATCH', 'LOCK']) {
    test(`request() leaves it to the caller to send ${method} again after ${name}`, async (t) => {
      const served = await doomedPool(t, death);
      const error = await failure(served.pool.request(method, '/second'));
      assert.equal(error.stale, true);
      assert.deepEqual(replays(served), [[false, 'not-idempotent']]);
      assert.equal(served.pool.numConnections, 1);
    });
  }

  test(`request() sends nothing again after ${name} on a fresh connection`, async (t) => {
    const served = await servedPool(t, async (connection) => {
      await connection.request();
      death(connection);
    });
    const error = await failure(served.pool.request('GET', '/'));
    assert.equal(error.stale, false);
    assert.deepEqual(replays(served), [[false, 'fresh']]);
    assert.equal(served.pool.numConnections, 1);
  });

  test(`request() sends nothing again after ${name} in a response`, async (t) => {
    const served = await servedPool(t, async (connection) => {
      await connection.request();
      await connection.respond();
      await connection.request();
      await connection.write('H');
      death(connection);
    });
    await served.pool.request('GET', '/first');
    const error = await failure(served.pool.request('GET', '/second'));
    assert.equal(error.stale, false);
    assert.deepEqual(replays(served), [[false, 'response-begun']]);
  });

  test(`request() sends POST again after ${name} where it has an Idempotency-Key`, async (t) => {
    const served = await doomedPool(t, death);
    const headers = { 'idempotency-key': 'a7' };
    const response = await served.pool.request('POST', '/second', { headers, body: 'text' });
    assert.equal(response.status, 200);
    assert.deepEqual(
      served.server.requests.slice(1).map(({ body }) => body.toString()),
      ['text', 'text'],
    );
  });
}

test('request() says that a kept connection died, and where', async (t) => {
  const { pool, server } = await doomedPool(t);
  const error = await failure(pool.request('POST', '/second'));
  assert.match(
    error.message,
    /^Cannot read the response of POST .*\/second: the server closed the connection before a response began, \d+ ms after the request \(a kept connection, used 1 times before\)$/,
  );
  assert.deepEqual(
    [error.code, error.phase, error.connection?.reused, error.connection?.address],
    ['ERR_CONNECTION_CLOSED', 'head', true, `127.0.0.1:${server.port}`],
  );
});

test('request() counts a replay as a request, and as nothing else of the call', async (t) => {
  const served = await doomedPool(t);
  await served.pool.request('GET', '/second');
  const { numRequests, numConnections, closed } = served.pool.snapshot();
  assert.deepEqual(
    { numRequests, numConnections, closed },
    { numRequests: 3, numConnections: 2, closed: { incomplete: 1 } },
  );
  const calls = served.events.filter(({ type }) => type === 'call-start' || type === 'call-end');
  assert.equal(calls.length, 4);
});

test('request() tells which connection died under which attempt', async (t) => {
  const { pool, told } = await doomedPool(t);
  const response = await pool.request('GET', '/second');
  const { connection, attempt, call } = await told('replay');
  const { call: second } = await told('call-start', 1);
  assert.deepEqual({ attempt, call }, { attempt: 1, call: second });
  assert.notEqual(connection, response.connection.id);
});

// Bodies

async function* pieces(): AsyncGenerator<string> {
  yield 'one ';
  yield 'two ';
  yield 'three';
}

// name, body, whether it is sent again
const BODIES: readonly (readonly [string, () => BodyInput, boolean])[] = [
  ['a string', () => 'one two three', true],
  ['bytes', () => Buffer.from('one two three'), true],
  ['many bytes', () => Buffer.alloc(1024 * 1024, 'b'), true],
  ['a function that gives a string', () => () => 'one two three', true],
  ['a function that gives a generator', () => pieces, true],
  ['a function that gives a promise of bytes', () => async () => Buffer.from('one two three'), true],
  ['a generator', () => pieces(), false],
  ['an array of pieces', () => ['one ', 'two ', 'three'], true],
  ['a web stream', () => ReadableStream.from(pieces()), false],
];

for (const [name, makeBody, again] of BODIES) {
  test(`request() ${again ? 'sends' : 'does not send'} PUT with ${name} again`, async (t) => {
    const served = await doomedPool(t);
    const call = served.pool.request('PUT', '/second', { body: makeBody() });
    if (again) {
      await call;
      const [, first, second] = served.server.requests;
      assert.ok((first?.body.length ?? 0) > 0);
      assert.deepEqual(second?.body, first?.body);
    } else {
      assert.equal((await failure(call)).stale, true);
      assert.deepEqual(replays(served), [[false, 'body-consumed']]);
    }
  });
}

test('request() calls a body function once for each sending', async (t) => {
  const served = await doomedPool(t);
  let times = 0;
  const body = () => `time ${++times}`;
  await served.pool.request('PUT', '/second', { body });
  assert.deepEqual(
    served.server.requests.slice(1).map(({ body: sent }) => sent.toString()),
    ['time 1', 'time 2'],
  );
});

// Of which nothing was sent: the connection was still being looked at when it died (see poll-gate.ts).

/** A pool whose kept connection dies before a request is written to it. */
async function heldPool(t: TestContext, options: ServedPoolOptions = {}) {
  const clock = new FakeClock({ checks: 'manual' });
  const asked = gate();
  const served = await servedPool(
    t,
    [
      async (connection) => {
        await connection.request();
        await connection.respond();
        await asked.opened;
        connection.end();
      },
      echo,
    ],
    { clock, ...options },
  );
  await served.pool.request('GET', '/first');
  clock.runChecks();
  return { ...served, asked };
}

// name, method, body
const UNSENT: readonly (readonly [string, string, () => BodyInput | null])[] = [
  ['POST', 'POST', () => null],
  ['POST with a string', 'POST', () => 'one two three'],
  ['POST with a generator', 'POST', () => pieces()],
  ['PATCH with a function', 'PATCH', () => pieces],
];

for (const [name, method, makeBody] of UNSENT) {
  test(`request() sends ${name} again where nothing of it had been sent`, async (t) => {
    const held = await heldPool(t);
    const body = makeBody();
    const call = held.pool.request(method, '/second', { body });
    held.asked.open();
    assert.equal((await call).text(), '/second');
    assert.deepEqual(
      held.server.requests.map(({ connection, body: sent }) => [connection, sent.toString()]),
      [
        [0, ''],
        [1, body === null ? '' : 'one two three'],
      ],
    );
    assert.deepEqual(replays(held), [[true, 'nothing-sent']]);
  });
}

// The option

// policy, method, headers, nothing was sent, sent again
const POLICIES: readonly (readonly [ReplayPolicy, string, RequestOptions['headers'], boolean, boolean])[] = [
  ['idempotent', 'PUT', {}, false, true],
  ['safe', 'GET', {}, false, true],
  ['safe', 'PUT', {}, false, false],
  ['safe', 'GET', { 'Idempotency-Key': 'a7' }, false, true],
  ['safe', 'POST', { 'Idempotency-Key': 'a7' }, false, false],
  ['safe', 'POST', {}, true, true],
  ['unsent', 'GET', {}, false, false],
  ['unsent', 'GET', {}, true, true],
  ['unsent', 'POST', {}, true, true],
  [false, 'GET', {}, false, false],
  [false, 'GET', {}, true, false],
];

for (const [policy, method, headers, unsent, again] of POLICIES) {
  const name = `${method}${Object.keys(headers ?? {}).length > 0 ? ' with an Idempotency-Key' : ''}, ${unsent ? 'unsent' : 'sent'},`;
  for (const where of ['pool', 'call'] as const) {
    test(`request() ${again ? 'sends' : 'does not send'} ${name} again by replay ${policy} of the ${where}`, async (t) => {
      const option = { replay: policy };
      const ofPool = where === 'pool' ? option : {};
      const ofCall = where === 'call' ? option : {};
      if (unsent) {
        const held = await heldPool(t, ofPool);
        const call = held.pool.request(method, '/second', { headers, ...ofCall });
        held.asked.open();
        if (again) await call;
        else await failure(call);
      } else {
        const served = await doomedPool(t, fin, ofPool);
        const call = served.pool.request(method, '/second', { headers, ...ofCall });
        if (again) await call;
        else assert.equal((await failure(call)).stale, true);
      }
    });
  }
}

// How often, and where to

test('request() sends an attempt again once, not twice', async (t) => {
  const dial = gate();
  const slow = gate();
  const served = await servedPool(
    t,
    [
      dyingOnSecond(fin),
      async (connection) => {
        await connection.request();
        await connection.respond();
        await connection.request();
        await slow.opened;
        await connection.respond();
        await connection.request();
        connection.end();
      },
    ],
    {
      host: 'name.test',
      maxSize: 3,
      lookup: (_host, _options, answer) => {
        const addresses = [{ address: '127.0.0.1', family: 4 }];
        if (served.pool.numConnections <= 2) answer(null, addresses);
        else void dial.opened.then(() => answer(null, addresses));
      },
    },
  );
  const { pool, server } = served;
  await Promise.all([pool.request('GET', '/a'), pool.request('GET', '/b')]);
  const calls = [pool.request('GET', '/c'), pool.request('GET', '/d')];
  const replayed = served.told('replay');
  await server.request(3);
  await replayed;
  // The replay waits for a dial that does not end: the busy connection comes free first, and dies as well.
  slow.open();
  const outcomes = await Promise.allSettled(calls);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.deepEqual(replays(served), [
    [true, 'idempotent'],
    [false, 'once-per-attempt'],
  ]);
  dial.open();
});

test('request() takes no connection for a replay that was kept since before the failure', async (t) => {
  const served = await servedPool(t, [dyingOnSecond(fin), dyingOnSecond(fin), echo]);
  const { pool, server } = served;
  await Promise.all([pool.request('GET', '/a'), pool.request('GET', '/b')]);
  assert.equal(pool.snapshot().idle, 2);
  assert.equal((await pool.request('GET', '/c')).text(), '/c');
  assert.equal(server.requests.at(-1)?.connection, 2);
  assert.deepEqual(pool.snapshot().closed, { incomplete: 1 });
});

test('request() replays within maxSize without closing what idles', async (t) => {
  const served = await servedPool(t, [dyingOnSecond(fin), dyingOnSecond(fin), echo], { maxSize: 2 });
  const { pool } = served;
  await Promise.all([pool.request('GET', '/a'), pool.request('GET', '/b')]);
  assert.equal((await pool.request('GET', '/c')).text(), '/c');
  assert.deepEqual(pool.snapshot().closed, { incomplete: 1 });
});

test('request() of many calls whose connections all died is answered on fresh ones', async (t) => {
  const served = await servedPool(t, [...Array<Script>(8).fill(dyingOnSecond(rst)), echo], { maxSize: 8 });
  const { pool } = served;
  await Promise.all(Array.from({ length: 8 }, (_, i) => pool.request('GET', `/first${i}`)));
  const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => pool.request('GET', `/second${i}`)));
  assert.deepEqual(
    answers.map((answer) => answer.text()),
    answers.map((_, i) => `/second${i}`),
  );
});

test('request() is replayed before calls that wait in the queue', async (t) => {
  const { pool, server } = await doomedPool(t, fin, { maxSize: 1 });
  const calls = ['/second', '/third', '/fourth'].map((target) => pool.request('GET', target));
  await Promise.all(calls);
  assert.deepEqual(
    server.requests.map(({ connection, target }) => [connection, target]),
    [
      [0, '/first'],
      [0, '/second'],
      [1, '/second'],
      [1, '/third'],
      [1, '/fourth'],
    ],
  );
});

test('request() fails with the error of the dial where a replay cannot connect', async (t) => {
  let known = true;
  const { pool } = await doomedPool(t, fin, {
    host: 'name.test',
    lookup: (_host, _options, answer) => {
      if (known) answer(null, [{ address: '127.0.0.1', family: 4 }]);
      else setImmediate(answer, new Error('no more'), []);
    },
  });
  known = false;
  await assert.rejects(pool.request('GET', '/second'), { name: 'NameResolutionError', phase: 'dns' });
});

test('request() takes no new connection for a kept one, however long the machine paused as it was opened', async (t) => {
  const clock = new FakeClock();
  const dies: Script = async (connection) => {
    await connection.request();
    connection.end();
  };
  const { pool } = await servedPool(t, [dies, echo], {
    clock,
    onEvent: ({ type }) => {
      if (type === 'acquired') clock.advance(50);
    },
  });
  const { code, stale } = await failure(pool.request('GET', '/'));
  assert.deepEqual([code, stale], ['ERR_CONNECTION_CLOSED', false]);
});
