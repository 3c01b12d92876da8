// What stands in the request line for the targets that a pool, and a connection of one's own, can be given.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { HTTPConnection, HTTPConnectionPool, PoolManager, RequestError } from 'urlpool';
import { echo, servedPool } from '../connection/served-pool.ts';

// method, target, options, target on the wire, url of the response without its origin
for (const [method, target, options, sent, url] of [
  ['GET', '/a?b', {}, '/a?b', '/a?b'],
  ['GET', '/a#f', {}, '/a', '/a'],
  ['GET', '//other.test/a', {}, '//other.test/a', '//other.test/a'],
  ['GET', '/\u00e4 b?\u00e4 b', {}, '/%C3%A4%20b?%C3%A4%20b', '/%C3%A4%20b?%C3%A4%20b'],
  ['GET', 'ORIGIN/a/../b?', {}, '/b?', '/b?'],
  ['GET', 'ORIGIN', {}, '/', '/'],
  ['GET', '/a?', { fields: { q: '1' } }, '/a?q=1', '/a?q=1'],
  ['GET', '/a?b', { fields: { q: '1' } }, '/a?b&q=1', '/a?b&q=1'],
  ['OPTIONS', '*', {}, '*', ''],
  ['options', '*', {}, '*', ''],
] as const) {
  test(`HTTPConnectionPool.request() sends ${method} ${target} as ${sent}`, async (t) => {
    const { pool, server } = await servedPool(t, echo);
    const response = await pool.request(method, target.replace('ORIGIN', server.origin), options);
    assert.deepEqual([server.requests[0]?.target, response.url], [sent, server.origin + url]);
  });
}

test('HTTPConnectionPool.stream() takes a URL of its origin', async (t) => {
  const { pool, server } = await servedPool(t, echo);
  assert.equal(await (await pool.stream('GET', `${server.origin}/a`)).text(), '/a');
});

test('HTTPConnectionPool.request() resolves a redirect of "*" at its origin', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.respond({ status: 307, headers: { Location: '/a' } });
    await echo(connection);
  });
  assert.equal((await pool.request('OPTIONS', '*', { retries: 1 })).text(), '/a');
});

test('HTTPConnection.request() takes a URL of its origin', async (t) => {
  const { server } = await servedPool(t, echo);
  const connection = new HTTPConnection('127.0.0.1', { port: server.port });
  t.after(() => connection.close());
  assert.equal((await connection.request('GET', `${server.origin}/a?#f`)).text(), '/a?');
});

test('PoolManager.request() keeps an empty query', async (t) => {
  const { server } = await servedPool(t, echo);
  const http = new PoolManager();
  t.after(() => http.close());
  assert.equal((await http.request('GET', `${server.origin}/a?#f`)).text(), '/a?');
});

test('PoolManager.request() tells apart what is no URL but has an href', async (t) => {
  const { server } = await servedPool(t, echo);
  const http = new PoolManager();
  t.after(() => http.close());
  for (const path of ['/a', '/b']) {
    assert.equal((await http.request('GET', { href: server.origin + path } as URL)).text(), path);
  }
});

// method, target, options, code
for (const [method, target, options, code] of [
  ['GET', '*', {}, 'ERR_INVALID_TARGET'],
  ['GET', 'a', {}, 'ERR_INVALID_TARGET'],
  ['GET', 'http://other.test/', {}, 'ERR_INVALID_TARGET'],
  ['GET', 'http://', {}, 'ERR_INVALID_URL'],
  ['CONNECT', '/', {}, 'ERR_INVALID_METHOD'],
  ['connect', 'http://a.test/', {}, 'ERR_INVALID_METHOD'],
  ['CONNECT', 'a.test:80', {}, 'ERR_INVALID_TARGET'],
  ['OPTIONS', '*', { fields: { a: '1' } }, 'ERR_INVALID_OPTION'],
] as const) {
  test(`HTTPConnectionPool.request() refuses ${method} ${target}, and frees the body`, async () => {
    const pool = new HTTPConnectionPool('a.test');
    const body = Readable.from(['some']);
    const call = pool.request(method, target, { body, ...options });
    await assert.rejects(call, (error) => error instanceof RequestError && error.code === code);
    assert.deepEqual([pool.numConnections, body.destroyed], [0, true]);
  });
}

test('PoolManager.request() refuses CONNECT, and says what there is instead', async () => {
  await assert.rejects(new PoolManager().request('CONNECT', 'http://a.test/'), {
    code: 'ERR_INVALID_METHOD',
    message: 'Cannot use "CONNECT" as a method: its answer is a tunnel, not a response; use tunnel()',
  });
});
