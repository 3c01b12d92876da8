import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceCounts, unusedPort } from 'urlpool-testing';
import { RawClient } from './raw-client.ts';

test('unusedPort() is refused', async () => {
  assert.deepEqual(await RawClient.tcp(await unusedPort()).ended, { fin: false, code: 'ECONNREFUSED' });
});

test('unusedPort() leaves nothing open', async () => {
  await unusedPort();
  assert.equal(resourceCounts().TCPServerWrap, undefined);
});
