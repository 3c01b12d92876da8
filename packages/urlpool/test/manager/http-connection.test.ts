import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HTTPConnection, type HTTPConnectionOptions, HTTPError, HTTPSConnection } from 'urlpool';
import { type Script, ScriptedServer, unusedPort } from 'urlpool-testing';
import { echo, gate, localCertificate, until } from '../connection/served-pool.ts';

interface Connected {
  readonly connection: HTTPConnection;
  readonly server: ScriptedServer;
}

async function connected(
  t: TestContext,
  script: Script | readonly Script[] = echo,
  options: HTTPConnectionOptions = {},
): Promise<Connected> {
  const server = await ScriptedServer.start({}, script);
  const connection = new HTTPConnection('127.0.0.1', { port: server.port, ...options });
  t.after(async () => {
    await server.close();
    await connection.close();
  });
  return { connection, server };
}

/** The code that a call fails with. */
async function codeOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HTTPError, String(error));
  return error.code;
}

/** Answers one request, and closes. */
const once: Script = async (connection) => {
  await connection.request();
  await connection.respond({ body: 'once' });
  connection.end();
};

// Opening

test('isConnected is false at first, and nothing is opened', async (t) => {
  const { connection, server } = await connected(t);
  assert.deepEqual([connection.isConnected, server.connections.length], [false, 0]);
});

test('connect() opens the connection and sends nothing', async (t) => {
  const { connection, server } = await connected(t);
  await connection.connect();
  const accepted = await server.connection(0);
  assert.deepEqual([connection.isConnected, accepted.bytesRead], [true, 0]);
});

test('connect() again opens nothing more', async (t) => {
  const { connection, server } = await connected(t);
  await connection.connect();
  await connection.connect();
  await connection.request('GET', '/');
  assert.equal(server.connections.length, 1);
});

test('connect() fails where nobody listens', async () => {
  const connection = new HTTPConnection('127.0.0.1', { port: await unusedPort() });
  assert.equal(await codeOf(connection.connect()), 'ERR_CONNECTION_REFUSED');
  assert.equal(connection.isConnected, false);
});

test('request() goes over what connect() opened', async (t) => {
  const { connection, server } = await connected(t);
  await connection.connect();
  assert.equal((await connection.request('GET', '/a')).text(), '/a');
  assert.equal(server.connections.length, 1);
});

test('request() opens the connection by itself', async (t) => {
  const { connection } = await connected(t);
  assert.equal((await connection.request('GET', '/a?b')).text(), '/a?b');
  assert.equal(connection.isConnected, true);
});

test('request() keeps to one connection', async (t) => {
  const { connection, server } = await connected(t);
  for (const target of ['/a', '/b', '/c']) await connection.request('POST', target, { body: 'text' });
  assert.deepEqual(
    server.requests.map((request) => [request.connection, request.exchange, request.body.toString()]),
    [
      [0, 0, 'text'],
      [0, 1, 'text'],
      [0, 2, 'text'],
    ],
  );
});

test('HTTPSConnection asks over TLS', async (t) => {
  const tls = await localCertificate();
  const server = await ScriptedServer.start({ tls }, echo);
  t.after(() => server.close());
  const connection = new HTTPSConnection('localhost', { port: server.port, ca: tls.ca });
  await connection.connect();
  assert.equal((await connection.request('GET', '/a')).url, `${server.origin}/a`);
  await connection.close();
});

// One at a time

/** A connection whose request waits for its answer until `answer()` is called. */
async function busy(t: TestContext) {
  const answered = gate();
  const served = await connected(t, async (connection) => {
    await connection.request();
    await answered.opened;
    await connection.respond({ body: 'first' });
    await echo(connection);
  });
  const first = served.connection.request('GET', '/first');
  await served.server.request(0);
  return { ...served, first, answer: answered.open };
}

test('request() is refused while another runs, and says so', async (t) => {
  const { connection, server, first, answer } = await busy(t);
  await assert.rejects(connection.request('PUT', '/second'), {
    name: 'PoolError',
    code: 'ERR_CONNECTION_BUSY',
    phase: 'pool',
    message: `Cannot send PUT /second over the connection to ${server.origin}: a request is under way, and HTTP/1.1 carries one at a time; use a pool, or wait for it`,
  });
  answer();
  await first;
});

test('request() that is refused does not disturb the one that runs', async (t) => {
  const { connection, first, answer } = await busy(t);
  await codeOf(connection.request('GET', '/second'));
  answer();
  assert.equal((await first).text(), 'first');
});

test('request() is taken again when the one before has ended', async (t) => {
  const { connection, first, answer } = await busy(t);
  answer();
  await first;
  assert.equal((await connection.request('GET', '/next')).connection.reused, true);
});

test('connect() is refused while a request runs', async (t) => {
  const { connection, first, answer } = await busy(t);
  assert.equal(await codeOf(connection.connect()), 'ERR_CONNECTION_BUSY');
  answer();
  await first;
});

test('request() is refused while the connection is being opened', async (t) => {
  const { connection } = await connected(t);
  const opening = connection.connect();
  assert.equal(await codeOf(connection.request('GET', '/')), 'ERR_CONNECTION_BUSY');
  await opening;
});

test('request() is taken again after one that failed', async (t) => {
  const { connection } = await connected(t, [async (accepted) => void accepted.reset(), echo]);
  await codeOf(connection.request('GET', '/a'));
  assert.equal((await connection.request('GET', '/b')).text(), '/b');
});

test('request() is taken again after one that could not be sent', async (t) => {
  const { connection } = await connected(t);
  assert.equal(await codeOf(connection.request('G T', '/')), 'ERR_INVALID_METHOD');
  assert.equal(await codeOf(connection.request('GET', 'no path')), 'ERR_INVALID_TARGET');
  assert.equal((await connection.request('GET', '/b')).text(), '/b');
});

test('request() that is aborted rejects with the reason, and the next one opens anew', async (t) => {
  const { connection, server } = await connected(t, [async (accepted) => void (await accepted.request()), echo]);
  const controller = new AbortController();
  const reason = new Error('enough');
  const call = connection.request('GET', '/a', { signal: controller.signal });
  await server.request(0);
  controller.abort(reason);
  await assert.rejects(call, (error) => error === reason);
  assert.equal((await connection.request('GET', '/b')).text(), '/b');
});

// Opened again

test('request() opens again what the server has closed', async (t) => {
  const { connection, server } = await connected(t, [once, echo]);
  await connection.request('GET', '/a');
  await until(() => !connection.isConnected);
  assert.equal((await connection.request('POST', '/b', { body: 'text' })).text(), '/b');
  assert.equal(server.connections.length, 2);
});

test('connect() opens again what the server has closed', async (t) => {
  const { connection, server } = await connected(t, [once, echo]);
  await connection.request('GET', '/a');
  await until(() => !connection.isConnected);
  await connection.connect();
  assert.deepEqual([connection.isConnected, (await server.connection(1)).bytesRead], [true, 0]);
});

test('request() opens again after a response that closes', async (t) => {
  const { connection } = await connected(t, [
    async (accepted) => {
      await accepted.request();
      await accepted.respond({ headers: { Connection: 'close' } });
    },
    echo,
  ]);
  await connection.request('GET', '/a');
  assert.equal(connection.isConnected, false);
  assert.equal((await connection.request('GET', '/b')).text(), '/b');
});

// What it leaves to its user

test('request() is not tried again', async (t) => {
  const { connection, server } = await connected(t, async (accepted) => {
    await accepted.request();
    accepted.end();
  });
  await codeOf(connection.request('GET', '/'));
  assert.equal(server.requests.length, 1);
});

test('request() is tried again where it is asked for', async (t) => {
  const { connection } = await connected(t, [async (accepted) => void accepted.end(), echo]);
  assert.equal((await connection.request('GET', '/a', { retries: 1 })).text(), '/a');
});

const redirecting: Script = async (connection) => {
  await connection.request();
  await connection.respond({ status: 302, headers: { Location: '/to' } });
  await echo(connection);
};

test('request() follows no redirect', async (t) => {
  const { connection } = await connected(t, redirecting);
  assert.equal((await connection.request('GET', '/')).status, 302);
});

test('request() follows a redirect where it is asked for, over the same connection', async (t) => {
  const { connection, server } = await connected(t, redirecting);
  assert.equal((await connection.request('GET', '/', { retries: 1 })).text(), '/to');
  assert.equal(server.connections.length, 1);
});

// Closing

test('close() closes the connection', async (t) => {
  const { connection, server } = await connected(t);
  await connection.request('GET', '/');
  await connection.close();
  assert.equal(connection.isConnected, false);
  await (await server.connection(0)).closed;
});

test('close() fails a request that runs', async (t) => {
  const { connection, first } = await busy(t);
  const code = codeOf(first);
  await connection.close();
  assert.equal(await code, 'ERR_CONNECTION_DROPPED');
});

for (const [name, act] of [
  ['connect()', (connection: HTTPConnection) => connection.connect()],
  ['request()', (connection: HTTPConnection) => connection.request('GET', '/')],
] as const) {
  test(`${name} is refused after close()`, async (t) => {
    const { connection } = await connected(t);
    await connection.close();
    assert.equal(await codeOf(act(connection)), 'ERR_POOL_CLOSED');
  });
}

test('close() may be called again', async (t) => {
  const { connection } = await connected(t);
  await connection.connect();
  await connection.close();
  await connection.close();
});

test('Symbol.asyncDispose closes the connection', async (t) => {
  const { connection } = await connected(t);
  await connection.connect();
  await connection[Symbol.asyncDispose]();
  assert.equal(connection.isConnected, false);
});

// name, host, options, code
const REFUSED: readonly (readonly [string, string, object, string])[] = [
  ['a host with a port', '127.0.0.1:80', {}, 'ERR_INVALID_URL'],
  ['a port that is none', '127.0.0.1', { port: 0 }, 'ERR_INVALID_OPTION'],
  ['an option that there is not', '127.0.0.1', { prot: 80 }, 'ERR_INVALID_OPTION'],
  ['an option that is about several connections', '127.0.0.1', { maxSize: 2 }, 'ERR_INVALID_OPTION'],
  ['options that are none', '127.0.0.1', null as never, 'ERR_INVALID_OPTION'],
];

for (const [name, host, options, code] of REFUSED) {
  test(`HTTPConnection refuses ${name}`, () => {
    assert.throws(
      () => new HTTPConnection(host, options),
      (error) => error instanceof HTTPError && error.code === code,
    );
  });
}
