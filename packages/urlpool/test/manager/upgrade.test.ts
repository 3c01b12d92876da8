import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { after, before, type TestContext, test } from 'node:test';
import {
  ConnectionError,
  HTTPConnectionPool,
  PoolManager,
  RequestError,
  StatusError,
  type TunnelOptions,
  type UpgradeOptions,
} from 'urlpool';
import { type Script, ScriptedServer, tunnel } from 'urlpool-testing';
import { poisonSlab } from '../../src/transport/slab.ts';
import { echo, until } from '../connection/served-pool.ts';

before(() => poisonSlab(true));
after(() => poisonSlab(false));

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n';

/** Switches to a protocol in which everything comes back. */
const switching: Script = async (connection) => {
  await connection.request();
  await connection.write(SWITCH);
  for (let bytes = await connection.read(); bytes !== null; bytes = await connection.read())
    await connection.write(bytes);
  connection.end();
};

async function served(t: TestContext, script: Script) {
  const server = await ScriptedServer.start({}, script);
  const http = new PoolManager({ retries: false });
  t.after(async () => {
    await server.close();
    await http.close({ timeout: 1 });
  });
  return { http, server };
}

async function failure(call: Promise<unknown>): Promise<StatusError> {
  const error: unknown = await call.catch((reason: unknown) => reason);
  assert.ok(error instanceof StatusError, String(error));
  return error;
}

test('upgrade() hands the connection over', async (t) => {
  const { http, server } = await served(t, switching);
  const response = await http.upgrade(`${server.origin}/chat`, { protocol: 'echo', headers: { 'X-Own': '1' } });
  assert.deepEqual([response.status, response.protocol, http.snapshot().open], [101, 'echo', 0]);
  assert.deepEqual(http.snapshot().closed, { upgraded: 1 });
  const { method, target, headers } = await server.request(0);
  const own = headers.filter(([name]) => ['Connection', 'Upgrade', 'X-Own'].includes(name));
  assert.deepEqual(
    [method, target, own],
    [
      'GET',
      '/chat',
      [
        ['Connection', 'Upgrade'],
        ['Upgrade', 'echo'],
        ['X-Own', '1'],
      ],
    ],
  );
  response.stream.end('hello');
  assert.equal(await text(response.stream), 'hello');
});

test('upgrade() gives what came with the head first', async (t) => {
  const { http, server } = await served(t, async (connection) => {
    await connection.request();
    await connection.write(`${SWITCH}first`);
    connection.end();
  });
  const { stream } = await http.upgrade(server.origin, { protocol: 'echo' });
  assert.equal(await text(stream), 'first');
});

test('upgrade() gives a stream with back-pressure both ways that loses nothing', async (t) => {
  const { http, server } = await served(t, switching);
  const { stream } = await http.upgrade(server.origin, { protocol: 'echo' });
  const sent = Buffer.alloc(8 * 1024 * 1024, 'abcdefghijklmnopqrstuvwxyz');
  assert.equal(stream.write(sent), false);
  stream.end();
  const pieces: Buffer[] = [];
  for await (const piece of stream) {
    assert.ok(stream.readableLength <= 256 * 1024, String(stream.readableLength));
    pieces.push(piece);
  }
  assert.ok(Buffer.concat(pieces).equals(sent));
});

test('upgrade() gives a stream that is destroyed by a reset', async (t) => {
  const { http, server } = await served(t, async (connection) => {
    await connection.request();
    await connection.write(SWITCH);
    await connection.read();
    connection.reset();
  });
  const { stream } = await http.upgrade(server.origin, { protocol: 'echo' });
  const failed = once(stream, 'error');
  stream.resume();
  stream.write('x');
  const [error] = await failed;
  assert.equal(error.code, 'ECONNRESET');
  assert.equal(stream.destroyed, true);
});

test('upgrade() gives a stream that can be destroyed', async (t) => {
  const gone: string[] = [];
  const { http, server } = await served(t, async (connection) => {
    await connection.request();
    await connection.write(SWITCH);
    gone.push(
      await connection.read().then(
        () => 'ended',
        () => 'reset',
      ),
    );
  });
  const { stream } = await http.upgrade(server.origin, { protocol: 'echo' });
  stream.destroy();
  await until(() => gone.length === 1);
});

test('upgrade() refuses an answer that is not 101, and keeps the connection', async (t) => {
  const { http, server } = await served(t, echo);
  const error = await failure(http.upgrade(`${server.origin}/a`, { protocol: 'websocket' }));
  assert.deepEqual([error.code, error.status, http.snapshot().idle], ['ERR_UPGRADE_REFUSED', 200, 1]);
  assert.equal(
    error.message,
    `GET ${server.origin}/a was answered with status 200 (OK): the connection was not handed over`,
  );
  assert.equal(error.response !== null && 'text' in error.response, true);
  assert.match(error.stack ?? '', /upgrade\.test\.[jt]s/);
});

for (const [fields, chosen] of [
  ['Upgrade: other\r\n', '"other"'],
  ['', 'a protocol that it does not name'],
] as const) {
  test(`upgrade() refuses ${chosen} where another was asked for`, async (t) => {
    const gone: string[] = [];
    const { http, server } = await served(t, async (connection) => {
      await connection.request();
      await connection.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n${fields}\r\nhello`);
      await connection.read().catch(() => {});
      gone.push('gone');
    });
    await assert.rejects(http.upgrade(server.origin, { protocol: 'echo' }), {
      name: 'ProtocolError',
      code: 'ERR_PROTOCOL',
      message: `Cannot upgrade GET ${server.origin}/: the server switched to ${chosen}, and "echo" was asked for (RFC 9110 §7.8)`,
    });
    await until(() => gone.length === 1);
  });
}

test('upgrade() follows no redirect', async (t) => {
  const { http, server } = await served(t, async (connection) => {
    await connection.request();
    await connection.respond({ status: 302, headers: { Location: '/b' } });
  });
  assert.equal((await failure(http.upgrade(server.origin, { protocol: 'echo' }))).status, 302);
});

test('request() is answered with no 101 that it did not ask for', async (t) => {
  const { http, server } = await served(t, switching);
  await assert.rejects(http.request('GET', server.origin), { name: 'ProtocolError' });
});

for (const protocol of ['', ' ', 'a b', 'a\r\nb', 'websocket,', 5, undefined]) {
  test(`upgrade() refuses ${JSON.stringify(protocol)} as a protocol`, async (t) => {
    const { http, server } = await served(t, switching);
    await assert.rejects(http.upgrade(server.origin, { protocol: protocol as string }), (error) => {
      return error instanceof RequestError && error.code === 'ERR_INVALID_OPTION';
    });
  });
}

// options, message
const REFUSED: readonly (readonly [unknown, RegExp])[] = [
  [undefined, /^Cannot use undefined as the options of upgrade\(\): give an object$/],
  [null, /^Cannot use null as the options of upgrade\(\): give an object$/],
  ['websocket', /^Cannot use "websocket" as the options of upgrade\(\): give an object$/],
  [{ protocol: 'echo', Signal: null }, /the option Signal of upgrade\(\): .*; did you mean signal\?$/],
  [{ protocol: 'echo', body: 'x' }, /the option body of upgrade\(\): there is none of that name/],
  [{ protocol: 'echo', expectContinue: true }, /the option expectContinue of upgrade\(\)/],
  [{ protocol: 'echo', maxBodyBytes: 1 }, /the option maxBodyBytes of upgrade\(\)/],
];

for (const [options, message] of REFUSED) {
  test(`upgrade() refuses ${JSON.stringify(options)} as its options`, async (t) => {
    const { http, server } = await served(t, switching);
    const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port });
    const expected = { name: 'RequestError', code: 'ERR_INVALID_OPTION', message };
    await assert.rejects(http.upgrade(server.origin, options as UpgradeOptions), expected);
    await assert.rejects(pool.upgrade('/', options as UpgradeOptions), expected);
    assert.equal(server.connections.length, 0);
  });
}

test('upgrade() ends by its signal and by the deadline, before the head', async (t) => {
  const { http, server } = await served(t, async (connection) => {
    await connection.request();
    await connection.read();
  });
  const reason = new Error('enough');
  await assert.rejects(http.upgrade(server.origin, { protocol: 'echo', signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(http.upgrade(server.origin, { protocol: 'echo', timeout: { total: 20 } }), {
    name: 'TimeoutError',
  });
  assert.equal(http.snapshot().open, 0);
});

// Tunnels

test('tunnel() leads through a proxy', async (t) => {
  const { server: origin } = await served(t, echo);
  const { http, server: proxy } = await served(t, async (connection) => {
    const { target } = await connection.request();
    await connection.respond({ reason: 'Connection established' });
    await tunnel(connection, Number(target.split(':')[1]));
  });
  const authority = `127.0.0.1:${origin.port}`;
  const response = await http.tunnel(proxy.origin.replace('//', '//user:p%40ss@'), authority);
  assert.deepEqual([response.status, response.protocol, response.url], [200, null, proxy.origin]);
  const { method, target, headers } = await proxy.request(0);
  assert.deepEqual([method, target], ['CONNECT', authority]);
  const named = headers.filter(([name]) => ['Host', 'Authorization', 'Proxy-Authorization'].includes(name));
  const credentials = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
  assert.deepEqual(named, [
    ['Host', authority],
    ['Proxy-Authorization', credentials],
  ]);
  response.stream.end('GET /through HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  assert.match(await text(response.stream), /\r\n\r\n\/through$/);
});

test('tunnel() of a pool leads through its host', async (t) => {
  const { server } = await served(t, async (connection) => {
    await connection.request();
    await connection.respond({ status: 204 });
    await connection.write('hello');
    connection.end();
  });
  const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port });
  t.after(() => pool.close());
  const { stream } = await pool.tunnel('example.org:443');
  assert.equal(await text(stream), 'hello');
});

test('tunnel() gives the answer of a proxy that refuses', async (t) => {
  const { http, server } = await served(t, async (connection) => {
    await connection.request();
    await connection.respond({ status: 407, body: 'who?' });
  });
  const error = await failure(http.tunnel(server.origin, 'example.org:443'));
  assert.deepEqual([error.code, error.status], ['ERR_UPGRADE_REFUSED', 407]);
});

test('tunnel() fails where the proxy closes', async (t) => {
  const { http, server } = await served(t, async (connection) => {
    await connection.request();
    connection.end();
  });
  await assert.rejects(http.tunnel(server.origin, 'example.org:443'), ConnectionError);
});

for (const authority of [
  'example.org',
  'example.org:',
  ':443',
  'http://a:80',
  'a:0',
  'a:70000',
  'a b:80',
  '::1:80',
  'a:80/x',
  '',
]) {
  test(`tunnel() refuses ${JSON.stringify(authority)}`, async (t) => {
    const { http, server } = await served(t, echo);
    await assert.rejects(http.tunnel(server.origin, authority), { code: 'ERR_INVALID_TARGET' });
  });
}

const REFUSED_FOR_TUNNELS: readonly (readonly [unknown, RegExp])[] = [
  [null, /^Cannot use null as the options of tunnel\(\): give an object$/],
  [{ protocol: 'echo' }, /the option protocol of tunnel\(\)/],
  [{ method: 'GET' }, /the option method of tunnel\(\)/],
  [{ redirect: true }, /the option redirect of tunnel\(\)/],
  [{ json: {} }, /the option json of tunnel\(\)/],
];

for (const [options, message] of REFUSED_FOR_TUNNELS) {
  test(`tunnel() refuses ${JSON.stringify(options)} as its options`, async (t) => {
    const { http, server } = await served(t, echo);
    const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port });
    const expected = { name: 'RequestError', code: 'ERR_INVALID_OPTION', message };
    await assert.rejects(http.tunnel(server.origin, 'a:443', options as TunnelOptions), expected);
    await assert.rejects(pool.tunnel('a:443', options as TunnelOptions), expected);
    assert.equal(server.connections.length, 0);
  });
}
