import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { CloseReason } from 'urlpool';
import type { ScriptedConnection } from 'urlpool-testing';
import { echo, gate, localCertificate, servedPool } from './served-pool.ts';

// What a server does to a connection that idles, and what becomes of it.

const TIMED_OUT = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** What happens, done by the server, the reason. */
const ENDINGS: readonly (readonly [string, (connection: ScriptedConnection) => unknown, CloseReason])[] = [
  ['FIN', (connection) => connection.end(), 'server-closed'],
  ['RST', (connection) => connection.reset(), 'server-reset'],
  ['a stray byte', (connection) => connection.write('\0'), 'unasked-bytes'],
  ['an empty line', (connection) => connection.write('\r\n'), 'unasked-bytes'],
  ['a response', (connection) => connection.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'), 'unasked-bytes'],
  ['an interim response', (connection) => connection.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 'unasked-bytes'],
  ['a 408', (connection) => connection.write(TIMED_OUT), 'server-closed'],
  [
    'a 408 and FIN',
    async (connection) => {
      await connection.write(TIMED_OUT);
      connection.end();
    },
    'server-closed',
  ],
];

for (const secure of [false, true]) {
  const over = secure ? 'TLS' : 'TCP';
  for (const [name, ending, reason] of ENDINGS) {
    test(`request() goes to a new connection after ${name} on the idle one, over ${over}`, async (t) => {
      const idle = gate();
      const { pool, server, told } = await servedPool(
        t,
        [
          async (connection) => {
            await connection.request();
            await connection.respond();
            await idle.opened;
            await ending(connection);
          },
          echo,
        ],
        secure ? { tls: await localCertificate() } : {},
      );
      await pool.request('GET', '/a');
      idle.open();
      await told('connection-closed');
      const { open, closed } = pool.snapshot();
      assert.deepEqual({ open, closed }, { open: 0, closed: { [reason]: 1 } });

      const next = await pool.request('POST', '/b');
      assert.deepEqual([next.text(), next.connection.reused], ['/b', false]);
      assert.equal(server.connections.length, 2);
    });
  }
}

test('request() leaves an idle connection that answers FIN with FIN', async (t) => {
  const idle = gate();
  const { pool, server } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.respond();
    await idle.opened;
    connection.end();
  });
  await pool.request('GET', '/');
  idle.open();
  assert.equal((await (await server.connection(0)).closed).by, 'fin');
});

test('request() keeps an idle connection when another is closed by its server', async (t) => {
  const idle = gate();
  const { pool, told } = await servedPool(t, [
    async (connection) => {
      await connection.request();
      await connection.respond();
      await idle.opened;
      connection.end();
    },
    echo,
  ]);
  await Promise.all([pool.request('GET', '/a'), pool.request('GET', '/b')]);
  idle.open();
  await told('connection-closed');
  assert.equal(pool.snapshot().idle, 1);
});

test('request() leaves no connection open that was dialled in vain and closed by the server', async (t) => {
  const dialled = gate();
  const idle = gate();
  const { pool, told } = await servedPool(
    t,
    [
      echo,
      async (connection) => {
        await idle.opened;
        connection.end();
      },
    ],
    {
      host: 'name.test',
      lookup: (_host, _options, answer) => {
        const addresses = [{ address: '127.0.0.1', family: 4 }];
        if (pool.numConnections === 1) answer(null, addresses);
        else void dialled.opened.then(() => answer(null, addresses));
      },
    },
  );
  // The second call is served by the connection of the first, which comes free before the dial is done.
  await Promise.all([pool.request('GET', '/a'), pool.request('GET', '/b')]);
  dialled.open();
  await told('dial-end', 1);
  idle.open();
  await told('connection-closed');
  assert.deepEqual(pool.snapshot().closed, { 'server-closed': 1 });
});

// A program that has nothing left to do ends, whatever its pools keep.

const run = promisify(execFile);

/** Runs a program that has `port` and `ca` beside the library's names, and gives what it wrote; 5 s are too long. */
async function program(source: string, port: number, ca = ''): Promise<string> {
  const conditions = process.execArgv.filter((argument) => /^(-C|--conditions)/.test(argument));
  const whole = `
    import { HTTPConnectionPool, HTTPSConnectionPool, PoolManager } from 'urlpool';
    const [port, ca] = [${port}, ${JSON.stringify(ca)}];
    ${source}`;
  const { stdout } = await run(process.execPath, [...conditions, '--input-type=module', '--eval', whole], {
    cwd: import.meta.dirname,
    timeout: 5_000,
  });
  return stdout;
}

// name, program, over TLS
const PROGRAMS = [
  [
    'that keeps a connection',
    `const pool = new HTTPConnectionPool('127.0.0.1', { port });
     await pool.request('GET', '/done');`,
    false,
  ],
  [
    'that keeps a TLS connection',
    `const pool = new HTTPSConnectionPool('localhost', { port, ca });
     await pool.request('GET', '/done');`,
    true,
  ],
  [
    'whose manager keeps connections',
    `const http = new PoolManager({ idleTimeout: 60_000 });
     await Promise.all(['a', 'b', 'done'].map((path) => http.request('GET', \`http://127.0.0.1:\${port}/\${path}\`)));`,
    false,
  ],
  [
    'whose call had time left',
    `const pool = new HTTPConnectionPool('127.0.0.1', { port });
     const timeout = { connect: 60_000, read: 60_000, head: 60_000, pool: 60_000, total: 60_000 };
     await pool.request('GET', '/done', { timeout, signal: new AbortController().signal });`,
    false,
  ],
  [
    'that has cleared its pool',
    `const pool = new HTTPConnectionPool('127.0.0.1', { port });
     await pool.request('GET', '/done');
     pool.clear();`,
    false,
  ],
] as const;

for (const [name, source, secure] of PROGRAMS) {
  test(`request() lets a program end ${name}`, async (t) => {
    const tls = secure ? await localCertificate() : null;
    const { server } = await servedPool(t, echo, tls === null ? {} : { tls });
    assert.equal(await program(`${source} console.log('end');`, server.port, tls?.ca), 'end\n');
  });
}

test('request() keeps a program alive until its response has come', async (t) => {
  const { server } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.wait(100);
    await connection.respond({ body: 'late' });
  });
  const source = `
    const pool = new HTTPConnectionPool('127.0.0.1', { port });
    console.log((await pool.request('GET', '/')).text());`;
  assert.equal(await program(source, server.port), 'late\n');
});

test('request() on a kept connection keeps a program alive until its response has come', async (t) => {
  const { server } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.respond();
    await connection.request();
    await connection.wait(100);
    await connection.respond({ body: 'late' });
  });
  const source = `
    const pool = new HTTPConnectionPool('127.0.0.1', { port });
    await pool.request('GET', '/');
    await new Promise((resolve) => setTimeout(resolve, 20));
    console.log((await pool.request('GET', '/')).text());`;
  assert.equal(await program(source, server.port), 'late\n');
});
