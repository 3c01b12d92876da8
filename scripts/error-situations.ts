// One situation for each code, in which it really comes. docs/errors.md quotes the messages.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type Connector,
  CookieJar,
  HTTPConnection,
  HTTPConnectionPool,
  netrcAuth,
  PoolManager,
  type PoolOptions,
  Retry,
  type SaveOptions,
  Session,
} from 'urlpool';
import {
  FakeClock,
  type Script,
  ScriptedServer,
  type ServerTls,
  TestProxy,
  type TestProxyOptions,
  unusedPort,
} from 'urlpool-testing';
import type { ErrorCode } from '../packages/urlpool/src/errors/error-code.ts';
import { connectError } from '../packages/urlpool/src/transport/network-error.ts';
import { openingError } from '../packages/urlpool/src/transport/socket-error.ts';
import { USUAL_SOCKET } from '../packages/urlpool/src/transport/socket-options.ts';
import { echo, localCertificate, servedPool, until } from '../packages/urlpool/test/connection/served-pool.ts';

/** What is read ahead of a body that nobody takes. */
const HIGH_BYTES = 256 * 1024;
const HEAD = 'HTTP/1.1 200 OK\r\n';
const ORIGIN = { scheme: 'http', host: 'example.org', port: 80 } as const;

/** Reads a head, writes these bytes, and ends as it says. */
const sends =
  (bytes: string, end: 'fin' | 'rst' | 'open' = 'open'): Script =>
  async (connection) => {
    await connection.head();
    await connection.write(bytes);
    connection.discard();
    if (end === 'fin') connection.end();
    if (end === 'rst') connection.reset();
  };

/** A pool at a server with a script; what is asked for is GET / unless it says otherwise. */
async function ask(
  t: TestContext,
  script: Script,
  options: PoolOptions = {},
  act: (pool: HTTPConnectionPool) => Promise<unknown> = (pool) => pool.request('GET', '/'),
): Promise<unknown> {
  const { pool } = await servedPool(t, script, options);
  return await act(pool);
}

/** Asks for something of this machine over a socket that is opened as the options say. */
async function connecting(port: number, options: PoolOptions): Promise<unknown> {
  return await new HTTPConnectionPool('127.0.0.1', { port, retries: false, ...options }).request('GET', '/');
}

/** Asks for something behind a proxy, which is given no credentials. */
async function throughProxy(t: TestContext, options: TestProxyOptions): Promise<unknown> {
  const proxy = await TestProxy.start(options);
  const http = new PoolManager({ proxy: `http://127.0.0.1:${proxy.port}`, retries: false });
  t.after(async () => {
    await http.close();
    await proxy.close();
  });
  return await http.request('GET', 'https://localhost:8443/');
}

/** Asks a server that redirects to a Location. */
async function redirected(
  t: TestContext,
  location: string,
  options: PoolOptions = {},
  tls?: ServerTls,
): Promise<unknown> {
  const server = await ScriptedServer.start(tls === undefined ? {} : { tls }, async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({ status: 302, headers: { Location: location } });
    }
  });
  const http = new PoolManager({ ...(tls === undefined ? {} : { ca: tls.ca }), ...options });
  t.after(async () => {
    await http.close({ timeout: 1 });
    await server.close();
  });
  return await http.request('GET', server.origin.replace('127.0.0.1', tls === undefined ? '127.0.0.1' : 'localhost'));
}

/** Two at once over a pool that has room for one. */
async function crowded(t: TestContext, options: PoolOptions): Promise<unknown> {
  const { pool } = await servedPool(t, () => new Promise(() => {}), { maxSize: 1, ...options });
  const first = pool.request('GET', '/').catch(() => {});
  const second = pool.request('GET', '/').catch(() => {});
  try {
    return await pool.request('GET', '/');
  } finally {
    void Promise.all([first, second]);
  }
}

const failing = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/** An error as TCP gives it, without exhausting the machine to get it. */
async function refusedByTheSystem(code: string): Promise<never> {
  throw connectError(ORIGIN, '192.0.2.1:80', failing(code, code));
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'urlpool-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** Saves a body to a file. */
async function saved(t: TestContext, options: SaveOptions, name = 'report.csv'): Promise<unknown> {
  const folder = await temporaryFolder(t);
  return await ask(t, echo, {}, async (pool) => (await pool.stream('GET', '/')).saveTo(join(folder, name), options));
}

/** Situations that end with an error, by its code. */
export const SITUATIONS: Readonly<Partial<Record<ErrorCode, (t: TestContext) => Promise<unknown>>>> = {
  ERR_INVALID_URL: () => new PoolManager().request('GET', 'example.org/a'),
  ERR_INVALID_METHOD: () => new PoolManager().request('G T', 'http://example.org/'),
  ERR_INVALID_TARGET: () => new HTTPConnectionPool('example.org').request('GET', 'a'),
  ERR_INVALID_HEADER: () =>
    new PoolManager().request('GET', 'http://example.org/', { headers: { 'X-A': 'b\r\nC: d' } }),
  ERR_INVALID_BODY: () => new PoolManager().request('POST', 'http://example.org/', { json: {}, body: '{}' }),
  ERR_INVALID_COOKIE: async () => new CookieJar().setCookie('id=1; Domain=org', 'https://example.org/'),
  ERR_COOKIE_FILE: async (t) => await CookieJar.load(join(await temporaryFolder(t), 'cookies.json')),
  ERR_INVALID_OPTION: async () => new PoolManager({ maxsize: 5 } as PoolOptions),
  ERR_PAGE_LOOP: async (t) => {
    const server = await ScriptedServer.start({}, echo);
    t.after(() => server.close());
    const session = new Session();
    t.after(() => session.close());
    for await (const page of session.pages(server.origin, { next: ({ url }) => url })) page.text();
  },
  ERR_NETRC: async (t) => {
    const path = join(await temporaryFolder(t), '.netrc');
    await writeFile(path, 'machine example.org login me\npassword', { mode: 0o600 });
    return await new Session({ auth: netrcAuth({ path }) }).get('http://example.org/');
  },
  ERR_POOL_CLOSED: async () => {
    const http = new PoolManager();
    await http.close();
    return await http.request('GET', 'http://example.org/');
  },
  ERR_POOL_FULL: (t) => crowded(t, { maxQueued: 1 }),
  ERR_POOL_STALLED: async (t) => {
    const clock = new FakeClock();
    const { pool } = await servedPool(t, sends(`${HEAD}Content-Length: 1000000\r\n\r\n${'a'.repeat(900_000)}`), {
      clock,
      maxSize: 1,
    });
    const stream = await pool.stream('GET', '/');
    await until(() => pool.snapshot().bytesIn > HIGH_BYTES + 1_024);
    const call = pool.request('GET', '/');
    clock.advance(60_000);
    return await call.finally(() => stream.dispose());
  },
  ERR_CONNECTION_BUSY: async (t) => {
    const server = await ScriptedServer.start({}, () => new Promise(() => {}));
    const connection = new HTTPConnection('127.0.0.1', { port: server.port });
    t.after(async () => {
      await connection.close();
      await server.close();
    });
    connection.request('GET', '/a').catch(() => {});
    return await connection.request('GET', '/b');
  },
  ERR_NAME_NOT_FOUND: () =>
    new HTTPConnectionPool('exmaple.org', {
      retries: false,
      lookup: (_host, _options, answer) => setImmediate(answer, failing('ENOTFOUND', 'getaddrinfo ENOTFOUND'), []),
    }).request('GET', '/'),
  ERR_NAME_LOOKUP: () =>
    new HTTPConnectionPool('example.org', {
      retries: false,
      lookup: (_host, _options, answer) =>
        setImmediate(answer, failing('EAI_AGAIN', 'getaddrinfo EAI_AGAIN example.org'), []),
    }).request('GET', '/'),
  ERR_CONNECTION_REFUSED: async () =>
    await new HTTPConnectionPool('127.0.0.1', { port: await unusedPort(), retries: false }).request('GET', '/'),
  ERR_UNREACHABLE: () => refusedByTheSystem('ENETUNREACH'),
  ERR_ADDRESS_REFUSED: async (t) => {
    const server = await ScriptedServer.start({}, echo);
    const http = new PoolManager({ guard: 'public' });
    t.after(() => server.close());
    return await http.request('GET', server.origin).finally(() => http.close());
  },
  ERR_ADDRESS_FAMILY: async () => await connecting(await unusedPort(), { family: 6 }),
  ERR_LOCAL_ADDRESS: async () => await connecting(await unusedPort(), { localAddress: '192.0.2.77' }),
  ERR_SOCKET_NOT_FOUND: async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'urlpool-'));
    t.after(() => rm(folder, { recursive: true }));
    return await connecting(await unusedPort(), { socketPath: join(folder, 'x.sock') });
  },
  ERR_SOCKET_ACCESS: async () => {
    // Root may write to every socket: the system's answer is put in its place.
    const cause = Object.assign(new Error('connect EACCES'), { code: 'EACCES', syscall: 'connect' });
    throw openingError(ORIGIN, '/data/x.sock', { ...USUAL_SOCKET, path: '/data/x.sock' }, cause);
  },
  ERR_CONNECTOR: async () => {
    const connector: unknown = () => ({});
    const http = new PoolManager({ connector: connector as Connector });
    return await http.request('GET', 'http://example.org/').finally(() => http.close());
  },
  ERR_CONNECT: () => refusedByTheSystem('ECONNRESET'),
  ERR_TOO_MANY_OPEN_FILES: () => refusedByTheSystem('EMFILE'),
  ERR_NO_LOCAL_PORT: () => refusedByTheSystem('EADDRNOTAVAIL'),
  ERR_PROXY: (t) => throughProxy(t, { answer: () => 'HTTP/1.1 403 Forbidden\r\n\r\n' }),
  ERR_PROXY_AUTH: (t) => throughProxy(t, { userinfo: 'user:secret' }),
  ERR_TLS_CERTIFICATE: async (t) => {
    const { pool } = await servedPool(t, echo, { tls: await localCertificate(), ca: undefined });
    return await pool.request('GET', '/');
  },
  ERR_TLS_PIN: async (t) => {
    const pins = `sha256/${'A'.repeat(43)}=`;
    const { pool } = await servedPool(t, echo, { tls: await localCertificate(), pins });
    return await pool.request('GET', '/');
  },
  ERR_TLS_CLIENT_CERTIFICATE: async (t) => {
    const { pool } = await servedPool(t, echo, { tls: { ...(await localCertificate()), requestCert: true } });
    return await pool.request('GET', '/');
  },
  ERR_TLS_NOT_SPOKEN: async (t) => {
    const server = await ScriptedServer.start({}, async (connection) => {
      await connection.read();
      await connection.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
    });
    const http = new PoolManager({ retries: false });
    t.after(async () => {
      await http.close({ timeout: 1 });
      await server.close();
    });
    return await http.request('GET', server.origin.replace('http:', 'https:'));
  },
  ERR_TLS: async (t) => {
    const server = await ScriptedServer.start({}, async (connection) => {
      await connection.read();
      connection.reset();
    });
    const http = new PoolManager({ retries: false });
    t.after(async () => {
      await http.close({ timeout: 1 });
      await server.close();
    });
    return await http.request('GET', server.origin.replace('http:', 'https:'));
  },
  ERR_CONNECTION_CLOSED: (t) => ask(t, sends(`${HEAD}Content-Length: 10\r\n\r\nhalf`, 'fin')),
  ERR_CONNECTION_RESET: (t) => ask(t, sends('', 'rst')),
  ERR_CONNECTION_DROPPED: (t) =>
    ask(
      t,
      () => new Promise(() => {}),
      {},
      async (pool) => {
        const call = pool.request('GET', '/');
        await until(() => pool.numRequests === 1);
        void pool.close({ timeout: 0 });
        return await call;
      },
    ),
  ERR_BODY_SOURCE: (t) =>
    ask(t, echo, {}, (pool) =>
      pool.request('PUT', '/', {
        body: () => {
          throw new Error('no such row');
        },
      }),
    ),
  ERR_BODY_LENGTH: (t) =>
    ask(t, sends(''), {}, (pool) => pool.request('PUT', '/', { headers: { 'Content-Length': '10' }, body: ['some'] })),
  ERR_BODY_CONSUMED: (t) =>
    ask(
      t,
      async (connection) => {
        await connection.request();
        await connection.respond({ status: 307, headers: { Location: '/b' } });
      },
      { retries: 3 },
      (pool) => pool.request('PUT', '/', { body: new Set(['some']).values() }),
    ),
  ERR_PROTOCOL: (t) => ask(t, sends('SSH-2.0-OpenSSH_9.6\r\n')),
  ERR_LIMIT: (t) => ask(t, sends(`${HEAD}Content-Length: 2000\r\n\r\n`), { maxBodyBytes: 1000 }),
  ERR_TIMEOUT: (t) => ask(t, () => new Promise(() => {}), { timeout: { read: 20 } }),
  ERR_CANCELLED: async (t) => {
    const { pool, told } = await servedPool(t, () => new Promise(() => {}));
    const controller = new AbortController();
    pool.request('GET', '/', { signal: controller.signal }).catch(() => {});
    await told('exchange-start');
    controller.abort();
    throw (await told('exchange-end')).error;
  },
  ERR_REDIRECT: (t) => redirected(t, 'ftp://example.org/a'),
  ERR_REDIRECT_DOWNGRADE: async (t) => redirected(t, 'http://example.org/', {}, await localCertificate()),
  ERR_TOO_MANY_REDIRECTS: (t) => redirected(t, '/', { retries: new Retry(null, { redirect: 2 }) }),
  ERR_HOST_CHANGED: (t) =>
    ask(
      t,
      async (connection) => {
        await connection.request();
        await connection.respond({ status: 302, headers: { Location: 'http://example.org/a' } });
      },
      { retries: 3 },
    ),
  ERR_STATUS: (t) =>
    ask(
      t,
      async (connection) => {
        await connection.request();
        await connection.respond({ status: 404, reason: 'Not Found' });
      },
      {},
      async (pool) => (await pool.request('GET', '/')).raiseForStatus(),
    ),
  ERR_UPGRADE_REFUSED: (t) => ask(t, echo, {}, (pool) => pool.upgrade('/', { protocol: 'websocket' })),
  ERR_INVALID_RETRY_AFTER: async () => Retry.parseRetryAfter('soon'),
  ERR_BODY_USED: (t) =>
    ask(t, echo, {}, async (pool) => {
      const stream = await pool.stream('GET', '/');
      await stream.text();
      return await stream.text();
    }),
  ERR_INVALID_JSON: (t) => ask(t, echo, {}, async (pool) => (await pool.request('GET', '/')).json()),
  ERR_DECODE: (t) => ask(t, sends(`${HEAD}Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!`)),
  ERR_EVENT_STREAM: (t) =>
    ask(t, echo, {}, async (pool) => {
      for await (const _event of pool.eventStream('/')) break;
    }),
  ERR_DIGEST_MISMATCH: (t) => saved(t, { digest: { algorithm: 'sha256', value: '00'.repeat(32) } }),
  ERR_DIGEST_MISSING: (t) => saved(t, { digest: true }),
  ERR_FILE: (t) => saved(t, {}, 'no/such/folder/report.csv'),
  ERR_FILE_BUSY: async (t) => {
    const folder = await temporaryFolder(t);
    const server = await ScriptedServer.start({}, () => new Promise(() => {}));
    const http = new PoolManager();
    const first = http.download(server.origin, join(folder, 'report.csv')).catch(() => {});
    t.after(async () => {
      await http.close({ timeout: 0 });
      await first;
      await server.close();
    });
    return await http.download(server.origin, join(folder, 'report.csv'));
  },
  ERR_FILE_EXISTS: async (t) => saved(t, { overwrite: false }, '.'),
};
