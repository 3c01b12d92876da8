// Options of sockets: how they are checked, which addresses they leave, and that the kernel has really been told of them.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import {
  ConnectError,
  HTTPConnectionPool,
  type HTTPError,
  PoolManager,
  type PoolManagerOptions,
  RequestError,
  Session,
} from 'urlpool';
import { ScriptedServer, TestProxy } from 'urlpool-testing';
import { openingError } from '../../src/transport/socket-error.ts';
import { ofFamily, placeOf, socketSettings, USUAL_SOCKET } from '../../src/transport/socket-options.ts';
import { echo } from '../connection/served-pool.ts';

test('socketSettings() of nothing: the network, any address, keep-alive after 60 s, no delay', () => {
  const nothing = { path: null, localAddress: null, family: null, keepAlive: 60_000, noDelay: true };
  assert.deepEqual(socketSettings({}), nothing);
  assert.deepEqual(socketSettings({ socketPath: null, localAddress: null, family: null }), nothing);
});

test('socketSettings() reads what is given', () => {
  const given = { socketPath: '/x', localAddress: '::1', family: 6, tcpKeepAlive: false, noDelay: false } as const;
  const read = { path: '/x', localAddress: '::1', family: 6, keepAlive: null, noDelay: false };
  assert.deepEqual(socketSettings(given), read);
  assert.equal(socketSettings({ tcpKeepAlive: 5_000 }).keepAlive, 5_000);
  assert.equal(socketSettings({ tcpKeepAlive: true }).keepAlive, 60_000);
});

// options, what is wrong with them
const BAD = [
  [{ socketPath: '' }, /Cannot use "" as socketPath: it is empty$/],
  [{ socketPath: 7 }, /Cannot use 7 as socketPath: give the path of a socket, e\.g\. \/run\/docker\.sock$/],
  [{ socketPath: 'http+unix://%2Fx/' }, /as socketPath: it is a URL; give the path alone/],
  [{ socketPath: `/${'x'.repeat(300)}` }, /as socketPath: it has 301 bytes, and the path of a socket has at most \d+$/],
  [{ localAddress: 'eth0' }, /Cannot use "eth0" as localAddress: give an IP address of this machine$/],
  [{ localAddress: 4 }, /Cannot use 4 as localAddress/],
  [{ family: 5 }, /Cannot use 5 as family: give 4 or 6$/],
  [{ family: 'IPv4' }, /Cannot use "IPv4" as family: give 4 or 6$/],
  [
    { family: 6, localAddress: '127.0.0.1' },
    /Cannot use 6 as family: localAddress is 127\.0\.0\.1, of the other family$/,
  ],
  [
    { tcpKeepAlive: 999 },
    /Cannot use 999 as tcpKeepAlive: give true, false or a number of milliseconds, 1000 to 32767000$/,
  ],
  [{ tcpKeepAlive: 32_768_000 }, /Cannot use 32768000 as tcpKeepAlive/],
  [{ tcpKeepAlive: Number.NaN }, /Cannot use NaN as tcpKeepAlive/],
  [{ tcpKeepAlive: 'on' }, /Cannot use "on" as tcpKeepAlive/],
  [{ noDelay: 1 }, /Cannot use 1 as noDelay: give true or false$/],
  [
    { socketPath: '/x', proxy: 'http://p:1' },
    /as socketPath: a proxy is given too, and is not used for a socket: leave one out$/,
  ],
] as const;

for (const [options, message] of BAD) {
  const given = options as unknown as PoolManagerOptions;
  const refused = { code: 'ERR_INVALID_OPTION', message };
  test(`every face refuses ${JSON.stringify(options).slice(0, 60)}`, async () => {
    assert.throws(() => new PoolManager(given), refused);
    assert.throws(() => new HTTPConnectionPool('localhost', given), refused);
    assert.throws(() => new Session(given), refused);
    const http = new PoolManager();
    await assert.rejects(http.request('GET', 'http://127.0.0.1:1/', given), refused);
    assert.deepEqual(http.snapshot().pools, []);
  });
}

for (const [name, value] of Object.entries({
  socketPath: '/x',
  localAddress: '127.0.0.1',
  family: 4,
  tcpKeepAlive: true,
  noDelay: true,
})) {
  test(`${name} is refused where a connector opens the connections`, async () => {
    const connector = (): Promise<never> => Promise.reject(new Error('not asked'));
    const message = /a connector opens connections by itself: leave one of them out$/;
    assert.throws(() => new PoolManager({ connector, [name]: value }), message);
    const http = new PoolManager({ connector, retries: false });
    for (let i = 0; i < 2; i++) await assert.rejects(http.request('GET', 'http://a.test/', { [name]: value }), message);
  });
}

const BOTH = ['127.0.0.1', '::1', '10.0.0.1'];
const NOTHING = { path: null, localAddress: null, family: null };

// name, settings, addresses, what is left, or why nothing is
const FAMILIES = [
  ['keeps all', NOTHING, BOTH, BOTH],
  ['keeps those of the family, in order', { ...NOTHING, family: 4 }, BOTH, ['127.0.0.1', '10.0.0.1']],
  ['keeps those of the local address', { ...NOTHING, localAddress: '::1' }, BOTH, ['::1']],
  ['passes a path over', { path: '/x', family: 6, localAddress: null }, ['/x'], ['/x']],
  [
    'names the family',
    { ...NOTHING, family: 6 },
    ['127.0.0.1'],
    /^its address 127\.0\.0\.1 is no IPv6 address; option: family$/,
  ],
  [
    'names the local address',
    { ...NOTHING, localAddress: '::1' },
    ['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4'],
    /^none of its 4 addresses, 1\.1\.1\.1, 2\.2\.2\.2, 3\.3\.3\.3, …, is an IPv6 address; option: localAddress$/,
  ],
] as const;

for (const [name, settings, addresses, expected] of FAMILIES) {
  test(`ofFamily() ${name}`, () => {
    const found = ofFamily(addresses, settings);
    if (expected instanceof RegExp) assert.match('why' in found ? found.why : '', expected);
    else assert.deepEqual(found, expected);
  });
}

test('placeOf() gives net.connect() a path, or an address and where from', () => {
  const network = { path: undefined, host: '::1', port: 80, localAddress: undefined };
  assert.deepEqual(placeOf(USUAL_SOCKET, '::1', 80), network);
  assert.deepEqual(placeOf({ ...USUAL_SOCKET, localAddress: '::1' }, '::1', 80), { ...network, localAddress: '::1' });
  assert.deepEqual(placeOf({ ...USUAL_SOCKET, path: '/x' }, '/x', 80), { path: '/x' });
});

const ORIGIN = { scheme: 'http', host: 'a.test', port: 80 } as const;

// settings, Node's code and syscall, code, end of the sentence
const OPENING = [
  [
    { path: '/x' },
    'ENOENT',
    'connect',
    'ERR_SOCKET_NOT_FOUND',
    'the socket /x is not there; is its server running, and the path right?',
  ],
  [
    { path: '\0x' },
    'ECONNREFUSED',
    'connect',
    'ERR_CONNECTION_REFUSED',
    'the socket @x has no server that listens (any more), or is no socket',
  ],
  [
    { path: '/x' },
    'EACCES',
    'connect',
    'ERR_SOCKET_ACCESS',
    'the socket /x may not be connected to by this user; it takes the right to write to it',
  ],
  [{ path: '/x' }, 'ENOTSOCK', 'connect', 'ERR_CONNECTION_REFUSED', 'the socket /x is no socket'],
  [
    { path: '/x' },
    'EAGAIN',
    'connect',
    'ERR_CONNECT',
    'the socket /x has a queue of connections that is full; lower maxSize',
  ],
  [
    { path: '/x' },
    'EMFILE',
    'connect',
    'ERR_TOO_MANY_OPEN_FILES',
    'the socket /x needs one more open file than this process may have; raise it, or lower maxSize',
  ],
  [{ path: '/x' }, 'EIO', 'connect', 'ERR_CONNECT', 'the socket /x cannot be connected to: EIO'],
  [
    { localAddress: '10.9.9.9' },
    'EADDRNOTAVAIL',
    'bind',
    'ERR_LOCAL_ADDRESS',
    '1.2.3.4:80 cannot be connected to from 10.9.9.9: it is no address of this machine; option: localAddress',
  ],
  [
    { localAddress: '10.9.9.9' },
    'EADDRINUSE',
    'bind',
    'ERR_NO_LOCAL_PORT',
    '1.2.3.4:80 cannot be connected to from 10.9.9.9: it has no local port left; keep connections, or lower maxSize; option: localAddress',
  ],
  [
    { localAddress: '10.9.9.9' },
    'ECONNREFUSED',
    'connect',
    'ERR_CONNECTION_REFUSED',
    '1.2.3.4:80 refused the connection; is a server listening there?',
  ],
] as const;

for (const [settings, errno, syscall, code, end] of OPENING) {
  test(`openingError() of ${errno} in ${syscall}, ${JSON.stringify(settings)}`, () => {
    const cause = Object.assign(new Error(errno), { code: errno, syscall });
    const error = openingError(ORIGIN, '1.2.3.4:80', { ...USUAL_SOCKET, ...settings }, cause);
    assert.ok(error instanceof ConnectError);
    assert.deepEqual([error.code, error.phase, error.cause], [code, 'connect', cause]);
    assert.equal(error.message, `Cannot connect to http://a.test: ${end}`);
  });
}

async function served(t: TestContext, options: PoolManagerOptions, host = '127.0.0.1') {
  const server = await ScriptedServer.start({ host }, echo);
  const http = new PoolManager({ retries: false, ...options });
  t.after(async () => {
    await http.close({ timeout: 0 });
    await server.close();
  });
  const port = Number(server.origin.split(':').at(-1));
  return { server, http, port };
}

const BOTH_LOOPBACKS: PoolManagerOptions['lookup'] = (_host, _options, answer) =>
  answer(null, [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ]);

test('family leaves out the addresses of the other one: no attempt is made at them', async (t) => {
  const tried: string[] = [];
  const { http, port } = await served(t, {
    family: 4,
    lookup: BOTH_LOOPBACKS,
    onEvent: (event) => event.type === 'connect-start' && tried.push(event.address),
  });
  assert.equal((await http.request('GET', `http://name.test:${port}/`)).status, 200);
  assert.deepEqual(tried, [`127.0.0.1:${port}`]);
});

test('without a family both are raced, and the one that answers wins', async (t) => {
  const tried: string[] = [];
  const { http, port } = await served(t, {
    lookup: BOTH_LOOPBACKS,
    tcpKeepAlive: 5_000,
    onEvent: (event) => event.type === 'connect-start' && tried.push(event.address),
  });
  const { connection } = await http.request('GET', `http://name.test:${port}/`);
  assert.equal(connection.address, `127.0.0.1:${port}`);
  assert.deepEqual(tried, [`[::1]:${port}`, `127.0.0.1:${port}`]);
});

// URL's host, options of the request, end of the message
const OTHER_FAMILY = [
  ['127.0.0.1', { family: 6 }, 'its address 127.0.0.1 is no IPv6 address; option: family'],
  ['[::1]', { family: 4 }, 'its address ::1 is no IPv4 address; option: family'],
  ['127.0.0.1', { localAddress: '::1' }, 'its address 127.0.0.1 is no IPv6 address; option: localAddress'],
  [
    'name.test',
    { family: 6, resolve: { 'name.test:80': ['127.0.0.1', '127.0.0.2'] } },
    'none of its 2 addresses, 127.0.0.1, 127.0.0.2, is an IPv6 address; option: family',
  ],
] as const;

for (const [host, options, end] of OTHER_FAMILY) {
  test(`request() to ${host} with ${JSON.stringify(options)} fails at once, and is not tried again`, async (t) => {
    const http = new PoolManager();
    t.after(() => http.close({ timeout: 0 }));
    await assert.rejects(http.request('GET', `http://${host}/`, options), (error: HTTPError) => {
      assert.ok(error instanceof RequestError);
      assert.deepEqual([error.code, error.phase, error.attempt], ['ERR_ADDRESS_FAMILY', 'connect', 1]);
      assert.equal(error.message, `Cannot connect to http://${host}: ${end}`);
      return true;
    });
    const { dialling, queued, open } = http.snapshot();
    assert.deepEqual([dialling, queued, open], [0, 0, 0]);
  });
}

test('localAddress is where the server sees the connection come from', async (t) => {
  const peers: (string | undefined)[] = [];
  const server = createServer((socket) => {
    peers.push(socket.remoteAddress);
    socket.on('error', () => {});
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const http = new PoolManager({ retries: false });
  t.after(async () => {
    await http.close({ timeout: 0 });
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (const localAddress of ['127.0.0.5', '127.0.0.6', '127.0.0.5']) await http.request('GET', url, { localAddress });
  assert.deepEqual(peers, ['127.0.0.5', '127.0.0.6']);
  assert.equal(http.snapshot().pools.length, 2);
});

test('a localAddress that is none of this machine is one error that names the option', async (t) => {
  const { http, port, server } = await served(t, { localAddress: '192.0.2.77' });
  await assert.rejects(http.request('GET', `http://127.0.0.1:${port}/`), {
    code: 'ERR_LOCAL_ADDRESS',
    message: `Cannot connect to http://127.0.0.1:${port}: 127.0.0.1:${port} cannot be connected to from 192.0.2.77: it is no address of this machine; option: localAddress`,
  });
  assert.equal(server.connections.length, 0);
});

test('localAddress and family are about the connection to the proxy, not about what lies behind it', async (t) => {
  const proxy = await TestProxy.start();
  t.after(() => proxy.close());
  const { http, port } = await served(
    t,
    { proxy: { url: proxy.url, tunnel: true }, family: 4, localAddress: '127.0.0.7' },
    '::1',
  );
  assert.equal((await http.request('GET', `http://[::1]:${port}/`)).status, 200);
  await assert.rejects(http.request('GET', `http://[::1]:${port}/`, { family: 6, localAddress: null }), {
    message: /its address 127\.0\.0\.1 is no IPv6 address; option: family$/,
  });
});

/** What the kernel has been told of a connected socket, asked by Python, which inherits it. */
async function kernelOptions(fd: number): Promise<Record<string, number>> {
  const script = `import json, socket
s = socket.socket(fileno=3)
T = socket.IPPROTO_TCP
print(json.dumps({'keepAlive': s.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE), 'idle': s.getsockopt(T, socket.TCP_KEEPIDLE), 'noDelay': s.getsockopt(T, socket.TCP_NODELAY)}))`;
  const child = spawn('python3', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit', fd] });
  return JSON.parse(await text(child.stdout as NodeJS.ReadableStream)) as Record<string, number>;
}

/** Why the kernel cannot be asked; null where it can. */
function whyNotAsked(): string | null {
  if (process.platform !== 'linux') return 'file descriptors of sockets are handed on so on Linux';
  return spawnSync('python3', ['--version']).error === undefined ? null : 'python3 is not installed';
}

// options, what getsockopt() says
const KERNEL = [
  [{}, { keepAlive: 1, idle: 60, noDelay: 1 }],
  [{ tcpKeepAlive: 5_000 }, { keepAlive: 1, idle: 5, noDelay: 1 }],
  [{ tcpKeepAlive: 32_767_000 }, { keepAlive: 1, idle: 32_767, noDelay: 1 }],
  [{ tcpKeepAlive: false }, { keepAlive: 0, noDelay: 1 }],
  [{ noDelay: false }, { keepAlive: 1, idle: 60, noDelay: 0 }],
] as const;

for (const [options, expected] of KERNEL) {
  test(`the kernel has been told of ${JSON.stringify(options)}`, { skip: whyNotAsked() ?? false }, async (t) => {
    const { http, port } = await served(t, options);
    const { fds } = await request(() => http.request('GET', `http://127.0.0.1:${port}/`));
    const found = await kernelOptions(fds[0] ?? -1);
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, found[name]])), expected);
  });
}

test('the hop to a proxy has the options too', { skip: whyNotAsked() ?? false }, async (t) => {
  const proxy = await TestProxy.start();
  t.after(() => proxy.close());
  const { http, port } = await served(t, {
    proxy: { url: proxy.url, tunnel: true },
    tcpKeepAlive: 7_000,
    noDelay: false,
  });
  const { fds } = await request(() => http.request('GET', `http://127.0.0.1:${port}/`));
  assert.deepEqual(await kernelOptions(fds[0] ?? -1), { keepAlive: 1, idle: 7, noDelay: 0 });
});

/** Does something, and tells which sockets of this process connected meanwhile: the first is that of the client. */
async function request(act: () => Promise<unknown>): Promise<{ readonly fds: readonly number[] }> {
  const sockets: Socket[] = [];
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (this: Socket, ...given: unknown[]) {
    sockets.push(this);
    return Reflect.apply(connect, this, given);
  } as typeof connect;
  try {
    await act();
  } finally {
    Socket.prototype.connect = connect;
  }
  return { fds: sockets.map((socket) => (socket as Socket & { _handle: { fd: number } })._handle.fd) };
}

test('each of the options makes a pool of its own, and the same ones again do not', async (t) => {
  const { http, port } = await served(t, {});
  const url = `http://127.0.0.1:${port}/`;
  const routes = [{ family: 4 }, { tcpKeepAlive: false }, { noDelay: false }, { localAddress: '127.0.0.1' }] as const;
  for (let i = 0; i < 2; i++) {
    await http.request('GET', url);
    for (const route of routes) await http.request('GET', url, route);
  }
  const { pools, numConnections, numRequests } = http.snapshot();
  assert.deepEqual([pools.length, numConnections, numRequests], [5, 5, 10]);
});

for (const name of ['path', 'socketPath', 'localAddress', 'family']) {
  test(`a prototype that was given ${name} leads no connection elsewhere`, async (t) => {
    const { http, port } = await served(t, {});
    Object.defineProperty(Object.prototype, name, { value: '/tmp/evil', configurable: true, writable: true });
    t.after(() => Reflect.deleteProperty(Object.prototype, name));
    const response = await http.request('GET', `http://127.0.0.1:${port}/`, { noDelay: true });
    Reflect.deleteProperty(Object.prototype, name);
    assert.equal(response.connection.address, `127.0.0.1:${port}`);
  });
}
