import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConnectError,
  HTTPConnectionPool,
  HTTPSConnectionPool,
  type LookupFunction,
  PoolManager,
  RequestError,
  type ResolveMap,
} from 'urlpool';
import { resourceCounts, ScriptedServer, unusedPort } from 'urlpool-testing';
import { echo, servedPool, until } from '../connection/served-pool.ts';

// From a host to addresses, and from those to a connection.

type Found = Parameters<Parameters<LookupFunction>[2]>[1];

const LOOPBACK: Found = [{ address: '127.0.0.1', family: 4 }];

/** Answers every look-up the same, later. */
function answers(found: Found): LookupFunction {
  return (_host, _options, answer) => setImmediate(answer, null, found);
}

// The lookup hook

test('lookup() is asked for the host, and for all of its addresses', async (t) => {
  const asked: unknown[] = [];
  const { pool } = await servedPool(t, echo, {
    host: 'Name.Test',
    lookup: (host, options, answer) => {
      asked.push([host, options]);
      answer(null, LOOPBACK);
    },
  });
  await pool.request('GET', '/');
  assert.deepEqual(asked, [['name.test', { all: true }]]);
});

test('lookup() is asked once for each connection, not for each request', async (t) => {
  let asked = 0;
  const { pool } = await servedPool(t, echo, {
    host: 'name.test',
    lookup: (_host, _options, answer) => {
      asked++;
      answer(null, LOOPBACK);
    },
  });
  for (const target of ['/a', '/b', '/c']) await pool.request('GET', target);
  assert.equal(asked, 1);
});

test('lookup() may answer at once or later', async (t) => {
  const lookups: LookupFunction[] = [answers(LOOPBACK), (_host, _options, answer) => answer(null, LOOPBACK)];
  for (const lookup of lookups) {
    const { pool } = await servedPool(t, echo, { host: 'name.test', lookup });
    assert.equal((await pool.request('GET', '/a')).text(), '/a');
  }
});

test('lookup() may give one address alone, and addresses as texts', async (t) => {
  for (const found of ['127.0.0.1', ['127.0.0.1']]) {
    const lookup: LookupFunction = (_host, _options, answer) => answer(null, found);
    const { pool } = await servedPool(t, echo, { host: 'name.test', lookup });
    assert.equal((await pool.request('GET', '/a')).text(), '/a');
  }
});

test('lookup() leaves the name in the Host field and in the URL', async (t) => {
  const { pool, server } = await servedPool(t, echo, { host: 'name.test', lookup: answers(LOOPBACK) });
  const response = await pool.request('GET', '/a');
  assert.equal(response.url, `http://name.test:${server.port}/a`);
  assert.match(server.requests[0]?.raw.toString('latin1') ?? '', /\r\nHost: name\.test:\d+\r\n/);
});

test('lookup() is not asked where the host is an address', async (t) => {
  const { pool } = await servedPool(t, echo, { lookup: () => assert.fail('it was asked') });
  await pool.request('GET', '/');
});

test('lookup() is asked again after it failed', async (t) => {
  let asked = 0;
  const { pool } = await servedPool(t, echo, {
    host: 'name.test',
    lookup: (_host, _options, answer) => {
      if (asked++ === 0) setImmediate(answer, new Error('not now'), []);
      else setImmediate(answer, null, LOOPBACK);
    },
  });
  await assert.rejects(pool.request('GET', '/a'));
  assert.equal((await pool.request('GET', '/b')).text(), '/b');
});

const MISSING = Object.assign(new Error('queryA ENODATA name.test'), { code: 'ENODATA' });

// name, hook, code, end of the message
const FAILURES: readonly (readonly [string, LookupFunction, string, RegExp])[] = [
  [
    'gives an error',
    (_host, _options, answer) => setImmediate(answer, new Error('the resolver is down'), []),
    'ERR_NAME_LOOKUP',
    /looking up the name "name\.test" failed: the resolver is down$/,
  ],
  [
    'gives an error at once',
    (_host, _options, answer) => answer(new Error('the resolver is down'), []),
    'ERR_NAME_LOOKUP',
    /looking up the name "name\.test" failed: the resolver is down$/,
  ],
  [
    'finds the name without addresses',
    (_host, _options, answer) => setImmediate(answer, MISSING, []),
    'ERR_NAME_NOT_FOUND',
    /the name "name\.test" has no address; is it spelled right\?$/,
  ],
  ['gives an empty list', answers([]), 'ERR_NAME_NOT_FOUND', /has no address/],
  [
    'throws',
    () => {
      throw new Error('no such thing');
    },
    'ERR_NAME_LOOKUP',
    /failed: no such thing$/,
  ],
];

for (const [name, lookup, code, message] of FAILURES) {
  test(`lookup() that ${name} fails the call`, async (t) => {
    const { pool, server } = await servedPool(t, echo, { host: 'name.test', lookup });
    await assert.rejects(pool.request('GET', '/a'), (error) => {
      assert.ok(error instanceof Error && 'code' in error && 'phase' in error && 'url' in error);
      assert.deepEqual(
        [error.name, error.code, error.phase, error.url],
        ['NameResolutionError', code, 'dns', `http://name.test:${server.port}/a`],
      );
      assert.match(error.message, message);
      return true;
    });
    assert.deepEqual(pool.snapshot().closed, { 'dial-failed': 1 });
  });
}

// name, hook
const TWICE: readonly (readonly [string, LookupFunction])[] = [
  [
    'at once',
    (_host, _options, answer) => {
      answer(null, LOOPBACK);
      answer(null, LOOPBACK);
    },
  ],
  [
    'later',
    (_host, _options, answer) => {
      setImmediate(answer, null, LOOPBACK);
      setImmediate(answer, null, LOOPBACK);
    },
  ],
  [
    'with an error the second time',
    (_host, _options, answer) => {
      answer(null, LOOPBACK);
      answer(new Error('never mind'), []);
    },
  ],
  [
    'and throws after it has answered',
    (_host, _options, answer) => {
      answer(null, LOOPBACK);
      throw new Error('never mind');
    },
  ],
];

for (const [name, lookup] of TWICE) {
  test(`lookup() that answers twice, ${name}, opens one connection`, async (t) => {
    const { pool, server } = await servedPool(t, echo, { host: 'name.test', lookup });
    assert.equal((await pool.request('GET', '/a')).text(), '/a');
    assert.equal((await pool.request('GET', '/b')).connection.reused, true);
    assert.equal(server.connections.length, 1);
  });
}

test('lookup() that answers after its dial was given up opens nothing', async (t) => {
  let answer = (): void => {};
  const { pool, server } = await servedPool(t, echo, {
    host: 'name.test',
    lookup: (_host, _options, done) => {
      answer = () => done(null, LOOPBACK);
    },
  });
  await assert.rejects(pool.request('GET', '/', { timeout: { connect: 5 } }), { name: 'TimeoutError' });
  answer();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([server.connections.length, pool.snapshot().dialling], [0, 0]);
});

// Several addresses

test('request() connects to the next address where the first refuses', async (t) => {
  const found = [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ];
  const { pool, server, events } = await servedPool(t, echo, { host: 'name.test', lookup: answers(found) });
  const response = await pool.request('GET', '/a');
  assert.equal(response.connection.address, `127.0.0.1:${server.port}`);
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'connect-end' ? [[event.address, event.error?.code ?? null]] : [])),
    [
      [`[::1]:${server.port}`, 'ERR_CONNECTION_REFUSED'],
      [`127.0.0.1:${server.port}`, null],
    ],
  );
  assert.equal(pool.numConnections, 1);
});

test('request() names every address where all refuse, and keeps the cause of each', async (t) => {
  const port = await unusedPort();
  const found = ['127.0.0.1', '::1'].map((address) => ({ address, family: 4 }));
  const pool = new HTTPConnectionPool('name.test', { port, lookup: answers(found), retries: false });
  t.after(() => pool.close());
  await assert.rejects(pool.request('GET', '/'), (error) => {
    assert.ok(error instanceof ConnectError && error.cause instanceof AggregateError);
    assert.equal(
      error.message,
      `Cannot connect to http://name.test:${port}: each of 127.0.0.1:${port} and [::1]:${port} refused the connection; is a server listening there?`,
    );
    assert.equal(error.code, 'ERR_CONNECTION_REFUSED');
    assert.deepEqual(
      error.cause.errors.map(({ code }) => code),
      ['ECONNREFUSED', 'ECONNREFUSED'],
    );
    return true;
  });
});

test('request() names the address that closed the TLS handshake beside those that were tried after it', async (t) => {
  const server = await ScriptedServer.start({}, async (connection) => {
    await connection.read();
    connection.reset();
  });
  const found = ['127.0.0.1', '::1'].map((address) => ({ address, family: 4 }));
  const pool = new HTTPSConnectionPool('name.test', { port: server.port, lookup: answers(found), retries: false });
  t.after(async () => {
    await pool.close();
    await server.close();
  });
  const [first, second] = [`127.0.0.1:${server.port}`, `[::1]:${server.port}`];
  await assert.rejects(pool.request('GET', '/'), {
    code: 'ERR_CONNECTION_REFUSED',
    message: `Cannot connect to https://name.test:${server.port}: ${first} reset the connection while it was being opened; ${second} refused the connection; is a server listening there?`,
  });
});

test('request() leaves no socket of the addresses that refused', async (t) => {
  const port = await unusedPort();
  const found = ['127.0.0.1', '::1', '127.0.0.1'].map((address) => ({ address, family: 4 }));
  const pool = new HTTPConnectionPool('name.test', { port, lookup: answers(found) });
  t.after(() => pool.close());
  await assert.rejects(pool.request('GET', '/'));
  await until(() => (resourceCounts().TCPSocketWrap ?? 0) === 0);
});

// The resolve map

// name, key for a port, value
const MAPS: readonly (readonly [string, (port: number) => ResolveMap])[] = [
  ['an address', (port) => ({ [`name.test:${port}`]: '127.0.0.1' })],
  ['a list of one', (port) => ({ [`name.test:${port}`]: ['127.0.0.1'] })],
  ['a list, the first of which refuses', (port) => ({ [`name.test:${port}`]: ['::1', '127.0.0.1'] })],
  ['addresses of other names too', (port) => ({ 'other.test:80': '::1', [`name.test:${port}`]: '127.0.0.1' })],
];

for (const [name, map] of MAPS) {
  test(`PoolOptions.resolve is taken in place of a look-up: ${name}`, async (t) => {
    const server = await ScriptedServer.start({}, echo);
    const lookup = () => assert.fail('it was asked');
    const pool = new HTTPConnectionPool('name.test', { port: server.port, resolve: map(server.port), lookup });
    t.after(async () => {
      await pool.close();
      await server.close();
    });
    assert.equal((await pool.request('GET', '/a')).text(), '/a');
  });
}

for (const key of ['10.255.255.1', '[2001:db8::1]']) {
  test(`PoolOptions.resolve takes the place of the address ${key}`, async (t) => {
    const server = await ScriptedServer.start({}, echo);
    const http = new PoolManager({ resolve: { [`${key}:${server.port}`]: '127.0.0.1' } });
    t.after(async () => {
      await http.close();
      await server.close();
    });
    const response = await http.request('GET', `http://${key}:${server.port}/a`);
    assert.equal(response.connection.address, `127.0.0.1:${server.port}`);
  });
}

test('PoolOptions.resolve leaves names of other ports to the look-up', async (t) => {
  const { pool } = await servedPool(t, echo, {
    host: 'name.test',
    resolve: { 'name.test:1': '::1' },
    lookup: answers(LOOPBACK),
  });
  assert.equal((await pool.request('GET', '/a')).text(), '/a');
});

// name, map
const BAD_MAPS: readonly (readonly [string, unknown])[] = [
  ['a name without a port', { 'name.test': '127.0.0.1' }],
  ['a port alone', { 80: '127.0.0.1' }],
  ['a name in place of an address', { 'name.test:80': 'localhost' }],
  ['an address with a port', { 'name.test:80': '127.0.0.1:8080' }],
  ['an address in brackets', { 'name.test:80': '[::1]' }],
  ['an empty list', { 'name.test:80': [] }],
  ['a list with a name', { 'name.test:80': ['127.0.0.1', 'localhost'] }],
  ['an empty text', { 'name.test:80': '' }],
];

for (const [name, resolve] of BAD_MAPS) {
  test(`PoolOptions.resolve is refused with ${name}`, () => {
    for (const make of [
      () => new PoolManager({ resolve: resolve as ResolveMap }),
      () => new HTTPConnectionPool('name.test', { resolve: resolve as ResolveMap }),
    ]) {
      assert.throws(
        make,
        (error) =>
          error instanceof RequestError &&
          error.code === 'ERR_INVALID_OPTION' &&
          /^Cannot use .* as resolve\[/.test(error.message),
      );
    }
  });
}

// The system's own resolver

test('request() looks a name up by the system where nothing else is given', async (t) => {
  const { pool, told } = await servedPool(t, echo, { host: 'localhost' });
  assert.equal((await pool.request('GET', '/a')).text(), '/a');
  assert.ok((await told('dns-end')).addresses.includes('127.0.0.1'));
});

test('request() connects to an IPv6 address', async (t) => {
  const server = await ScriptedServer.start({ host: '::1' }, echo);
  const pool = new HTTPConnectionPool('::1', { port: server.port });
  t.after(async () => {
    await pool.close();
    await server.close();
  });
  const response = await pool.request('GET', '/a');
  assert.deepEqual(
    [response.url, response.connection.address],
    [`http://[::1]:${server.port}/a`, `[::1]:${server.port}`],
  );
});
