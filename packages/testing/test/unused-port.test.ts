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

test('unusedPort() is below those that are handed out to who asks for any', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, unusedPort));
  assert.ok(ports.every((port) => port >= 20_000 && port < 32_000));
  assert.ok(new Set(ports).size > 40, 'each is chosen at random');
});
