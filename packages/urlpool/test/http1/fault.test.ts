import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitFault, LocalFault, PeerFault, quote } from '../../src/http1/fault.ts';

test('PeerFault says what kind it is', () => {
  const fault = new PeerFault('incomplete', 'cut off');
  assert.deepEqual([fault.name, fault.kind, fault.message], ['PeerFault', 'incomplete', 'cut off']);
});

test('LimitFault names the option', () => {
  const fault = new LimitFault('too many', 'maxFields');
  assert.deepEqual([fault.name, fault.limit, fault.message], ['LimitFault', 'maxFields', 'too many']);
});

test('LocalFault is an error of its own', () => {
  const fault = new LocalFault('out of order');
  assert.deepEqual([fault.name, fault.message, fault instanceof PeerFault], ['LocalFault', 'out of order', false]);
});

// text, quoted
for (const [text, quoted] of [
  ['', '""'],
  ['a "b"', '"a \\"b\\""'],
  ['a\r\n\0', '"a\\r\\n\\u0000"'],
  ['x'.repeat(40), `"${'x'.repeat(40)}"`],
  ['x'.repeat(41), `"${'x'.repeat(40)}…"`],
] as const) {
  test(`quote() gives ${quoted}`, () => assert.equal(quote(text), quoted));
}
