import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { connect as connectTLS } from 'node:tls';
import { type Connector, type ConnectorTarget, HTTPError, PoolManager, type PoolManagerOptions } from 'urlpool';
import { FakeClock, ScriptedServer } from 'urlpool-testing';
import { echo, localCertificate } from '../connection/served-pool.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';

/** A stream that answers each write with these bytes. */
function answering(bytes: string | readonly Uint8Array[] = OK): Duplex {
  const pieces = typeof bytes === 'string' ? [Buffer.from(bytes, 'latin1')] : bytes;
  return new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      for (const piece of pieces) this.push(piece);
      done();
    },
  });
}

function manager(t: TestContext, connector: Connector, options: PoolManagerOptions = {}): PoolManager {
  const http = new PoolManager({ connector, retries: false, ...options });
  t.after(() => http.close({ timeout: 100 }));
  return http;
}

async function failure(call: Promise<unknown>): Promise<HTTPError> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HTTPError, String(error));
  return error;
}

test('connector: requests go over the stream that it gives, which is kept', async (t) => {
  const asked: ConnectorTarget[] = [];
  const http = manager(t, (target) => {
    asked.push(target);
    return answering();
  });
  for (const path of ['a', 'b']) assert.equal((await http.request('GET', `http://one.test/${path}`)).text(), 'hi');
  assert.deepEqual(
    asked.map(({ origin, scheme, host, port, tls }) => ({ origin, scheme, host, port, tls })),
    [{ origin: 'http://one.test', scheme: 'http', host: 'one.test', port: 80, tls: null }],
  );
  const { created, reused } = http.snapshot();
  assert.deepEqual({ created, reused }, { created: 1, reused: 1 });
});

test('connector: of an https origin it is told the TLS options, and speaks TLS itself', async (t) => {
  const tls = await localCertificate();
  const server = await ScriptedServer.start({ tls }, echo);
  t.after(() => server.close());
  const http = manager(
    t,
    ({ tls: given }) =>
      connectTLS({ ...given, secureContext: given?.secureContext, host: '127.0.0.1', port: server.port }),
    { ca: tls.ca, servername: 'localhost' },
  );
  assert.equal((await http.request('GET', 'https://elsewhere.test/')).status, 200);
  assert.equal(server.connections[0]?.tls?.serverName, 'localhost');
});

test('connector: a socket of its own tells its address', async (t) => {
  const server = await ScriptedServer.start({}, echo);
  t.after(() => server.close());
  const http = manager(t, async () => {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    await new Promise((resolve) => socket.once('connect', resolve));
    return socket;
  });
  const response = await http.request('POST', 'http://one.test/', { body: 'x'.repeat(300_000) });
  assert.equal(response.connection?.address, `127.0.0.1:${server.port}`);
});

test('connector: a body larger than the memory for reading comes whole', async (t) => {
  const body = Buffer.alloc(1_000_000, 'abcdefghijklm');
  const head = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`);
  const http = manager(t, () => answering([Buffer.concat([head, body.subarray(0, 400_000)]), body.subarray(400_000)]));
  const response = await http.request('GET', 'http://one.test/');
  assert.ok(body.equals(Buffer.from(response.bytes())));
});

test('connector: a stream that nobody reads from is not drained', async (t) => {
  let given = 0;
  const endless = new Duplex({
    read() {
      given += 1;
      this.push(given === 1 ? 'HTTP/1.1 200 OK\r\n\r\n' : Buffer.alloc(16_384));
    },
    write: (_chunk, _encoding, done) => done(),
  });
  const http = manager(t, () => endless);
  const response = await http.stream('GET', 'http://one.test/');
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  const held = given;
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(given, held);
  await response.dispose();
  assert.ok(endless.destroyed);
});

const failing = (code: string): Error => Object.assign(new Error(`it says ${code}`), { code });

// what it fails with, the code and the class of the call's error
const FAILURES = [
  ['ECONNREFUSED', 'ERR_CONNECTION_REFUSED', 'ConnectError'],
  ['EHOSTUNREACH', 'ERR_UNREACHABLE', 'ConnectError'],
  ['ENOTFOUND', 'ERR_NAME_NOT_FOUND', 'NameResolutionError'],
  ['EAI_AGAIN', 'ERR_NAME_LOOKUP', 'NameResolutionError'],
  ['CERT_HAS_EXPIRED', 'ERR_TLS_CERTIFICATE', 'TLSError'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_TLS_NOT_SPOKEN', 'TLSError'],
  ['ANYTHING', 'ERR_CONNECT', 'ConnectError'],
  ['ERR_CONNECTOR', 'ERR_CONNECTOR', 'RequestError'],
] as const;

for (const [given, code, name] of FAILURES) {
  test(`connector: ${given} becomes ${code}`, async (t) => {
    const later = manager(t, () => Promise.reject(failing(given)));
    const atOnce = manager(t, () => {
      throw failing(given);
    });
    for (const http of [later, atOnce]) {
      const error = await failure(http.request('GET', 'https://one.test/'));
      assert.deepEqual([error.code, error.name], [code, name]);
    }
  });
}

// what it gives, how the sentence ends
const NO_STREAMS: readonly (readonly [unknown, RegExp])[] = [
  [undefined, /: the connector gave undefined; give a Duplex of node:stream, or a promise of one$/],
  [{ write() {} }, /: the connector gave an object; give a Duplex/],
  [new Duplex({ objectMode: true, read() {} }), /: the connector gave a stream of objects; give one of bytes$/],
  [answering().setEncoding('utf8'), /: the connector gave a stream of text; give one without setEncoding\(\)$/],
];

for (const [given, message] of NO_STREAMS) {
  test(`connector: refuses what is no stream, ${message.source.slice(22, 40)}`, async (t) => {
    let calls = 0;
    const connector = () => {
      calls += 1;
      return given;
    };
    const http = manager(t, connector as Connector, { retries: 3 });
    const error = await failure(http.request('GET', 'http://one.test/'));
    assert.equal(error.code, 'ERR_CONNECTOR');
    assert.match(error.message, message);
    assert.equal(calls, 1);
  });
}

test('connector: a stream that it ends with ERR_CONNECTOR ends the call, which is not tried again', async (t) => {
  let calls = 0;
  const http = manager(
    t,
    () => {
      calls += 1;
      return new Duplex({
        read() {},
        write(_chunk, _encoding, done) {
          done();
          this.destroy(Object.assign(new Error('there is no such route'), { code: 'ERR_CONNECTOR' }));
        },
      });
    },
    { retries: 3 },
  );
  const error = await failure(http.request('GET', 'http://one.test/a'));
  assert.deepEqual(
    [error.code, error.name, error.message, calls],
    ['ERR_CONNECTOR', 'RequestError', 'Cannot finish GET http://one.test/a: there is no such route', 1],
  );
});

test('connector: a stream that throws from its methods fails the call alone', async (t) => {
  const http = manager(t, () => {
    const stream = answering();
    stream.write = () => {
      throw new Error('no');
    };
    return stream;
  });
  const error = await failure(http.request('GET', 'http://one.test/'));
  assert.equal(error.code, 'ERR_CONNECTION_RESET');
  assert.ok(error.cause instanceof Error && error.cause.message === 'no');
});

test('connector: one that does not answer is a connect timeout, and is told so by its signal', async (t) => {
  const clock = new FakeClock();
  let aborted = false;
  const late = answering();
  const http = manager(
    t,
    (_target, signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          aborted = true;
          resolve(late);
        }),
      ),
    { clock, timeout: { connect: 100 } },
  );
  const call = failure(http.request('GET', 'http://one.test/'));
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(100);
  const error = await call;
  assert.equal(
    error.message,
    'Cannot connect to http://one.test: still waiting for the connector to connect to one.test:80 after 100 ms; option: timeout.connect',
  );
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(aborted && late.destroyed);
});

test('connector: is a function', () => {
  assert.throws(
    () => new PoolManager({ connector: {} as Connector }),
    /Cannot use an object as connector: give a func/,
  );
});

test('connector: its dials are told in events, in pairs', async (t) => {
  const seen: string[] = [];
  const http = manager(t, () => answering(), { onEvent: ({ type }) => seen.push(type) });
  await http.request('GET', 'http://one.test/');
  assert.deepEqual(
    seen.filter((type) => /^(dial|connect|dns)-/.test(type)),
    ['dial-start', 'connect-start', 'connect-end', 'dial-end'],
  );
});
