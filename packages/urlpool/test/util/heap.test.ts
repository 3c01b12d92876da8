import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Heap } from '../../src/util/heap.ts';

test('Heap is empty at first', () => {
  const heap = new Heap<number>((value) => value);
  assert.deepEqual([heap.size, heap.first, heap.take()], [0, undefined, undefined]);
});

test('Heap gives the least first, whatever comes and goes between', () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(null)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (given) => {
      const heap = new Heap<{ at: number }>(({ at }) => at);
      const model: number[] = [];
      for (const step of given) {
        if (step === null) assert.equal(heap.take()?.at, model.shift());
        else {
          heap.add({ at: step });
          model.push(step);
          model.sort((a, b) => a - b);
        }
        assert.deepEqual([heap.size, heap.first?.at], [model.length, model[0]]);
      }
    }),
  );
});
