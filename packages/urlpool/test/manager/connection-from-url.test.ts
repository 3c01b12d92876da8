import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionFromUrl, HTTPConnectionPool, HTTPSConnectionPool, RequestError } from 'urlpool';
import { ScriptedServer } from 'urlpool-testing';
import { echo } from '../connection/served-pool.ts';

// URL, class, host, port
const URLS: readonly (readonly [string, typeof HTTPConnectionPool, string, number])[] = [
  ['http://example.org', HTTPConnectionPool, 'example.org', 80],
  ['https://example.org', HTTPSConnectionPool, 'example.org', 443],
  ['http://example.org:8080/', HTTPConnectionPool, 'example.org', 8080],
  ['https://example.org:8443/a/b?c#d', HTTPSConnectionPool, 'example.org', 8443],
  ['HTTP://EXAMPLE.ORG/', HTTPConnectionPool, 'example.org', 80],
  ['http://127.0.0.1:81/', HTTPConnectionPool, '127.0.0.1', 81],
  ['http://[::1]:81/', HTTPConnectionPool, '::1', 81],
  ['http://user:secret@example.org/', HTTPConnectionPool, 'example.org', 80],
];

for (const [url, Pool, host, port] of URLS) {
  test(`connectionFromUrl() makes ${Pool.name} of ${url}`, () => {
    const pool = connectionFromUrl(url);
    assert.deepEqual([pool.constructor, pool.host, pool.port], [Pool, host, port]);
  });
}

test('connectionFromUrl() takes a URL object', () => {
  assert.equal(connectionFromUrl(new URL('https://example.org/a')).scheme, 'https');
});

test('connectionFromUrl() makes a pool that asks that origin, not that path', async (t) => {
  const server = await ScriptedServer.start({}, echo);
  t.after(() => server.close());
  const pool = connectionFromUrl(`${server.origin}/ignored?q`);
  assert.equal((await pool.request('GET', '/a')).text(), '/a');
  await pool.close();
});

test('connectionFromUrl() hands its options to the pool', async (t) => {
  const server = await ScriptedServer.start({}, echo);
  t.after(() => server.close());
  const pool = connectionFromUrl(server.origin, { headers: { 'X-A': '1' } });
  await pool.request('GET', '/');
  assert.deepEqual(server.requests[0]?.headers.at(-1), ['X-A', '1']);
  await pool.close();
});

// name, URL, options, code
const REFUSED: readonly (readonly [string, string, object, string])[] = [
  ['what is no URL', 'example.org', {}, 'ERR_INVALID_URL'],
  ['another scheme', 'ftp://example.org/', {}, 'ERR_INVALID_URL'],
  ['a bad option', 'http://example.org/', { maxSize: 0 }, 'ERR_INVALID_OPTION'],
  ['an option that there is not', 'http://example.org/', { maxsize: 1 }, 'ERR_INVALID_OPTION'],
  ['a port, which the URL has', 'http://example.org/', { port: 81 }, 'ERR_INVALID_OPTION'],
  ['options that are none', 'http://example.org/', null as never, 'ERR_INVALID_OPTION'],
];

for (const [name, url, options, code] of REFUSED) {
  test(`connectionFromUrl() refuses ${name}`, () => {
    assert.throws(
      () => connectionFromUrl(url, options),
      (error) => error instanceof RequestError && error.code === code,
    );
  });
}
