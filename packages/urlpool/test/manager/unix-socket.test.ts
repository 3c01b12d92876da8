// Unix sockets, against Node's own servers: by the option `socketPath`, and by URLs that name one.

import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  ConnectError,
  connectionFromUrl,
  HTTPConnectionPool,
  type HTTPError,
  PoolManager,
  type PoolManagerOptions,
  ProxyManager,
  RedirectError,
  RequestError,
  Session,
  type TraceEvent,
} from 'urlpool';
import { createCertificateAuthority, ScriptedServer } from 'urlpool-testing';
import { echo } from '../connection/served-pool.ts';

/** Tells what it was asked: method, URL, Host, and the number of the connection. */
const tell: RequestListener = (request, response) => {
  request.resume().on('end', () => {
    const { method, url, headers, socket } = request;
    const number = numbers.get(socket) ?? numbers.size + 1;
    numbers.set(socket, number);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ method, url, host: headers.host, number }));
  });
};
const numbers = new Map<object, number>();

/** A folder of the test's own. */
function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'urlpool-unix-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function listening(t: TestContext, path: string, server: Server): Promise<void> {
  server.listen(path);
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
}

interface Served {
  readonly http: PoolManager;
  readonly path: string;
  /** The URL of the socket, without a slash at its end. */
  readonly at: string;
  readonly events: readonly TraceEvent[];
}

async function served(
  t: TestContext,
  options: PoolManagerOptions = {},
  listener: RequestListener = tell,
): Promise<Served> {
  const path = join(folderOf(t), 'x.sock');
  await listening(t, path, createServer(listener));
  const events: TraceEvent[] = [];
  const http = new PoolManager({
    retries: false,
    onEvent: (event) => events.push(event),
    lookup: (host) => assert.fail(`${host} is looked up`),
    ...options,
  });
  t.after(() => http.close({ timeout: 0 }));
  return { http, path, at: `http+unix://${encodeURIComponent(path)}`, events };
}

test('a URL names a socket: Host is localhost, nothing is looked up, and snapshot and events name the socket', async (t) => {
  const { http, path, at, events } = await served(t);
  const response = await http.request('POST', `${at}/v1/info?a=1#f`, { body: 'x' });
  const { number: _, ...asked } = response.json() as Record<string, unknown>;
  assert.deepEqual(asked, { method: 'POST', url: '/v1/info?a=1', host: 'localhost' });
  assert.equal(response.url, `${at}/v1/info?a=1`);
  assert.equal(response.connection.address, path);
  const [pool] = http.snapshot().pools;
  assert.deepEqual([pool?.origin, pool?.connections[0]?.address], [at, path]);
  assert.deepEqual(events.flatMap((event) => ('address' in event ? [[event.type, event.address]] : [])).slice(0, 3), [
    ['connect-start', path],
    ['connect-end', path],
    ['dial-end', path],
  ]);
  assert.ok(events.every(({ type }) => !type.startsWith('dns-')));
});

test('socketPath leads every request over the socket, and Host stays that of the URL', async (t) => {
  const { path } = await served(t);
  const faces = [
    new PoolManager({ socketPath: path }),
    new Session({ socketPath: path, baseUrl: 'http://docker.test:8080/' }),
  ] as const;
  const pool = new HTTPConnectionPool('docker.test', { port: 8080, socketPath: path });
  t.after(() => Promise.all([...faces, pool].map((face) => face.close({ timeout: 0 }))));
  const answers = [
    await faces[0].request('GET', 'http://docker.test:8080/v1'),
    await faces[1].get('/v1'),
    await pool.request('GET', '/v1'),
  ];
  for (const answer of answers) {
    assert.equal((answer.json() as { host: string }).host, 'docker.test:8080');
    assert.equal(answer.connection.address, path);
  }
});

test('a request has a socketPath of its own; another path is another pool, null is the network', async (t) => {
  const { http, path } = await served(t, { lookup: undefined });
  const other = join(folderOf(t), 'y.sock');
  await listening(t, other, createServer(tell));
  const addresses: string[] = [];
  for (const socketPath of [path, other, path]) {
    addresses.push((await http.request('GET', 'http://127.0.0.1:1/', { socketPath })).connection.address);
  }
  assert.deepEqual(addresses, [path, other, path]);
  assert.deepEqual([http.snapshot().pools.length, http.snapshot().numConnections], [2, 2]);
  await assert.rejects(http.request('GET', 'http://127.0.0.1:1/', { socketPath: null }), {
    code: 'ERR_CONNECTION_REFUSED',
    message: /127\.0\.0\.1:1 refused/,
  });
});

test('1,000 requests go over one connection to a socket', async (t) => {
  const { http, at } = await served(t);
  const seen = new Set<unknown>();
  for (let i = 0; i < 1_000; i++) {
    seen.add(((await http.request('GET', `${at}/${i}`)).json() as { number: number }).number);
  }
  const { numConnections, numRequests, reused } = http.snapshot();
  assert.deepEqual([seen.size, numConnections, numRequests, reused], [1, 1, 1_000, 999]);
});

test('bodies are streamed over a socket both ways', async (t) => {
  const { http, at } = await served(t, {}, (request, response) => void request.pipe(response));
  const chunk = Buffer.alloc(64 * 1024, 'a');
  async function* body() {
    for (let i = 0; i < 64; i++) yield chunk;
  }
  const response = await http.stream('POST', `${at}/`, { body: body() });
  let bytes = 0;
  for await (const part of response) bytes += part.length;
  assert.equal(bytes, 64 * chunk.length);
});

test('a socket can be upgraded', async (t) => {
  const path = join(folderOf(t), 'x.sock');
  const server = createServer();
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    socket.on('error', () => {}).pipe(socket);
  });
  await listening(t, path, server);
  const http = new PoolManager();
  t.after(() => http.close({ timeout: 0 }));
  const { stream } = await http.upgrade(`http+unix://${encodeURIComponent(path)}/attach`, { protocol: 'tcp' });
  stream.write('hello');
  const [echoed] = await once(stream, 'data');
  assert.equal(String(echoed), 'hello');
  stream.destroy();
});

test('fetch() takes URLs that name a socket', async (t) => {
  const { http, at } = await served(t);
  const response = await http.fetch(`${at}/v1`);
  assert.deepEqual([response.status, response.url], [200, `${at}/v1`]);
  assert.equal(((await response.json()) as { host: string }).host, 'localhost');
});

test('a session has a socket as its base, with cookies that go to no other socket', async (t) => {
  const cookies: (string | undefined)[] = [];
  const { at } = await served(t, {}, (request, response) => {
    cookies.push(request.headers.cookie);
    response.setHeader('Set-Cookie', ['a=1; Secure', 'b=2; Domain=sock']).end();
  });
  const other = join(folderOf(t), 'y.sock');
  await listening(
    t,
    other,
    createServer((request, response) => {
      cookies.push(request.headers.cookie);
      response.end();
    }),
  );
  const session = new Session({ baseUrl: `${at}/v1/` });
  t.after(() => session.close({ timeout: 0 }));
  assert.equal((await session.get('/x')).url, `${at}/v1/x`);
  await session.get('/x');
  await session.get(`http+unix://${encodeURIComponent(other)}/`);
  assert.deepEqual(cookies, [undefined, 'a=1', undefined]);
});

test('connectionFromUrl() gives the pool of a socket', async (t) => {
  const { at, path } = await served(t);
  const pool = connectionFromUrl(`${at}/v1`);
  t.after(() => pool.close({ timeout: 0 }));
  const response = await pool.request('GET', '/v2');
  assert.deepEqual([response.connection.address, pool.host], [path, 'localhost']);
  assert.equal((response.json() as { host: string }).host, 'localhost');
});

test('TLS is spoken over a socket, for the host of the URL or for localhost', async (t) => {
  const authority = await createCertificateAuthority();
  const { key, cert } = await authority.issue({ hosts: ['localhost', 'a.test'] });
  const path = join(folderOf(t), 'tls.sock');
  await listening(t, path, createSecureServer({ key, cert }, tell));
  const http = new PoolManager({ ca: authority.certificate, retries: false });
  t.after(() => http.close({ timeout: 0 }));
  const named = `https+unix://${encodeURIComponent(path)}/`;
  const hosts: string[] = [];
  for (const [url, options] of [
    [named, {}],
    [named, {}],
    ['https://a.test/', { socketPath: path }],
  ] as const) {
    hosts.push(((await http.request('GET', url, options)).json() as { host: string }).host);
  }
  assert.deepEqual(hosts, ['localhost', 'localhost', 'a.test']);
  assert.equal(http.snapshot().numConnections, 2);
  await assert.rejects(http.request('GET', 'https://b.test/', { socketPath: path }), {
    code: 'ERR_TLS_CERTIFICATE',
    message: new RegExp(`^Cannot speak TLS with https://b\\.test at ${path}: its certificate was not accepted`),
  });
  const plain = join(folderOf(t), 'plain.sock');
  await listening(t, plain, createServer(tell));
  await assert.rejects(http.request('GET', `https+unix://${encodeURIComponent(plain)}/`), {
    code: 'ERR_TLS_NOT_SPOKEN',
  });
});

test('an abstract socket of Linux is connected to', {
  skip: process.platform !== 'linux' && 'only Linux has them',
}, async (t) => {
  const name = `urlpool-test-${process.pid}`;
  await listening(t, `\0${name}`, createServer(tell));
  const http = new PoolManager({ retries: false });
  t.after(() => http.close({ timeout: 0 }));
  for (const [url, options] of [
    [`http+unix://%00${name}/`, {}],
    ['http://a.test/', { socketPath: `\0${name}` }],
  ] as const) {
    assert.equal((await http.request('GET', url, options)).connection.address, `@${name}`);
  }
  await assert.rejects(http.request('GET', `http+unix://%00${name}-no/`), {
    code: 'ERR_CONNECTION_REFUSED',
    message: `Cannot connect to http+unix://%00${name}-no: the socket @${name}-no has no server that listens (any more), or is no socket`,
  });
});

test('a path with nothing at it, or with no server, is one sentence', async (t) => {
  const http = new PoolManager({ retries: false });
  t.after(() => http.close({ timeout: 0 }));
  const folder = folderOf(t);
  const [none, plain, stale] = ['none', 'plain', 'stale'].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(plain, '');
  await leaveSocket(stale);
  for (const [path, code, end] of [
    [none, 'ERR_SOCKET_NOT_FOUND', 'is not there; is its server running, and the path right?'],
    [join(plain, 'x'), 'ERR_SOCKET_NOT_FOUND', 'is not there: its path leads through what is no folder'],
    [plain, 'ERR_CONNECTION_REFUSED', 'has no server that listens (any more), or is no socket'],
    [folder, 'ERR_CONNECTION_REFUSED', 'has no server that listens (any more), or is no socket'],
    [stale, 'ERR_CONNECTION_REFUSED', 'has no server that listens (any more), or is no socket'],
  ] as const) {
    await assert.rejects(http.request('GET', 'http://a.test/', { socketPath: path }), (error: HTTPError) => {
      assert.ok(error instanceof ConnectError && error.isConnectFailure);
      assert.equal(error.code, code);
      assert.equal(error.message, `Cannot connect to http://a.test: the socket ${path} ${end}`);
      return true;
    });
  }
  const { open, dialling, queued } = http.snapshot();
  assert.deepEqual([open, dialling, queued], [0, 0, 0]);
});

/** Leaves the file of a socket whose server was killed. */
async function leaveSocket(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script], { stdio: 'ignore' }), 'exit');
}

test('a socket that the user may not write to is one sentence', { skip: whyNoOtherUser() ?? false }, async (t) => {
  const { path } = await served(t);
  chmodSync(path, 0o600);
  chmodSync(join(path, '..'), 0o755);
  const child = fork(join(import.meta.dirname, `other-user${import.meta.filename.slice(-3)}`), [path], {
    execArgv: process.execArgv.filter((argument) => argument.startsWith('--conditions')),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [told] = await once(child, 'message');
  const end = 'may not be connected to by this user; it takes the right to write to it';
  assert.deepEqual(told, ['ERR_SOCKET_ACCESS', `Cannot connect to http://a.test: the socket ${path} ${end}`]);
});

/** Why nobody else can be impersonated; null where it can be done. */
function whyNoOtherUser(): string | null {
  return process.getuid?.() === 0 ? null : 'only root may become another user';
}

test('a full queue of a socket is an error, not a hang', {
  skip: process.platform !== 'linux' && 'Linux answers EAGAIN',
}, async (t) => {
  const path = join(folderOf(t), 'full.sock');
  const script = `import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(0)
print('up', flush=True)
sys.stdin.read()`;
  const child = spawn('python3', ['-c', script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const failed = once(child, 'error').then(([error]) => error as Error);
  const gone = await Promise.race([failed, once(child.stdout, 'data').then(() => null)]);
  if (gone !== null) return t.skip(`python3 does not start: ${gone.message}`);
  const held = [createConnection(path), createConnection(path)];
  for (const socket of held) socket.on('error', () => {});
  t.after(() => {
    for (const socket of held) socket.destroy();
    child.stdin.end();
  });
  await once(held[0] as (typeof held)[0], 'connect');
  const http = new PoolManager({ retries: false, timeout: { connect: 2_000 } });
  t.after(() => http.close({ timeout: 0 }));
  await assert.rejects(http.request('GET', 'http://a.test/', { socketPath: path }), {
    message: /has a queue of connections that is full; lower maxSize$/,
  });
});

test('a proxy is not used for a socket, and beside one of the same place it is refused', async (t) => {
  const proxy = 'http://127.0.0.1:9';
  const { http, at, path } = await served(t, { proxy });
  assert.equal((await http.request('GET', `${at}/`)).status, 200);
  assert.equal((await http.request('GET', 'http://a.test/', { socketPath: path })).status, 200);
  const message = /as socketPath: a proxy is given too, and is not used for a socket: leave one out$/;
  assert.throws(() => new ProxyManager(proxy, { socketPath: path }), message);
  await assert.rejects(http.request('GET', 'http://a.test/', { socketPath: path, proxy }), message);
  const over = new PoolManager({ socketPath: path });
  t.after(() => over.close({ timeout: 0 }));
  await assert.rejects(over.request('GET', 'http://a.test/', { proxy }), message);
  await assert.rejects(over.request('GET', 'http://a.test/', { proxy, socketPath: null, retries: false }), {
    message: /127\.0\.0\.1:9/,
  });
});

test('a URL and an option that name two sockets are refused', async (t) => {
  const { http, at, path } = await served(t);
  assert.equal((await http.request('GET', `${at}/`, { socketPath: path })).status, 200);
  await assert.rejects(http.request('GET', `${at}/`, { socketPath: '/run/y.sock' }), {
    code: 'ERR_INVALID_OPTION',
    message: `Cannot use "/run/y.sock" as socketPath: the URL names another socket, ${path}: leave one out`,
  });
});

test('a connector is not asked to connect to localhost for a URL that names a socket', async (t) => {
  const http = new PoolManager({ connector: () => assert.fail('it is asked'), retries: false });
  t.after(() => http.close({ timeout: 0 }));
  const refused = { code: 'ERR_INVALID_URL', message: /names a socket, and a connector opens connections by itself$/ };
  await assert.rejects(http.request('GET', 'http+unix://%2Fx.sock/'), refused);
  assert.throws(() => connectionFromUrl('http+unix://%2Fx.sock/', { connector: () => assert.fail() }), refused);
});

for (const [what, guard] of [
  ["guard: 'public'", 'public'],
  ['a guard that lets all addresses pass', () => true],
] as const) {
  test(`${what} refuses a URL that names a socket, and asks nothing about the program's own`, async (t) => {
    const { http, at, path } = await served(t, { guard });
    await assert.rejects(http.request('GET', `${at}/`), (error: HTTPError) => {
      assert.ok(error instanceof RequestError);
      assert.deepEqual([error.code, error.attempt], ['ERR_ADDRESS_REFUSED', 1]);
      assert.equal(
        error.message,
        `Cannot connect to ${at}: ${path} is a socket that the URL names; give it as socketPath if it is meant; option: guard`,
      );
      return true;
    });
    assert.equal(http.snapshot().open, 0);
    assert.equal((await http.request('GET', 'http://a.test/', { socketPath: path })).status, 200);
    assert.equal((await http.request('GET', `${at}/`, { socketPath: path })).status, 200);
    assert.throws(() => connectionFromUrl(at, { guard }), { code: 'ERR_INVALID_OPTION' });
    const pool = connectionFromUrl(at, { guard, socketPath: path });
    assert.equal((await pool.request('GET', '/')).status, 200);
    await pool.close({ timeout: 0 });
  });
}

test('a redirect stays at the socket where it names no other place', async (t) => {
  const { http, at } = await served(t, {}, (request, response) => {
    const next = { '/a': '/b', '/b': 'c?x', '/c?x': `${at}/d` }[request.url ?? ''];
    response.writeHead(next === undefined ? 200 : 302, next === undefined ? {} : { Location: next }).end(request.url);
  });
  const response = await http.request('GET', `${at}/a`, { retries: 5 });
  assert.deepEqual([response.text(), response.url], ['/d', `${at}/d`]);
  assert.equal(http.snapshot().numConnections, 1);
});

for (const location of [
  'http+unix://%2Frun%2Fdocker.sock/v1/info',
  'https+unix://%2Frun%2Fdocker.sock/',
  'HTTP+UNIX://%2frun%2fdocker.sock/',
  'http+unix:/run/docker.sock',
]) {
  test(`a redirect to ${location} is refused, from the network and from another socket`, async (t) => {
    const { http, at } = await served(t, {}, (_request, response) => {
      response.writeHead(302, { Location: location }).end();
    });
    const server = await ScriptedServer.start({}, async (connection) => {
      await connection.request();
      await connection.respond({ status: 302, headers: { Location: location } });
    });
    t.after(() => server.close());
    for (const from of [server.origin, at]) {
      await assert.rejects(http.request('GET', `${from}/`, { retries: 5 }), (error: HTTPError) => {
        assert.ok(error instanceof RedirectError);
        assert.equal(error.code, 'ERR_REDIRECT');
        assert.ok(error.message.endsWith(`Location "${location}" names a socket, which no server may choose`));
        return true;
      });
    }
  });
}

test("got's http://unix:/path:/ is no socket, neither in a URL nor in a redirect", async (t) => {
  const looked: string[] = [];
  const { http, at, path } = await served(
    t,
    {
      retries: undefined,
      lookup: (host, _options, answer) => {
        looked.push(host);
        answer(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), []);
      },
    },
    (_request, response) => void response.writeHead(302, { Location: `http://unix:${path}:/v1` }).end(),
  );
  for (const url of [`http://unix:${path}:/v1`, `${at}/`]) {
    await assert.rejects(http.request('GET', url, { retries: 1 }), { code: 'ERR_NAME_NOT_FOUND' });
  }
  assert.ok(looked.length > 0 && looked.every((host) => host === 'unix'));
});

for (const [what, options] of [
  ['by its URL', null],
  ['by socketPath of the request', {}],
  ['by socketPath of the manager', 'manager'],
] as const) {
  test(`a redirect from a socket that was reached ${what} to a URL goes over the network`, async (t) => {
    const server = await ScriptedServer.start({}, echo);
    t.after(() => server.close());
    const { path, at } = await served(t, {}, (_request, response) => {
      response.writeHead(307, { Location: `${server.origin}/there` }).end();
    });
    const http = new PoolManager(options === 'manager' ? { socketPath: path } : {});
    t.after(() => http.close({ timeout: 0 }));
    const response = await http.request('GET', options === null ? `${at}/` : 'http://a.test/', {
      ...(options === null || options === 'manager' ? {} : { socketPath: path }),
      headers: { 'X-Secret': '1' },
    });
    assert.equal(`http://${response.connection.address}`, server.origin);
    assert.equal(response.url, `${server.origin}/there`);
    assert.equal(server.connections.length, 1);
  });
}

test('a redirect from https+unix to http is a downgrade', async (t) => {
  const { key, cert, ca } = await (await createCertificateAuthority()).issue();
  const path = join(folderOf(t), 'tls.sock');
  const server = createSecureServer({ key, cert }, (_request, response) => {
    response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end();
  });
  await listening(t, path, server);
  const http = new PoolManager({ ca });
  t.after(() => http.close({ timeout: 0 }));
  await assert.rejects(http.request('GET', `https+unix://${encodeURIComponent(path)}/`), {
    code: 'ERR_REDIRECT_DOWNGRADE',
  });
});

test('pages do not lead from the network to a socket, nor from one socket to another', async (t) => {
  const victim = await served(t);
  const link = `<${victim.at}/secret>; rel=next`;
  const { at } = await served(t, {}, (_request, response) => void response.setHeader('Link', link).end('[]'));
  const server = await ScriptedServer.start({}, async (connection) => {
    await connection.request();
    await connection.respond({ headers: { Link: link }, body: '[]' });
  });
  t.after(() => server.close());
  const session = new Session();
  t.after(() => session.close({ timeout: 0 }));
  for (const from of [server.origin, at]) {
    await assert.rejects(
      async () => {
        for await (const page of session.pages(`${from}/`)) assert.equal(page.status, 200);
      },
      { code: 'ERR_INVALID_URL', message: /names a socket, which no server may choose$/ },
    );
  }
});

for (const [of, isOfSession] of [
  ['of a request', false],
  ['of the session', true],
] as const) {
  test(`pages over the socketPath ${of} stay at the socket, and leave it with the origin`, async (t) => {
    const server = await ScriptedServer.start({}, echo);
    t.after(() => server.close());
    const { path } = await served(t, {}, (request, response) => {
      response.setHeader('Link', `<${request.url === '/1' ? '/2' : `${server.origin}/3`}>; rel=next`).end('[]');
    });
    const session = new Session(isOfSession ? { socketPath: path } : {});
    t.after(() => session.close({ timeout: 0 }));
    const addresses: string[] = [];
    for await (const page of session.pages('http://a.test/1', isOfSession ? {} : { socketPath: path }))
      addresses.push(page.connection.address);
    assert.deepEqual(addresses, [path, path, server.origin.replace('http://', '')]);
  });
}

test('socketPath: null is nothing where no socket is usual: the pool is the usual one', async (t) => {
  const server = await ScriptedServer.start({}, echo);
  t.after(() => server.close());
  const http = new PoolManager();
  t.after(() => http.close({ timeout: 0 }));
  for (const options of [{}, { socketPath: null }]) await http.request('GET', server.origin, options);
  assert.equal(http.snapshot().numConnections, 1);
});
