import assert from 'node:assert/strict';
import test from 'node:test';
import { Latencies } from './latencies.ts';

function latencies(...values: number[]): Latencies {
  const list = new Latencies();
  for (const value of values) list.add(value);
  return list;
}

test('Latencies.sorted() merges the lists in ascending order', () => {
  assert.deepEqual([...Latencies.sorted([latencies(3, 1), latencies(), latencies(10, 2)])], [1, 2, 3, 10]);
});

test('Latencies.sorted() of no lists is empty', () => assert.equal(Latencies.sorted([]).length, 0));

test('Latencies grows and keeps every value', () => {
  const values = Array.from({ length: 1000 }, (_, index) => index / 8);
  const list = latencies(...values.toReversed());
  assert.equal(list.length, 1000);
  assert.deepEqual([...Latencies.sorted([list])], values);
});
