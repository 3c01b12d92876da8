import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScriptedServer } from 'urlpool-testing';
import { RawClient } from './raw-client.ts';

const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`;

test('ScriptedServer.requests tells which connection served which request', async (t) => {
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      await connection.respond({ body: `<${target}>` });
    }
  });
  t.after(() => server.close());
  const first = RawClient.tcp(server.port);
  first.send(get('/a'));
  await first.until('</a>');
  const second = RawClient.tcp(server.port);
  second.send(get('/b'));
  await second.until('</b>');
  first.send(get('/c'));
  await first.until('</c>');
  assert.deepEqual(
    server.requests.map(({ connection, exchange, target }) => [connection, exchange, target]),
    [
      [0, 0, '/a'],
      [1, 0, '/b'],
      [0, 1, '/c'],
    ],
  );
  assert.equal(server.connections.length, 2);
  first.socket.destroy();
  second.socket.destroy();
});

test('ScriptedServer keeps a connection open after its script, until the peer leaves', async (t) => {
  const server = await ScriptedServer.start({}, async (connection) => {
    await connection.request();
    await connection.respond({ body: '!' });
  });
  t.after(() => server.close());
  const client = RawClient.tcp(server.port, { allowHalfOpen: true });
  client.send(get('/'));
  await client.until('!');
  assert.equal(client.socket.readyState, 'open');
  client.socket.end();
  assert.deepEqual(await client.ended, { fin: true, code: null });
});

test('ScriptedServer.start() gives each connection its script, and repeats the last', async (t) => {
  const server = await ScriptedServer.start({}, [(c) => c.write('a.'), (c) => c.write('b.')]);
  t.after(() => server.close());
  const seen: string[] = [];
  for (let index = 0; index < 3; index += 1) {
    const client = RawClient.tcp(server.port);
    seen.push(await client.until('.'));
    client.socket.destroy();
  }
  assert.deepEqual(seen, ['a.', 'b.', 'b.']);
});

test('ScriptedServer.start() refuses an empty list of scripts', async () => {
  await assert.rejects(ScriptedServer.start({}, []), TypeError);
});

test('ScriptedServer.start() rejects for an address that is not of this machine', async () => {
  await assert.rejects(
    ScriptedServer.start({ host: '192.0.2.1' }, () => {}),
    { code: 'EADDRNOTAVAIL' },
  );
});

test('ScriptedServer.origin names the host and port', async (t) => {
  const server = await ScriptedServer.start({}, () => {});
  t.after(() => server.close());
  assert.equal(server.origin, `http://127.0.0.1:${server.port}`);
});

test('ScriptedServer.connection() and request() wait for what is to come', async (t) => {
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) await connection.request();
  });
  t.after(() => server.close());
  const connection = server.connection(0);
  const request = server.request(1);
  const client = RawClient.tcp(server.port);
  client.send(get('/a') + get('/b'));
  assert.equal((await connection).index, 0);
  assert.equal((await request).target, '/b');
  assert.equal((await server.request(0)).target, '/a');
  client.socket.destroy();
});

test('ScriptedServer.connection() rejects when the server closes before', async () => {
  const server = await ScriptedServer.start({}, () => {});
  const connection = server.connection(0);
  await server.close();
  await assert.rejects(connection, /Cannot wait for connection 0: the server closed after 0 of them/);
  await assert.rejects(server.request(3), /request 3/);
});

test('ScriptedServer.close() throws what scripts threw, once', async () => {
  const boom = new Error('boom');
  const server = await ScriptedServer.start({}, () => {
    throw boom;
  });
  const client = RawClient.tcp(server.port);
  assert.deepEqual(await client.ended, { fin: false, code: 'ECONNRESET' });
  await assert.rejects(server.close(), (error) => {
    assert.ok(error instanceof AggregateError);
    assert.deepEqual(error.errors, [boom]);
    assert.match(error.message, /first: boom/);
    return true;
  });
  await server.close();
});

test('ScriptedServer.close() throws a request that was malformed', async () => {
  const server = await ScriptedServer.start({}, async (connection) => {
    await connection.request();
  });
  const client = RawClient.tcp(server.port);
  client.send('GET / HTTP/1.1\r\n\r\n');
  await client.ended;
  await assert.rejects(server.close(), /0 Host fields/);
});

test('ScriptedServer.close() leaves errors to be read when it is not strict', async () => {
  const server = await ScriptedServer.start({ strict: false }, () => {
    throw new Error('boom');
  });
  await RawClient.tcp(server.port).ended;
  await server.close();
  assert.deepEqual(
    server.errors.map(({ message }) => message),
    ['boom'],
  );
});

test('ScriptedServer takes a peer that leaves for no error', async () => {
  const server = await ScriptedServer.start({}, async (connection) => {
    await connection.request();
  });
  const polite = RawClient.tcp(server.port);
  polite.send('GET /half');
  polite.socket.end();
  await polite.ended;
  const rude = RawClient.tcp(server.port);
  await server.connection(1);
  rude.socket.resetAndDestroy();
  await server.connections[1]?.closed;
  await server.close();
  assert.deepEqual(server.errors, []);
});

test('ScriptedServer.close() destroys every socket and ends every wait of a script', async () => {
  const ended: unknown[] = [];
  const endOf = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => ended.push(error.name));
  const server = await ScriptedServer.start({}, [
    (connection) => endOf(connection.request()).then(() => {}),
    (connection) => endOf(connection.wait(60_000)).then(() => {}),
    (connection) => endOf(connection.write(new Uint8Array(64 * 1024 * 1024))).then(() => {}),
  ]);
  const clients: RawClient[] = [];
  for (let index = 0; index < 3; index += 1) {
    const client = RawClient.tcp(server.port);
    client.socket.pause();
    clients.push(client);
    await server.connection(index);
  }
  await server.close();
  assert.deepEqual(ended, ['ConnectionClosedError', 'ConnectionClosedError', 'ConnectionClosedError']);
  for (const client of clients) {
    client.socket.resume();
    await client.ended;
  }
  for (const connection of server.connections) assert.equal((await connection.closed).by, 'server');
});

test('ScriptedServer[Symbol.asyncDispose]() closes it', async () => {
  const server = await ScriptedServer.start({}, () => {});
  await server[Symbol.asyncDispose]();
  assert.deepEqual(await RawClient.tcp(server.port).ended, { fin: false, code: 'ECONNREFUSED' });
});
