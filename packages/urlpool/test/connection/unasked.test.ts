import assert from 'node:assert/strict';
import { stat } from 'node:fs';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { HTTPConnectionPool, HTTPSConnectionPool } from 'urlpool';
import { FakeClock, type Script } from 'urlpool-testing';
import { PoisonServer } from './poison-server.ts';
import { echo, gate, localCertificate, servedPool, until } from './served-pool.ts';

// A response that nobody asked for never answers the next request. Where it comes from makes no difference.

const POISON = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';

/** Sends a response and a second one in one packet on the first connection; then answers as it should. */
const twoAtOnce: Script = async (connection) => {
  const { target } = await connection.request();
  const first = `HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}`;
  await connection.write(connection.index === 0 ? first + POISON : first);
  await echo(connection);
};

test('request() drops a second response that comes in the packet of the first', async (t) => {
  const { pool } = await servedPool(t, twoAtOnce);
  assert.equal((await pool.request('GET', '/a')).text(), '/a');
  assert.equal((await pool.request('GET', '/b')).text(), '/b');
});

test('request() does not let a queued call have a second response in the packet of the first', async (t) => {
  const { pool } = await servedPool(t, twoAtOnce, { maxSize: 1 });
  const answers = await Promise.all(['/a', '/b', '/c'].map((target) => pool.request('GET', target)));
  assert.deepEqual(
    answers.map((answer) => answer.text()),
    ['/a', '/b', '/c'],
  );
});

test('request() closes a connection on which more came than was asked for, with that reason', async (t) => {
  const { pool } = await servedPool(t, twoAtOnce);
  await pool.request('GET', '/a');
  assert.deepEqual(pool.snapshot().closed, { 'unasked-bytes': 1 });
});

test('request() drops a single byte that follows a response', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok!');
  });
  assert.equal((await pool.request('GET', '/a')).text(), 'ok');
  assert.deepEqual(pool.snapshot().closed, { 'unasked-bytes': 1 });
});

for (const secure of [false, true]) {
  const over = secure ? 'TLS' : 'TCP';

  test(`request() never takes a response that came while the connection idled, over ${over}`, async (t) => {
    const idle = gate();
    const script: Script = async (connection) => {
      const { target } = await connection.request();
      await connection.respond({ body: target });
      if (connection.index > 0) return await echo(connection);
      await idle.opened;
      await connection.write(POISON);
    };
    const { pool, told } = await servedPool(t, script, secure ? { tls: await localCertificate() } : {});
    await pool.request('GET', '/a');
    idle.open();
    await told('connection-closed');
    assert.equal((await pool.request('GET', '/b')).text(), '/b');
  });
}

// While the event loop is blocked, the server's bytes wait in the kernel: nothing has told the client of them when the
// next request is made.

/** Runs `blocked` from a certain place of the event loop, and ends as it does. */
type Place = (blocked: () => Promise<void>, server: PoisonServer) => Promise<void>;

const PLACES: readonly (readonly [name: string, place: Place])[] = [
  ['a timer', (blocked) => new Promise((resolve) => setTimeout(() => resolve(blocked()), 1))],
  ['a callback of the file system', (blocked) => new Promise((resolve) => stat('.', () => resolve(blocked())))],
  [
    'a callback of another socket',
    (blocked, server) =>
      new Promise((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => {
          socket.destroy();
          resolve(blocked());
        });
      }),
  ],
  ['between two awaits', (blocked) => blocked()],
  ['setImmediate()', (blocked) => new Promise((resolve) => setImmediate(() => resolve(blocked())))],
  [
    'setImmediate() in setImmediate()',
    (blocked) => new Promise((resolve) => setImmediate(() => setImmediate(() => resolve(blocked())))),
  ],
  ['process.nextTick()', (blocked) => new Promise((resolve) => process.nextTick(() => resolve(blocked())))],
  ['a chain of promises', (blocked) => Promise.resolve().then(() => Promise.resolve().then(blocked))],
];

async function poisonedPool(t: TestContext, secure: boolean, connections: number) {
  const tls = secure ? await localCertificate() : null;
  const server = await PoisonServer.start(tls);
  const options = { port: server.port, maxSize: connections };
  const pool =
    tls === null
      ? new HTTPConnectionPool('127.0.0.1', options)
      : new HTTPSConnectionPool('localhost', {
          ...options,
          ca: tls.ca,
          resolve: { [`localhost:${server.port}`]: '127.0.0.1' },
        });
  t.after(async () => {
    await pool.close({ timeout: 1 });
    await server.close();
  });
  const askAll = (name: string) =>
    Promise.all(Array.from({ length: connections }, (_, i) => pool.request('GET', `/${name}${i}`)));
  /** Opens every connection and uses it once: what was dialled in vain idles unused until then. */
  const warmUp = async () => {
    await askAll('opening');
    await until(() => pool.snapshot().idle === connections);
    await askAll('first');
  };
  return { pool, server, askAll, warmUp };
}

for (const secure of [false, true]) {
  for (const connections of [1, 8]) {
    const where = `over ${secure ? 'TLS' : 'TCP'}, ${connections} at once`;
    for (const [name, place] of PLACES) {
      test(`request() after a block in ${name} gets its own answer, ${where}`, async (t) => {
        const { pool, server, askAll, warmUp } = await poisonedPool(t, secure, connections);
        await warmUp();
        await place(async () => {
          server.poisonWhileBlocked(connections);
          const answers = await askAll('second');
          assert.deepEqual(
            answers.map((answer) => answer.text()),
            answers.map((_, i) => `/second${i}`),
          );
        }, server);
        assert.deepEqual(pool.snapshot().closed, { 'unasked-bytes': connections });
      });
    }
  }
}

test('request() of a POST is sent again where unasked bytes were there before it was written', async (t) => {
  const { pool, server, warmUp } = await poisonedPool(t, false, 1);
  await warmUp();
  server.poisonWhileBlocked(1);
  const response = await pool.request('POST', '/second');
  assert.equal(response.text(), '/second');
});

// What it costs: nothing where a connection is used again at once.

test('request() writes at once on a connection that has just become idle', async (t) => {
  const clock = new FakeClock({ checks: 'manual' });
  const { pool } = await servedPool(t, echo, { clock });
  for (let i = 0; i < 100; i++) assert.equal((await pool.request('GET', `/${i}`)).text(), `/${i}`);
  assert.equal(pool.numConnections, 1);
});

test('request() writes at once on a new connection', async (t) => {
  const clock = new FakeClock({ checks: 'manual' });
  const { pool } = await servedPool(t, echo, { clock });
  const answers = await Promise.all(['/a', '/b', '/c'].map((target) => pool.request('GET', target)));
  assert.equal(answers.length, 3);
});

test('request() holds what it writes to a kept connection until the event loop has polled', async (t) => {
  const clock = new FakeClock({ checks: 'manual' });
  const { pool } = await servedPool(t, echo, { clock });
  await pool.request('GET', '/a');
  clock.runChecks();
  clock.advance(5);
  const { bytesOut } = pool.snapshot();
  const answer = pool.request('GET', '/b');
  const sent = [0, 1, 2].map((phases) => {
    if (phases > 0) clock.runChecks();
    return pool.snapshot().bytesOut > bytesOut;
  });
  await answer;
  assert.deepEqual(sent, [false, false, true]);
});

test('request() waits for one check phase where one was seen a moment ago', async (t) => {
  const clock = new FakeClock({ checks: 'manual' });
  const { pool } = await servedPool(t, echo, { clock });
  await pool.request('GET', '/a');
  clock.runChecks();
  const { bytesOut } = pool.snapshot();
  const answer = pool.request('GET', '/b');
  const sent = [0, 1].map((phases) => {
    if (phases > 0) clock.runChecks();
    return pool.snapshot().bytesOut > bytesOut;
  });
  await answer;
  assert.deepEqual(sent, [false, true]);
});

test('request() of calls that are held together waits for the same check phases', async (t) => {
  const clock = new FakeClock({ checks: 'manual' });
  const { pool } = await servedPool(t, echo, { clock });
  await Promise.all(['/a', '/b', '/c'].map((target) => pool.request('GET', target)));
  clock.runChecks();
  clock.advance(5);
  const answers = ['/d', '/e', '/f'].map((target) => pool.request('GET', target));
  await until(() => pool.snapshot().active === 3);
  assert.equal(clock.pendingChecks, 1);
  clock.runChecks();
  clock.runChecks();
  await Promise.all(answers);
});
