import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whyNotPublic } from '../../src/policy/address-guard.ts';

for (const address of [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450:4001::1',
  '64:ff9b::8.8.8.8',
  '2002:808:808::1',
  '::ffff:8.8.8.8',
]) {
  test(`whyNotPublic() lets ${address} pass`, () => assert.equal(whyNotPublic(address), null));
}

for (const [address, what] of [
  ['0.0.0.0', /^this host/],
  ['10.1.2.3', /^private/],
  ['100.64.0.1', /^shared/],
  ['127.0.0.1', /^loopback/],
  ['127.255.255.255', /^loopback/],
  ['169.254.169.254', /^link-local .*metadata/],
  ['172.16.0.1', /^private/],
  ['172.31.255.255', /^private/],
  ['192.168.1.1', /^private/],
  ['198.19.0.1', /^for benchmarks/],
  ['224.0.0.1', /^multicast/],
  ['255.255.255.255', /^reserved/],
  ['::', /^no address/],
  ['::1', /^loopback/],
  ['::ffff:127.0.0.1', /^loopback/],
  ['::ffff:a9fe:a9fe', /^link-local/],
  ['::ffff:0:127.0.0.1', /IPv4 address which is loopback/],
  ['::127.0.0.1', /IPv4 address which is loopback/],
  ['64:ff9b::10.0.0.1', /IPv4 address which is private/],
  ['64:ff9b:1::1', /^not assigned/],
  ['2002:7f00:1::', /IPv4 address which is loopback/],
  ['2001::1', /^for protocols/],
  ['2001:db8::1', /^for documentation/],
  ['fc00::1', /^private/],
  ['fd12:3456::1', /^private/],
  ['fe80::1', /^link-local/],
  ['fe80::1%eth0', /^link-local/],
  ['fec0::1', /^site-local/],
  ['ff02::1', /^multicast/],
  ['4000::1', /^not assigned/],
  ['example.org', /^no IP address/],
] as const) {
  test(`whyNotPublic() says of ${address}: ${what.source}`, () => assert.match(whyNotPublic(address) ?? '', what));
}
