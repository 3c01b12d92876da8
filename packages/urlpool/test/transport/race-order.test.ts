import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AddressKnowledge, raceOrder } from '../../src/transport/race-order.ts';

const [A4, B4, C4] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
const [A6, B6, C6] = ['2001:db8::1', '2001:db8::2', '2001:db8::3'];

for (const [name, addresses, known, expected] of [
  ['nothing', [], {}, []],
  ['one address', [A4], {}, [A4]],
  ['the family of the first address first, in turns', [A6, B6, A4, B4], {}, [A6, A4, B6, B4]],
  ['IPv4 first where the resolver has it first', [A4, A6, B6], {}, [A4, A6, B6]],
  ['families of unequal number', [A6, B6, C6, A4], {}, [A6, A4, B6, C6]],
  ['the family that is known to work first', [A6, B6, A4, B4], { family: 4 }, [A4, A6, B4, B6]],
  ['a known family of which there is none', [A4, B4], { family: 6 }, [A4, B4]],
  ['the next address of each family at the next turn', [A6, B6, A4, B4], { turn: 1 }, [B6, B4, A6, A4]],
  ['turns beyond the number of addresses', [A4, B4, C4], { turn: 7 }, [B4, C4, A4]],
  ['what failed lately last', [A6, B6, A4, B4], { failed: new Set([A6]) }, [B6, A4, B4, A6]],
  ['a family that failed after the other', [A6, B6, A4, B4], { failed: new Set([A6, B6]) }, [A4, B4, A6, B6]],
  ['all of them failed', [A6, A4], { failed: new Set([A6, A4]) }, [A6, A4]],
  ['the same address once', [A4, A4, A6, A4], {}, [A4, A6]],
] as readonly [string, string[], Partial<AddressKnowledge>, string[]][]) {
  test(`raceOrder() gives ${name}`, () => {
    assert.deepEqual(raceOrder(addresses, { family: null, turn: 0, failed: new Set(), ...known }), expected);
  });
}
