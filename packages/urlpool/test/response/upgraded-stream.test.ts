import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Script } from 'urlpool-testing';
import { servedPool } from '../connection/served-pool.ts';

// A handed-over connection as a stream that nobody looks after; the rest of it is in test/manager/upgrade.test.ts.

const resetting: Script = async (connection) => {
  await connection.request();
  await connection.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
  connection.reset();
};

test('UpgradedStream that nobody listens to ends no process when it is reset', async (t) => {
  const { pool } = await servedPool(t, resetting);
  const { stream } = await pool.upgrade('/', { protocol: 'echo' });
  await new Promise((resolve) => stream.once('close', resolve));
  assert.deepEqual([stream.destroyed, (stream.errored as NodeJS.ErrnoException | null)?.code], [true, 'ECONNRESET']);
});
