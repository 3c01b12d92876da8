// What many() costs beyond its requests, which answer by themselves here: as much for an item of a million as for one of
// ten thousand, and no memory for those that are done.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type HTTPResponse, type ManyOptions, systemClock } from 'urlpool';
import { many } from '../../src/manager/many.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const RESPONSE = { data: Buffer.alloc(0) } as unknown as HTTPResponse;

function* urls(count: number): Generator<string> {
  for (let i = 0; i < count; i++) yield `http://${i % 1_000}.example/${i}`;
}

/** Goes through that many items; CPU for each, in µs, and how far the source was ahead of the results at most. */
async function cost(count: number, options: ManyOptions) {
  let asked = 0;
  let ahead = 0;
  let done = 0;
  const source = (function* () {
    for (const url of urls(count)) {
      ahead = Math.max(ahead, ++asked - done);
      yield url;
    }
  })();
  const results = many(source, options, () => ({
    clock: systemClock,
    rate: null,
    maxSize: 64,
    originOf: (url) => String(url).slice(0, String(url).indexOf('/', 7)),
    send: async () => RESPONSE,
  }));
  const begun = process.cpuUsage();
  for await (const _ of results) done++;
  const { user, system } = process.cpuUsage(begun);
  return { done, ahead, each: (user + system) / count };
}

for (const [name, options, most] of [
  ['by itself', {}, 65],
  ['in the order of the source', { order: 'source' }, 65],
  ['with a bound for each origin', { perOrigin: 4 }, 1_065],
  ['with progress', { onProgress: () => {} }, 65],
] as const) {
  test(`many() ${name} costs as much for an item of 200,000 as for one of 20,000`, async () => {
    await cost(20_000, options);
    const few = await cost(20_000, options);
    const many = await cost(200_000, options);
    assert.equal(many.done, 200_000);
    // About 1 to 2 µs on a quiet machine; the bound leaves room for a busy one.
    assert.ok(many.each < Math.max(15, 4 * few.each), `${few.each} µs, then ${many.each} µs`);
    assert.ok(many.ahead <= most, `${many.ahead} items ahead`);
  });
}

test('many() keeps nothing of what is done', async () => {
  await cost(20_000, { perOrigin: 4 });
  collect();
  const before = process.memoryUsage().heapUsed;
  await cost(400_000, { perOrigin: 4 });
  collect();
  assert.ok(process.memoryUsage().heapUsed - before < 4e6);
});
