// An unasked response right behind a large one, where a read that filled its memory does not show it yet.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTPConnectionPool } from 'urlpool';
import { ScriptedServer } from 'urlpool-testing';

const UNASKED = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';

/** A response of `size` bytes in all. */
function responseOf(size: number): string {
  const empty = 'HTTP/1.1 200 OK\r\nContent-Length: 000000\r\n\r\n';
  const length = size - empty.length;
  return empty.replace('000000', `${length}`.padStart(6, '0')) + 'x'.repeat(length);
}

for (const size of [1_000, 16_384, 32_768, 40_000, 65_536, 200_000]) {
  test(`request() after a response of ${size} bytes does not take the one behind it for its answer`, async () => {
    const server = await ScriptedServer.start({}, async (connection) => {
      for (let first = true; ; first = false) {
        const { target } = await connection.request();
        if (first && target === '/first') await connection.write(responseOf(size) + UNASKED);
        else await connection.respond({ body: target });
      }
    });
    const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port });
    for (let i = 0; i < 5; i++) {
      await pool.request('GET', '/first');
      assert.equal((await pool.request('GET', '/second')).text(), '/second');
      pool.clear();
    }
    await pool.close();
    await server.close();
  });
}
