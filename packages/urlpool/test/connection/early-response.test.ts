import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTPConnectionPool, HTTPSConnectionPool, type TraceEvent } from 'urlpool';
import { createCertificateAuthority, ScriptedServer } from 'urlpool-testing';

const TOO_LARGE = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 9\r\nConnection: close\r\n\r\ntoo large';
const PIECE = Buffer.alloc(256 * 1024, 'u');

/** A body that goes on until it is stopped. */
function endless(onStop: () => void = () => {}) {
  return async function* () {
    try {
      for (;;) yield PIECE;
    } finally {
      onStop();
    }
  };
}

// name, body
const UPLOADS = [
  ['a chunked upload', () => endless()],
  ['a large upload of known length', () => Buffer.alloc(4 * 1024 * 1024, 'u')],
] as const;

for (const [name, makeBody] of UPLOADS) {
  test(`request() reads a 413 that a reset follows during ${name}, 200 of 200 times`, async () => {
    const server = await ScriptedServer.start({}, async (connection) => {
      await connection.head();
      await connection.bytes(64 * 1024);
      await connection.write(TOO_LARGE);
      connection.reset();
    });
    const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port, maxSize: 4, timeout: 5_000 });
    const one = async () => {
      const response = await pool.request('POST', '/', { body: makeBody() });
      return `${response.status} ${response.text()}`;
    };
    for (let i = 0; i < 50; i++) {
      assert.deepEqual(await Promise.all([one(), one(), one(), one()]), Array(4).fill('413 too large'));
    }
    await pool.close();
    await server.close();
  });
}

test('request() reads a 413 during an upload over TLS', async () => {
  const certificate = await (await createCertificateAuthority()).issue({ hosts: ['localhost'] });
  const server = await ScriptedServer.start({ tls: certificate }, async (connection) => {
    await connection.head();
    await connection.bytes(64 * 1024);
    await connection.write(TOO_LARGE);
    connection.end();
  });
  const pool = new HTTPSConnectionPool('localhost', { port: server.port, ca: certificate.ca, timeout: 5_000 });
  for (let i = 0; i < 20; i++) {
    const response = await pool.request('POST', '/', { body: endless() });
    assert.equal(response.status, 413);
  }
  await pool.close();
  await server.close();
});

test('request() stops the source of a body when the response makes the rest pointless', async () => {
  const server = await ScriptedServer.start({}, async (connection) => {
    await connection.head();
    await connection.write(TOO_LARGE);
    connection.discard();
  });
  const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port });
  let stopped = 0;
  const response = await pool.request('POST', '/', { body: endless(() => stopped++) });
  assert.equal(response.status, 413);
  await server.connections[0]?.closed;
  assert.equal(stopped, 1);
  assert.deepEqual(pool.snapshot().closed, { 'early-response': 1 });
  await pool.close();
  await server.close();
});

test('request() lets an upload go on while a 200 is read, and keeps the connection', async () => {
  const server = await ScriptedServer.start({}, async (connection) => {
    await connection.head();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nna');
    const { body } = await connection.request();
    assert.equal(body.length, 8 * PIECE.length);
    await connection.write('na');
    await connection.request();
    await connection.respond({ body: 'second' });
  });
  const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port });
  const body = function* () {
    for (let i = 0; i < 8; i++) yield PIECE;
  };
  assert.equal((await pool.request('POST', '/', { body })).text(), 'nana');
  assert.equal((await pool.request('GET', '/')).text(), 'second');
  assert.equal(pool.numConnections, 1);
  await pool.close();
  await server.close();
});

test('request() keeps no connection whose response ended before its request', async () => {
  const server = await ScriptedServer.start({}, async (connection) => {
    await connection.head();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    connection.discard();
  });
  const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port });
  assert.equal((await pool.request('POST', '/', { body: endless() })).text(), 'ok');
  assert.equal(pool.snapshot().open, 0);
  assert.deepEqual(pool.snapshot().closed, { 'early-response': 1 });
  await pool.close();
  await server.close();
});

test('request() says that sending was given up', async () => {
  const server = await ScriptedServer.start({}, async (connection) => {
    await connection.head();
    await connection.write(TOO_LARGE);
    connection.discard();
  });
  const events: TraceEvent[] = [];
  const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port, onEvent: (event) => events.push(event) });
  await pool.request('POST', '/', { body: endless() });
  const sends = events.flatMap((event) => (event.type === 'send-end' ? [event.complete] : []));
  assert.deepEqual(sends, [false]);
  await pool.close();
  await server.close();
});
