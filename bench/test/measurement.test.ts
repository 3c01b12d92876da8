import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measure, percentile } from '../measurement.ts';

test('percentile() is the nearest rank', () => {
  const values = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  assert.deepEqual([percentile(values, 50), percentile(values, 99), percentile(values, 100)], [50, 99, 100]);
  assert.equal(percentile(Float64Array.of(7), 50), 7);
  assert.equal(percentile(new Float64Array(0), 50), Number.NaN);
});

const LOAD = { connections: 3, bytes: 5, warmUpSeconds: 0.01, windowSeconds: 0.02 };

test('measure() keeps as many requests under way as there are connections', async () => {
  let underWay = 0;
  let most = 0;
  const request = async (): Promise<number> => {
    most = Math.max(most, ++underWay);
    await new Promise(setImmediate);
    underWay--;
    return 5;
  };
  const measurement = await measure(request, LOAD);
  assert.equal(most, 3);
  assert.ok(measurement.requests > 0 && measurement.cpu > 0 && measurement.p50 <= measurement.p99);
});

test('measure() rejects on a body of another length', async () => {
  await assert.rejects(
    measure(async () => 4, LOAD),
    { message: 'a body of 4 bytes instead of 5' },
  );
});
