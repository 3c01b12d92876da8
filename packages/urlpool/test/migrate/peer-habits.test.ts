// What users of other clients are used to, and no other test shows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolManager } from 'urlpool';
import { fieldValues, ScriptedServer } from 'urlpool-testing';

test('request() sends a body with GET where one is given', async (t) => {
  const server = await ScriptedServer.start({}, async (connection) => {
    await connection.request();
    await connection.respond();
  });
  t.after(() => server.close());
  const http = new PoolManager();
  t.after(() => http.close());
  await http.request('GET', server.origin, { json: { query: 'all' } });
  const [request] = server.requests;
  assert.equal(request?.method, 'GET');
  assert.equal(String(request?.body), '{"query":"all"}');
});

test('request() closes its connection where a field of the caller says so', async (t) => {
  const server = await ScriptedServer.start({}, async (connection) => {
    await connection.request();
    await connection.respond();
  });
  t.after(() => server.close());
  const http = new PoolManager();
  t.after(() => http.close());
  await http.request('GET', server.origin, { headers: { Connection: 'close' } });
  assert.deepEqual(fieldValues(server.requests[0]?.headers ?? [], 'connection'), ['close']);
  assert.equal(http.snapshot().open, 0);
});
