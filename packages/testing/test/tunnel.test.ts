import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Script, ScriptedServer, tunnel, unusedPort } from 'urlpool-testing';
import { RawClient } from './raw-client.ts';

const proxy: Script = async (connection) => {
  const { target } = await connection.request();
  await connection.respond();
  await tunnel(connection, Number(target.split(':')[1]));
};

test('tunnel() passes bytes both ways, and FIN too', async (t) => {
  const origin = await ScriptedServer.start({}, async (connection) => {
    const request = await connection.request();
    assert.deepEqual(await connection.closed, { by: 'fin', bytesRead: request.raw.length });
    await connection.respond({ body: request.target });
  });
  t.after(() => origin.close());
  const server = await ScriptedServer.start({}, proxy);
  t.after(() => server.close());
  const client = RawClient.tcp(server.port, { allowHalfOpen: true });
  client.send(`CONNECT h:${origin.port} HTTP/1.1\r\nHost: h\r\n\r\n`);
  await client.until('\r\n\r\n');
  client.send('GET /through HTTP/1.1\r\nHost: h\r\n\r\n');
  client.socket.end();
  assert.deepEqual(await client.ended, { fin: true, code: null });
  assert.match(client.text, /\/through$/);
});

test('tunnel() resets the client when nothing listens there', async (t) => {
  const server = await ScriptedServer.start({ strict: false }, proxy);
  t.after(() => server.close());
  const client = RawClient.tcp(server.port);
  client.send(`CONNECT h:${await unusedPort()} HTTP/1.1\r\nHost: h\r\n\r\n`);
  await server.connection(0).then((connection) => connection.closed);
  await client.ended;
  await server.close();
  assert.match(String(server.errors[0]?.message), /ECONNREFUSED/);
});

test('tunnel() ends when the server closes', async () => {
  const origin = await ScriptedServer.start({}, () => {});
  const server = await ScriptedServer.start({}, proxy);
  const client = RawClient.tcp(server.port);
  client.send(`CONNECT h:${origin.port} HTTP/1.1\r\nHost: h\r\n\r\n`);
  const upstream = await origin.connection(0);
  await server.close();
  await upstream.closed;
  await client.ended;
  await origin.close();
});
