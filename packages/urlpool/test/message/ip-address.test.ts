import assert from 'node:assert/strict';
import { BlockList, isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { isInRange, parseIP, parseRange, unmapped } from '../../src/message/ip-address.ts';

for (const [text, expected] of [
  ['127.0.0.1', [127, 0, 0, 1]],
  ['255.255.255.255', [255, 255, 255, 255]],
  ['::', new Array(16).fill(0)],
  ['::1', [...new Array(15).fill(0), 1]],
  ['fe80::1%eth0', [0xfe, 0x80, ...new Array(13).fill(0), 1]],
  ['::ffff:1.2.3.4', [...new Array(10).fill(0), 0xff, 0xff, 1, 2, 3, 4]],
  ['2001:DB8::a:b', [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0, 0x0b]],
  ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
  ['1:2:3:4:5:6:7::', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0]],
  ['', null],
  ['127.1', null],
  ['0127.0.0.1', null],
  ['127.0.0.256', null],
  ['1.2.3.4.5', null],
  ['example.org', null],
  [':', null],
  [':::', null],
  ['1::2::3', null],
  ['1:2:3:4:5:6:7:8:9', null],
  ['1:2:3:4:5:6:7', null],
  ['12345::', null],
  ['::1.2.3', null],
  ['1.2.3.4::', null],
] as const) {
  test(`parseIP() of ${JSON.stringify(text)} is ${expected}`, () => assert.deepEqual(parseIP(text), expected));
}

test('parseIP() takes what Node takes for an address', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      assert.equal(parseIP(text) !== null, isIP(text) !== 0);
    }),
  );
});

test('isInRange() agrees with Node', () => {
  const ranged = fc.oneof(
    fc.tuple(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.constant('ipv4' as const)),
    fc.tuple(fc.ipV6(), fc.ipV6(), fc.integer({ min: 0, max: 128 }), fc.constant('ipv6' as const)),
  );
  fc.assert(
    fc.property(ranged, fc.boolean(), ([one, other, length, family], isNear) => {
      const list = new BlockList();
      list.addSubnet(one, length, family);
      const address = isNear ? one : other;
      const range = parseRange(`${one}/${length}`);
      assert.ok(range);
      assert.equal(isInRange(parseIP(address) ?? [], range), list.check(address, family));
    }),
  );
});

for (const [text, expected] of [
  ['10.0.0.0/8', 8],
  ['10.0.0.1', 32],
  ['::1', 128],
  ['fe80::/10', 10],
  ['10.0.0.0/33', null],
  ['10.0.0.0/', null],
  ['10.0.0.0/a', null],
  ['10.0.0.0/8/8', null],
  ['example.org/8', null],
] as const) {
  test(`parseRange() of ${text} has ${expected} bits`, () => assert.equal(parseRange(text)?.length ?? null, expected));
}

test('unmapped() gives IPv4 that is written as IPv6, and leaves the rest', () => {
  assert.deepEqual(unmapped(parseIP('::ffff:7f00:1') ?? []), [127, 0, 0, 1]);
  assert.deepEqual(unmapped(parseIP('::1') ?? []), parseIP('::1'));
  assert.deepEqual(unmapped([1, 2, 3, 4]), [1, 2, 3, 4]);
});
