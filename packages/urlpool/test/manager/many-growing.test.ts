// many() over a list that grows while it is gone through.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HTTPResponse, ManyItem, ManyOptions, ManyResults } from 'urlpool';
import { many } from '../../src/manager/many.ts';
import { systemClock } from '../../src/util/clock.ts';

type Results = ManyResults<ManyItem>;

/** many() whose requests fail in the next turn, each with its URL: nothing of a response matters here. */
function failing(items: Iterable<ManyItem>, options: ManyOptions, sent: string[] = []): Results {
  return many(items, options, () => ({
    clock: systemClock,
    rate: null,
    maxSize: 64,
    originOf: (url) => String(url).slice(0, 1),
    send: async (_, url): Promise<HTTPResponse> => {
      sent.push(String(url));
      await new Promise(setImmediate);
      throw new Error(String(url));
    },
  }));
}

/** A tree of links: `a` leads to `a0` and `a1`, and so on, three deep. */
const linksOf = (url: string): string[] => (url.length < 4 ? [`${url}0`, `${url}1`] : []);

const TREE = ['a', 'a0', 'a00', 'a000', 'a001', 'a01', 'a010', 'a011'];
const WHOLE_TREE = [...TREE, 'a1', 'a10', 'a100', 'a101', 'a11', 'a110', 'a111'];

// name, options
const CASES: readonly (readonly [string, ManyOptions])[] = [
  ['one at a time', { concurrency: 1 }],
  ['many at once', { concurrency: 64 }],
  ['in the order of the list', { concurrency: 3, order: 'source' }],
  ['with a bound for each origin', { concurrency: 3, perOrigin: 2 }],
];

for (const [name, options] of CASES) {
  test(`many() sends what is added to its list while the loop runs: ${name}`, async () => {
    const list: string[] = ['a'];
    const given: string[] = [];
    for await (const { index, request } of failing(list, options)) {
      assert.equal(request, list[index]);
      given.push(String(request));
      list.push(...linksOf(String(request)));
    }
    assert.deepEqual(given.sort(), WHOLE_TREE);
  });
}

test('many() sends what is added to its list after an await of the loop', async () => {
  const list = ['a'];
  const given: unknown[] = [];
  for await (const { request } of failing(list, {})) {
    given.push(request);
    await new Promise(setImmediate);
    if (list.length < 3) list.push(`b${list.length}`);
  }
  assert.deepEqual(given, ['a', 'b1', 'b2']);
});

test('many() ends where nothing is added to its list, and takes nothing that comes later', async () => {
  const list = ['a', 'b'];
  const sent: string[] = [];
  const results = failing(list, {}, sent);
  for await (const _ of results);
  list.push('c');
  assert.deepEqual(await results.next(), { done: true, value: undefined });
  assert.deepEqual(sent, ['a', 'b']);
});

test('many() of a list that is shortened sends what is left', async () => {
  const list = ['a', 'b', 'c'];
  const sent: string[] = [];
  for await (const _ of failing(list, { concurrency: 1 }, sent)) list.length = 1;
  assert.deepEqual(sent, ['a']);
});

test('many() goes through a list of another kind in its own way', async () => {
  class Backwards extends Array<string> {
    override *[Symbol.iterator](): ArrayIterator<string> {
      for (let i = this.length - 1; i >= 0; i--) yield this[i] ?? '';
    }
  }
  const sent: string[] = [];
  for await (const _ of failing(Backwards.of('a', 'b'), {}, sent));
  assert.deepEqual(sent, ['b', 'a']);
});
