import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import {
  type HTTPConnectionPoolOptions,
  HTTPError,
  HTTPSConnectionPool,
  PoolManager,
  RequestError,
  TLSError,
} from 'urlpool';
import { createCertificateAuthority, type Script, ScriptedServer, unusedPort } from 'urlpool-testing';
import { echo, localCertificate, servedPool, testAuthority } from '../connection/served-pool.ts';

/** The TLSError that a call fails with. */
async function failure(call: Promise<unknown>): Promise<TLSError> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TLSError, String(error));
  return error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

// Whose certificates are accepted

test('HTTPSConnectionPool() refuses a certificate that no known authority has signed', async (t) => {
  const { pool, server } = await servedPool(t, echo, { tls: await localCertificate(), ca: undefined });
  const error = await failure(pool.request('GET', '/'));
  assert.deepEqual([error.code, error.phase], ['ERR_TLS_CERTIFICATE', 'tls']);
  assert.match(
    error.message,
    new RegExp(
      `^Cannot speak TLS with https://localhost:${server.port} at .*: its certificate was not accepted \\(.*\\)`,
    ),
  );
  assert.deepEqual(pool.snapshot().closed, { 'dial-failed': 1 });
  assert.deepEqual(server.requests, []);
});

test('HTTPSConnectionPool() refuses a certificate of another authority than its own', async (t) => {
  const { certificate } = await createCertificateAuthority();
  const { pool } = await servedPool(t, echo, { tls: await localCertificate(), ca: certificate });
  assert.equal((await failure(pool.request('GET', '/'))).code, 'ERR_TLS_CERTIFICATE');
});

// name, the option made of the authority's PEM and another's
const AUTHORITIES: readonly (readonly [string, (ours: string, other: string) => HTTPConnectionPoolOptions['ca']])[] = [
  ['text', (ours) => ours],
  ['bytes', (ours) => Buffer.from(ours)],
  ['a plain Uint8Array', (ours) => new TextEncoder().encode(ours)],
  ['a list', (ours, other) => [other, Buffer.from(ours)]],
  ['one text of several', (ours, other) => `${other}\n${ours}`],
];

for (const [name, option] of AUTHORITIES) {
  test(`HTTPSConnectionPool() takes ca as ${name}`, async (t) => {
    const tls = await localCertificate();
    const { certificate } = await createCertificateAuthority();
    const { pool } = await servedPool(t, echo, { tls, ca: option(tls.ca, certificate) });
    assert.equal((await pool.request('GET', '/a')).text(), '/a');
  });
}

const DAY = 24 * 3_600_000;

// name, certificate, code of the cause
const UNACCEPTABLE = [
  ['for another host', { hosts: ['other.test'] }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['that has expired', { notAfter: new Date(Date.now() - DAY) }, 'CERT_HAS_EXPIRED'],
  ['that is not valid yet', { notBefore: new Date(Date.now() + DAY), days: 2 }, 'CERT_NOT_YET_VALID'],
  ['of a client', { hosts: ['localhost'], client: true }, 'INVALID_PURPOSE'],
] as const;

for (const [name, choices, cause] of UNACCEPTABLE) {
  test(`HTTPSConnectionPool() refuses a certificate ${name}`, async (t) => {
    const tls = await (await testAuthority()).issue(choices);
    const { pool } = await servedPool(t, echo, { tls });
    const error = await failure(pool.request('GET', '/'));
    assert.deepEqual([error.code, codeOf(error.cause)], ['ERR_TLS_CERTIFICATE', cause]);
  });

  test(`HTTPSConnectionPool() without rejectUnauthorized takes a certificate ${name}`, async (t) => {
    const tls = await (await testAuthority()).issue(choices);
    const { pool } = await servedPool(t, echo, { tls, rejectUnauthorized: false });
    assert.equal((await pool.request('GET', '/a')).text(), '/a');
  });
}

test('HTTPSConnectionPool() without rejectUnauthorized takes a certificate of any authority', async (t) => {
  const options = { tls: await localCertificate(), ca: undefined, rejectUnauthorized: false };
  const { pool } = await servedPool(t, echo, options);
  assert.equal((await pool.request('GET', '/a')).text(), '/a');
});

test('HTTPSConnectionPool() accepts a wildcard for one label', async (t) => {
  const tls = await (await testAuthority()).issue({ hosts: ['*.name.test'] });
  const lookup: HTTPConnectionPoolOptions['lookup'] = (_host, _options, answer) =>
    answer(null, [{ address: '127.0.0.1', family: 4 }]);
  const { pool, server } = await servedPool(t, echo, { tls, host: 'a.name.test', lookup });
  assert.equal((await pool.request('GET', '/a')).text(), '/a');
  const deeper = new HTTPSConnectionPool('b.a.name.test', { port: server.port, ca: tls.ca, lookup });
  t.after(() => deeper.close());
  assert.equal(codeOf((await failure(deeper.request('GET', '/'))).cause), 'ERR_TLS_CERT_ALTNAME_INVALID');
});

// Names

test('HTTPSConnectionPool() sends its host as the server name', async (t) => {
  const { pool, server } = await servedPool(t, echo, { tls: await localCertificate() });
  await pool.request('GET', '/');
  assert.equal(server.connections[0]?.tls?.serverName, 'localhost');
});

test('HTTPSConnectionPool() sends no server name where its host is an address', async (t) => {
  const { pool, server } = await servedPool(t, echo, { tls: await localCertificate(), host: '127.0.0.1' });
  await pool.request('GET', '/');
  assert.equal(server.connections[0]?.tls?.serverName, null);
});

for (const host of ['127.0.0.1', '::1']) {
  test(`HTTPSConnectionPool() refuses a certificate without the address it connects to: ${host}`, async (t) => {
    const tls = await (await testAuthority()).issue({ hosts: ['localhost', '127.0.0.2', '::2'] });
    const server = await ScriptedServer.start({ tls, host }, echo);
    t.after(() => server.close());
    const pool = new HTTPSConnectionPool(host, { port: server.port, ca: tls.ca });
    t.after(() => pool.close());
    assert.equal(codeOf((await failure(pool.request('GET', '/'))).cause), 'ERR_TLS_CERT_ALTNAME_INVALID');
  });
}

test('HTTPSConnectionPool() sends and checks servername in place of its host', async (t) => {
  const tls = await (await testAuthority()).issue({ hosts: ['other.test'] });
  const { pool, server } = await servedPool(t, echo, { tls, servername: 'other.test' });
  assert.equal((await pool.request('GET', '/a')).text(), '/a');
  assert.equal(server.connections[0]?.tls?.serverName, 'other.test');
  assert.match(server.requests[0]?.raw.toString('latin1') ?? '', /\r\nHost: localhost:\d+\r\n/);
});

test('HTTPSConnectionPool() refuses a certificate for its host where servername is another', async (t) => {
  const { pool } = await servedPool(t, echo, { tls: await localCertificate(), servername: 'other.test' });
  assert.equal(codeOf((await failure(pool.request('GET', '/'))).cause), 'ERR_TLS_CERT_ALTNAME_INVALID');
});

for (const host of ['::1', '[::1]']) {
  test(`HTTPSConnectionPool() connects to ${host}`, async (t) => {
    const tls = await localCertificate();
    const server = await ScriptedServer.start({ tls, host: '::1' }, echo);
    const pool = new HTTPSConnectionPool(host, { port: server.port, ca: tls.ca });
    t.after(async () => {
      await pool.close();
      await server.close();
    });
    const response = await pool.request('GET', '/a');
    assert.equal(response.text(), '/a');
    assert.equal(response.connection.address, `[::1]:${server.port}`);
    assert.equal(server.connections[0]?.tls?.serverName, null);
    assert.match(server.requests[0]?.raw.toString('latin1') ?? '', /\r\nHost: \[::1\]:\d+\r\n/);
  });
}

test('HTTPSConnectionPool() agrees on http/1.1 where the server asks for a protocol', async (t) => {
  const tls = { ...(await localCertificate()), alpnProtocols: ['h2', 'http/1.1'] };
  const { pool, server } = await servedPool(t, echo, { tls });
  await pool.request('GET', '/');
  assert.equal(server.connections[0]?.tls?.alpn, 'http/1.1');
});

test('HTTPSConnectionPool() fails where the server speaks another protocol alone', async (t) => {
  const tls = { ...(await localCertificate()), alpnProtocols: ['h2'] };
  const { pool } = await servedPool(t, echo, { tls });
  const error = await failure(pool.request('GET', '/'));
  assert.deepEqual([error.code, error.phase], ['ERR_TLS', 'tls']);
});

// The client's own certificate

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`HTTPSConnectionPool() shows its certificate to a server that asks, over ${maxVersion}`, async (t) => {
    const tls = { ...(await localCertificate()), requestCert: true, maxVersion };
    const { cert, key } = await (await testAuthority()).issue({ client: true, name: 'alice' });
    const { pool, server } = await servedPool(t, echo, { tls, cert, key });
    assert.equal((await pool.request('GET', '/a')).text(), '/a');
    assert.equal(server.connections[0]?.tls?.clientName, 'alice');
  });

  test(`HTTPSConnectionPool() fails without a certificate that the server demands, over ${maxVersion}`, async (t) => {
    const tls = { ...(await localCertificate()), requestCert: true, maxVersion };
    const { pool, server } = await servedPool(t, echo, { tls });
    await assert.rejects(pool.request('GET', '/a'), HTTPError);
    assert.deepEqual(server.requests, []);
  });
}

// What cannot be used is refused when the pool is made.

test('HTTPSConnectionPool() refuses TLS options that cannot be used', async () => {
  const ours = await localCertificate();
  const other = await localCertificate();
  const options: readonly (readonly [string, HTTPConnectionPoolOptions])[] = [
    ['a key that is no PEM', { cert: ours.cert, key: 'nonsense' }],
    ['an authority in DER', { ca: new X509Certificate(ours.cert).raw }],
    ['a certificate that is no PEM', { cert: 'nonsense', key: ours.key }],
    ['the key of another certificate', { cert: ours.cert, key: other.key }],
    ['a damaged certificate', { cert: ours.cert.replace(/[A-Z]{4}/, '!!!!'), key: ours.key }],
  ];
  for (const [name, option] of options) {
    assert.throws(
      () => new HTTPSConnectionPool('localhost', option),
      (error) =>
        error instanceof RequestError &&
        error.code === 'ERR_INVALID_OPTION' &&
        /^Cannot use an? .* as (ca|key|cert): (give PEM|it is not the key of cert|certificate 1 in it cannot be read)/.test(
          error.message,
        ),
      name,
    );
  }
});

// Sessions

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`HTTPSConnectionPool() resumes the session of an earlier connection, over ${maxVersion}`, async (t) => {
    const { pool, server, told } = await servedPool(t, echo, { tls: { ...(await localCertificate()), maxVersion } });
    await pool.request('GET', '/a');
    pool.clear();
    await pool.request('GET', '/b');
    assert.deepEqual(
      server.connections.map(({ tls }) => tls?.resumed),
      [false, true],
    );
    assert.equal(pool.snapshot().resumed, 1);
    assert.deepEqual([(await told('tls-end')).resumed, (await told('tls-end', 1)).resumed], [false, true]);
    assert.equal((await told('tls-end', 1)).protocol, maxVersion);
  });
}

test('HTTPSConnectionPool() of one origin does not resume the session of another pool', async (t) => {
  const tls = await localCertificate();
  const { pool, server } = await servedPool(t, echo, { tls });
  await pool.request('GET', '/a');
  const other = new HTTPSConnectionPool('localhost', { port: server.port, ca: tls.ca });
  t.after(() => other.close());
  await other.request('GET', '/b');
  assert.equal(server.connections[1]?.tls?.resumed, false);
});

test('HTTPSConnectionPool() resumes nothing after a handshake that failed', async (t) => {
  let address = '127.0.0.1';
  const { pool, server } = await servedPool(t, echo, {
    tls: await (await testAuthority()).issue({ hosts: ['name.test'] }),
    host: 'name.test',
    lookup: (_host, _options, answer) => answer(null, [{ address, family: 4 }]),
  });
  const broken = createServer((socket) => socket.once('data', () => socket.destroy()));
  await new Promise<void>((resolve) => broken.listen(server.port, '::1', resolve));
  t.after(() => broken.close());
  await pool.request('GET', '/a');
  pool.clear();
  address = '::1';
  await failure(pool.request('GET', '/b'));
  address = '127.0.0.1';
  assert.equal((await pool.request('GET', '/c')).text(), '/c');
  assert.equal(server.connections[1]?.tls?.resumed, false);
});

// Servers that do not get that far

/** A pool that speaks TLS with a server that has a plain socket. */
async function plainServer(t: TestContext, script: Script) {
  const server = await ScriptedServer.start({}, script);
  const pool = new HTTPSConnectionPool('127.0.0.1', { port: server.port });
  t.after(async () => {
    await pool.close();
    await server.close();
  });
  return pool;
}

// name, script, code, end of the message
const NO_HANDSHAKES: readonly (readonly [string, Script, string, RegExp])[] = [
  [
    'answers in HTTP',
    async (connection) => {
      await connection.read();
      await connection.write('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      connection.end();
    },
    'ERR_TLS_NOT_SPOKEN',
    /what answers there does not speak TLS; is it an http:\/\/ port\?$/,
  ],
  [
    'greets first',
    async (connection) => {
      await connection.write('220 mail.test ESMTP\r\n');
    },
    'ERR_TLS_NOT_SPOKEN',
    /does not speak TLS/,
  ],
  ['sends FIN at once', (connection) => connection.end(), 'ERR_TLS', /it closed the connection during the handshake$/],
  [
    'sends FIN after the hello',
    async (connection) => {
      await connection.read();
      connection.end();
    },
    'ERR_TLS',
    /it closed the connection during the handshake$/,
  ],
  [
    'sends RST after the hello',
    async (connection) => {
      await connection.read();
      connection.reset();
    },
    'ERR_TLS',
    /it closed the connection during the handshake$/,
  ],
  [
    'refuses by an alert',
    async (connection) => {
      await connection.read();
      await connection.write(Buffer.from([0x15, 3, 3, 0, 2, 2, 40])); // fatal, handshake_failure
    },
    'ERR_TLS',
    /it refused the handshake/,
  ],
];

for (const [name, script, code, message] of NO_HANDSHAKES) {
  test(`HTTPSConnectionPool() fails where the server ${name}`, async (t) => {
    const pool = await plainServer(t, script);
    const error = await failure(pool.request('GET', '/'));
    assert.deepEqual([error.code, error.phase, error.connection], [code, 'tls', null]);
    assert.match(error.message, message);
    assert.deepEqual(pool.snapshot().closed, { 'dial-failed': 1 });
  });
}

test('HTTPSConnectionPool() fails with a ConnectError where nothing listens', async (t) => {
  const pool = new HTTPSConnectionPool('127.0.0.1', { port: await unusedPort(), retries: false });
  t.after(() => pool.close());
  await assert.rejects(pool.request('GET', '/'), { name: 'ConnectError', code: 'ERR_CONNECTION_REFUSED' });
});

test('HTTPConnectionPool() fails with a ProtocolError where the server answers with a TLS alert', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.read();
    await connection.write(Buffer.from([0x15, 3, 3, 0, 2, 2, 10])); // fatal, unexpected_message
  });
  await assert.rejects(pool.request('GET', '/'), { name: 'ProtocolError' });
});

test('PoolManager() speaks TLS by its options', async (t) => {
  const tls = await localCertificate();
  const { server } = await servedPool(t, echo, { tls });
  const http = new PoolManager({ ca: tls.ca });
  t.after(() => http.close());
  assert.equal((await http.request('GET', `${server.origin}/a`)).text(), '/a');
});
