import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BodyCollector } from '../../src/response/body-collector.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

function collected(declared: number | null, ...pieces: string[]): BodyCollector {
  const collector = new BodyCollector(declared);
  for (const piece of pieces) collector.add(Buffer.from(piece, 'latin1'));
  return collector;
}

for (const declared of [null, 0, 3, 6, 1000]) {
  test(`BodyCollector.take() gives what was added where ${declared} bytes are declared`, () => {
    assert.equal(collected(declared, 'ab', '', 'c', 'def').take().toString(), 'abcdef');
  });
}

test('BodyCollector.take() gives an empty body where nothing was added', () => {
  assert.deepEqual([new BodyCollector(null).take().length, new BodyCollector(5).take().length], [0, 0]);
});

test('BodyCollector.add() copies: the view may change afterwards', () => {
  const collector = new BodyCollector(null);
  const view = Buffer.from('ab');
  collector.add(view);
  view.fill('x');
  collector.add(Buffer.from('c'));
  assert.equal(collector.take().toString(), 'abc');
});

test('BodyCollector.length counts bytes', () => {
  const collector = new BodyCollector(null);
  const lengths = ['ab', '', 'cde'].map((piece) => {
    collector.add(Buffer.from(piece));
    return collector.length;
  });
  assert.deepEqual(lengths, [2, 2, 5]);
});

test('BodyCollector.reserved is nothing before the first byte, whatever is declared', () => {
  assert.deepEqual([new BodyCollector(5).reserved, new BodyCollector(2 ** 53 - 1).reserved], [0, 0]);
});

// declared, bytes of the first piece, reserved
for (const [declared, first, reserved] of [
  [100, 1, 100],
  [MIB, 1, MIB],
  [MIB + 1, 1, MIB],
  [2 ** 53 - 1, 1, MIB],
  [2 ** 53 - 1, 3 * MIB, 3 * MIB],
  [null, 1, 16 * KIB],
  [null, 16 * KIB, 16 * KIB],
  [null, 16 * KIB + 1, 16 * KIB + 1],
  [5, 6, 6],
] as const) {
  test(`BodyCollector.reserved is ${reserved} after ${first} bytes where ${declared} are declared`, () => {
    const collector = new BodyCollector(declared);
    collector.add(Buffer.alloc(first));
    assert.equal(collector.reserved, reserved);
  });
}

test('BodyCollector.reserved grows by a block where the length is unknown', () => {
  const collector = new BodyCollector(null);
  collector.add(Buffer.alloc(16 * KIB));
  collector.add(Buffer.alloc(1));
  assert.equal(collector.reserved, 16 * KIB + 256 * KIB);
});

test('BodyCollector.reserved exceeds the declared length by one byte at most, while it holds', () => {
  const collector = new BodyCollector(3 * MIB);
  for (let i = 0; i < 3; i++) collector.add(Buffer.alloc(MIB));
  assert.equal(collector.reserved, 3 * MIB + 1);
});

test('BodyCollector.take() gives a body of the declared length without copying it', () => {
  const collector = collected(6, 'abc', 'def');
  assert.equal(collector.take(), collector.take());
});

/** Whether both takings gave the same memory: a view, not a copy. */
function isView(collector: BodyCollector): boolean {
  const [one, other] = [collector.take(), collector.take()];
  return one.buffer === other.buffer && one.byteOffset === other.byteOffset;
}

// Of 16 KiB reserved, an eighth is 2 KiB.
for (const [length, expected] of [
  [16 * KIB, true],
  [14 * KIB, true],
  [14 * KIB - 1, false],
  [1, false],
] as const) {
  test(`BodyCollector.take() ${expected ? 'gives a view' : 'copies'} where ${length} of 16 KiB were used`, () => {
    const collector = new BodyCollector(null);
    collector.add(Buffer.alloc(length, 'x'));
    assert.deepEqual([isView(collector), collector.take().toString()], [expected, 'x'.repeat(length)]);
  });
}

// declared, bytes so far, bytes to come, bytes of room: one more than those to come where there is
for (const [declared, length, left, room] of [
  [100, 0, 100, 100],
  [100, 40, 60, 60],
  [100, 40, 7, 8],
  [20 * KIB, 8 * KIB, 12 * KIB, 12 * KIB],
  [20 * KIB, 8 * KIB + 1, 12 * KIB - 1, 12 * KIB],
  [3 * MIB, 0, 3 * MIB, MIB],
  [3 * MIB, MIB, 2 * MIB, 256 * KIB],
  [3 * MIB, 2 * MIB, MIB, MIB + 1],
  [null, 0, Number.POSITIVE_INFINITY, 16 * KIB],
  [null, 16 * KIB, Number.POSITIVE_INFINITY, 256 * KIB],
  [null, 10, 7, 8],
  [5, 5, 1, 1],
] as const) {
  test(`BodyCollector.room() is ${room} bytes after ${length} of ${declared}, with ${left} to come`, () => {
    const collector = new BodyCollector(declared);
    collector.add(Buffer.alloc(length));
    assert.equal(collector.room(left).length, room);
  });
}

test('BodyCollector.room() is memory that add() does not copy', () => {
  const collector = new BodyCollector(6);
  for (const piece of ['abc', 'def']) {
    const room = collector.room(3).subarray(0, 3);
    room.write(piece);
    collector.add(room);
    room.write('x', 0); // seen, as nothing was copied
  }
  assert.equal(collector.take().toString(), 'xbcxef');
});

test('BodyCollector.room() may be filled in part', () => {
  const collector = new BodyCollector(null);
  for (const piece of ['abc', 'd', 'ef']) {
    const room = collector.room(Number.POSITIVE_INFINITY);
    collector.add(room.subarray(0, room.write(piece)));
  }
  assert.equal(collector.take().toString(), 'abcdef');
});

test('BodyCollector.room() need not be used', () => {
  const collector = new BodyCollector(6);
  collector.add(Buffer.from('abc'));
  collector.room(3).write('xyz');
  collector.add(Buffer.from('def'));
  assert.equal(collector.take().toString(), 'abcdef');
});

test('BodyCollector reserves at most twice what has arrived and 1 MiB, and loses nothing', () => {
  const size = fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 40 * KIB }), fc.nat({ max: 700 * KIB }));
  const declared = fc.oneof(fc.constant(null), size, fc.constant(2 ** 53 - 1), fc.nat({ max: 3 * MIB }));
  fc.assert(
    fc.property(declared, fc.array(size, { maxLength: 12 }), fc.boolean(), (length, sizes, inPlace) => {
      const collector = new BodyCollector(length);
      let arrived = 0;
      for (const [i, bytes] of sizes.entries()) {
        const room = inPlace && bytes > 0 ? collector.room(bytes).subarray(0, bytes) : Buffer.alloc(0);
        const [first, rest] = [
          room.subarray(0, bytes).fill(i + 1),
          Buffer.alloc(Math.max(0, bytes - room.length), i + 1),
        ];
        for (const piece of [first, rest]) collector.add(piece);
        arrived += bytes;
        assert.ok(collector.reserved <= 2 * arrived + MIB, `${collector.reserved} after ${arrived}`);
        assert.ok(collector.reserved >= arrived);
      }
      assert.equal(collector.length, arrived);
      const expected = Buffer.concat(sizes.map((bytes, i) => Buffer.alloc(bytes, i + 1)));
      assert.ok(collector.take().equals(expected));
    }),
    { numRuns: 60 },
  );
});
