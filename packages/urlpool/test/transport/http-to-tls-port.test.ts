// http spoken to a port where https is: a server that answers with a TLS alert gives the mistake away, and the error says
// so. Of one that just leaves (as OpenSSL's do) nothing is known but that. Either way the call ends.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  ConnectionError,
  HTTPConnectionPool,
  HTTPError,
  PoolManager,
  ProtocolError,
  type RequestOptions,
} from 'urlpool';
import { type Script, ScriptedServer, type ServerTls } from 'urlpool-testing';
import { echo, localCertificate } from '../connection/served-pool.ts';

/** A server, and a pool that speaks plain HTTP with it. */
async function plainPool(t: TestContext, script: Script, tls?: ServerTls) {
  const server = await ScriptedServer.start(tls === undefined ? {} : { tls }, script);
  const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port, retries: false });
  t.after(async () => {
    await pool.close({ timeout: 1 });
    await server.close();
  });
  return { pool, server };
}

/** The error that a call fails with. */
async function failure(call: Promise<unknown>): Promise<HTTPError> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HTTPError, String(error));
  return error;
}

const UPLOAD = Buffer.alloc(2 * 1024 * 1024, 'u');

// name, method, options
const REQUESTS: readonly (readonly [string, string, RequestOptions])[] = [
  ['a GET', 'GET', {}],
  ['a HEAD', 'HEAD', {}],
  ['a DELETE', 'DELETE', {}],
  ['a method that OpenSSL does not know', 'X', {}],
  ['a POST with a body', 'POST', { body: 'some' }],
];

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  for (const [name, method, options] of REQUESTS) {
    test(`HTTPConnectionPool() fails where the server closes on ${name} that is no ${maxVersion}`, async (t) => {
      const { pool, server } = await plainPool(t, echo, { ...(await localCertificate()), maxVersion });
      const error = await failure(pool.request(method, '/a', options));
      const { code, phase, message } = error;
      assert.ok(error instanceof ConnectionError, error.name);
      assert.deepEqual([code, phase], ['ERR_CONNECTION_CLOSED', 'head']);
      const url = `http://127.0.0.1:${server.port}/a`;
      const sentence = `Cannot read the response of ${method} ${url}: the server closed the connection before a response began`;
      assert.ok(message.startsWith(sentence), message);
    });
  }
}

test('HTTPConnectionPool() fails where the server closes on an upload that is no TLS', async (t) => {
  const { pool } = await plainPool(t, echo, await localCertificate());
  const error = await failure(pool.request('POST', '/a', { body: UPLOAD }));
  assert.ok(error instanceof ConnectionError, error.name);
  // With bytes unread a server's close is a reset.
  assert.match(error.message, /the server (closed|reset) the connection before a response began/);
});

test('HTTPConnectionPool() does not try again where the server closes on what is no TLS', async (t) => {
  const { pool, server } = await plainPool(t, echo, await localCertificate());
  await failure(pool.request('GET', '/a'));
  assert.deepEqual([server.connections.length, server.requests.length, pool.numRequests], [1, 0, 1]);
});

test('HTTPConnectionPool() keeps no connection to a server that speaks TLS', async (t) => {
  const { pool } = await plainPool(t, echo, await localCertificate());
  await failure(pool.request('GET', '/a'));
  const { open, closed } = pool.snapshot();
  assert.deepEqual({ open, closed }, { open: 0, closed: { incomplete: 1 } });
});

test('PoolManager() fails for an http:// URL of a TLS port', async (t) => {
  const { server } = await plainPool(t, echo, await localCertificate());
  const http = new PoolManager({ retries: false });
  t.after(() => http.close());
  const error = await failure(http.request('GET', `http://localhost:${server.port}/a`));
  assert.ok(error instanceof ConnectionError, error.name);
});

// Alerts (RFC 8446 §5.1 and §6): type, version, length; level, description.

const UNEXPECTED_MESSAGE = Buffer.from([0x15, 3, 3, 0, 2, 2, 10]);
const PROTOCOL_VERSION_1_0 = Buffer.from([0x15, 3, 1, 0, 2, 2, 70]);
const RECORD_OVERFLOW = Buffer.from([0x15, 3, 3, 0, 2, 2, 22]);

// what the server does, once it has read some of the request
const ALERTS: readonly (readonly [string, Script])[] = [
  ['sends an alert and waits', (connection) => connection.write(UNEXPECTED_MESSAGE)],
  [
    'sends an alert and FIN',
    (connection) => {
      void connection.write(PROTOCOL_VERSION_1_0);
      connection.end();
    },
  ],
  [
    'sends an alert and RST',
    async (connection) => {
      await connection.write(RECORD_OVERFLOW);
      connection.reset();
    },
  ],
  ['sends the first byte of an alert', (connection) => connection.write(UNEXPECTED_MESSAGE.subarray(0, 1))],
];

for (const [name, script] of ALERTS) {
  for (const [what, options] of [
    ['a request', {}],
    ['an upload', { body: UPLOAD }],
  ] as const) {
    test(`HTTPConnectionPool() asks whether it is an https:// port where the server ${name} after ${what}`, async (t) => {
      const { pool } = await plainPool(t, async (connection) => {
        await connection.read();
        await script(connection);
      });
      const error = await failure(pool.request('PUT', '/a', options));
      assert.ok(error instanceof ProtocolError, `${error}`);
      assert.match(error.message, /: the server sent a TLS alert where .*; is it an https:\/\/ port\?$/);
    });
  }
}

test('HTTPConnectionPool() closes a connection on which a TLS alert came, with that reason', async (t) => {
  const { pool } = await plainPool(t, async (connection) => {
    await connection.read();
    await connection.write(UNEXPECTED_MESSAGE);
  });
  const { code, phase } = await failure(pool.request('GET', '/a'));
  assert.deepEqual([code, phase, pool.snapshot().closed], ['ERR_PROTOCOL', 'head', { 'protocol-error': 1 }]);
});
