import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loopbackAddress } from '../tasks/origins.ts';

test('loopbackAddress() gives as many addresses as it is asked for, none a network’s or a broadcast’s', () => {
  const addresses = Array.from({ length: 9000 }, (_, index) => loopbackAddress(1, index));
  assert.equal(new Set(addresses).size, 9000);
  assert.deepEqual([addresses[0], addresses[253], addresses[254]], ['127.1.0.1', '127.1.0.254', '127.1.1.1']);
  assert.ok(addresses.every((address) => /^127\.1\.\d{1,2}\.([1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-4])$/.test(address)));
});
