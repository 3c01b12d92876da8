// What is told where it is the proxy that fails: each sentence names it, and none shows its credentials.

import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { HTTPError, PoolManager, type PoolManagerOptions } from 'urlpool';
import { createCertificateAuthority, unusedPort } from 'urlpool-testing';
import { localCertificate, testAuthority } from '../connection/served-pool.ts';
import { served } from './proxied-manager.ts';

const SECURE = 'https://origin.test';
const PLAIN = 'http://origin.test/a';

/** A server that does one thing with each connection. */
async function peer(t: TestContext, act: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    act(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function failure(t: TestContext, url: string, options: PoolManagerOptions): Promise<HTTPError> {
  const events: unknown[] = [];
  const http = new PoolManager({ retries: false, onEvent: (event) => events.push(event), ...options });
  t.after(() => http.close({ timeout: 0 }));
  const error: unknown = await http.request('GET', url).catch((reason: unknown) => reason);
  assert.ok(error instanceof HTTPError, String(error));
  assert.doesNotMatch(JSON.stringify([events, http.snapshot()]) + error.message + String(error.stack), /s3cret|bWU6/);
  const { open, dialling, queued } = http.snapshot();
  assert.deepEqual([open, dialling, queued], [0, 0, 0]);
  return error;
}

const NOBODY = 'refused the connection; is a server listening there?';

for (const [url, where] of [
  [PLAIN, 'for GET http://origin.test/a'],
  [SECURE, 'of https://origin.test'],
] as const) {
  test(`PoolManager({ proxy }) says that it is the proxy that refuses connections, ${where}`, async (t) => {
    const port = await unusedPort();
    const error = await failure(t, url, { proxy: `http://me:s3cret@127.0.0.1:${port}` });
    const proxy = `http://127.0.0.1:${port}`;
    assert.equal(error.message, `Cannot reach the proxy ${proxy} ${where}: 127.0.0.1:${port} ${NOBODY}`);
    assert.deepEqual(
      [error.code, error.phase, error.url?.replace(/\/$/, '')],
      ['ERR_CONNECTION_REFUSED', 'connect', url],
    );
  });

  test(`PoolManager({ proxy }) says that it is the proxy that has no address, ${where}`, async (t) => {
    const lookup: PoolManagerOptions['lookup'] = (_host, _options, answer) =>
      answer(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []);
    const error = await failure(t, url, { proxy: 'http://me:s3cret@proxy.test:1', lookup });
    assert.match(
      error.message,
      /^Cannot reach the proxy http:\/\/proxy\.test:1 .*: the name "proxy\.test" has no address/,
    );
    assert.ok(error.message.includes(` ${where}: `), error.message);
    assert.deepEqual([error.code, error.phase], ['ERR_NAME_NOT_FOUND', 'dns']);
  });

  test(`PoolManager({ proxy }) says that it is the proxy that does not speak TLS, ${where}`, async (t) => {
    const port = await peer(t, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const error = await failure(t, url, { proxy: `https://me:s3cret@127.0.0.1:${port}` });
    assert.ok(error.message.startsWith(`Cannot reach the proxy https://127.0.0.1:${port} ${where} at `), error.message);
    assert.match(error.message, /does not speak TLS/);
    assert.deepEqual([error.code, error.phase], ['ERR_TLS_NOT_SPOKEN', 'tls']);
  });

  test(`PoolManager({ proxy }) says that it waits for the TLS of the proxy, ${where}`, async (t) => {
    const port = await peer(t, () => {});
    const error = await failure(t, url, { proxy: `https://127.0.0.1:${port}`, timeout: { connect: 50 } });
    assert.match(
      error.message,
      /still in the TLS handshake with 127\.0\.0\.1:\d+.* after \d+ ms; option: timeout\.connect$/,
    );
    assert.ok(error.message.includes(`proxy https://127.0.0.1:${port}`), error.message);
    assert.deepEqual([error.code, error.phase], ['ERR_TIMEOUT', 'connect']);
  });
}

test('PoolManager({ proxy }) says that it is the proxy that closes, where it forwards', async (t) => {
  const port = await peer(t, (socket) => socket.once('data', () => socket.end()));
  const error = await failure(t, PLAIN, { proxy: `http://me:s3cret@127.0.0.1:${port}` });
  const through = `GET ${PLAIN} through the proxy http://127.0.0.1:${port}`;
  assert.match(
    error.message,
    new RegExp(`^Cannot read the response of ${through}: the proxy closed the connection before a`),
  );
  assert.deepEqual([error.code, error.phase], ['ERR_CONNECTION_CLOSED', 'head']);
});

test('PoolManager({ proxy }) says that it is the proxy that is silent, where it forwards', async (t) => {
  const port = await peer(t, () => {});
  const error = await failure(t, PLAIN, { proxy: `http://me:s3cret@127.0.0.1:${port}`, timeout: { read: 30 } });
  const through = `GET ${PLAIN} through the proxy http://127.0.0.1:${port}`;
  assert.equal(error.message, `Cannot read the response head of ${through} within 30 ms; option: timeout.read`);
});

test('PoolManager({ proxy }) says that it is the proxy that sends what is no response, where it forwards', async (t) => {
  const port = await peer(t, (socket) => socket.end('SSH-2.0-x\r\n'));
  const error = await failure(t, PLAIN, { proxy: `http://127.0.0.1:${port}` });
  assert.match(
    error.message,
    /^Cannot (?:read the response|send) .* through the proxy http:\S+: the proxy (?:sent|had sent) /,
  );
});

test('PoolManager({ proxy }) replays over a kept connection that the proxy closed, without a word', async (t) => {
  const { plain, http, proxy } = await served(t);
  await http.request('GET', plain.origin);
  proxy.closeIdle();
  assert.equal((await http.request('GET', plain.origin)).status, 200);
});

test('PoolManager({ proxy }) trusts a proxy’s certificate by the options of the proxy alone, and names those', async (t) => {
  const { plain, secure, http } = await served(t, { proxy: { tls: await localCertificate() } });
  for (const { origin } of [plain, secure]) {
    await assert.rejects(http.request('GET', origin), {
      name: 'TLSError',
      code: 'ERR_TLS_CERTIFICATE',
      message: /^Cannot reach the proxy https:\/\/localhost:\d+ (?:for GET|of) http.*\boption: proxy\.tls\.ca$/,
    });
  }
});

test('PoolManager({ proxy }) trusts an origin’s certificate by the options of the manager alone', async (t) => {
  const tls = await (await createCertificateAuthority()).issue();
  const { ca } = tls;
  const { secure, http } = await served(t, {
    proxy: { tls },
    option: ({ url }) => ({ url, tls: { ca } }),
    manager: { ca },
  });
  await assert.rejects(http.request('GET', secure.origin), {
    code: 'ERR_TLS_CERTIFICATE',
    message: /^Cannot speak TLS with https:\/\/localhost:\d+ at .*, the proxy https:.*option: ca$/,
  });
});

test('PoolManager({ proxy: { tls: { cert, key } } }) shows the proxy a certificate of the client', async (t) => {
  const authority = await testAuthority();
  const own = await authority.issue({ client: true });
  const tls = { ...(await localCertificate()), requestCert: true };
  const { plain, secure, http } = await served(t, {
    proxy: { tls },
    option: ({ url }) => ({ url, tls: { ca: authority.certificate, cert: own.cert, key: own.key } }),
  });
  assert.equal((await http.request('GET', plain.origin)).status, 200);
  assert.equal((await http.request('GET', secure.origin)).status, 200);
  const { http: bare, secure: other } = await served(t, {
    proxy: { tls },
    option: ({ url }) => ({ url, tls: { ca: authority.certificate } }),
  });
  await assert.rejects(bare.request('GET', other.origin), (error: unknown) => {
    assert.ok(error instanceof HTTPError);
    assert.match(error.message, /proxy https:\/\/localhost.*client certificate.*proxy\.tls\.cert/);
    return true;
  });
});
