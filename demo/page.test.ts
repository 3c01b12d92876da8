import assert from 'node:assert/strict';
import test from 'node:test';
import { demoUrls, PAGE_COUNT, pageAt, pageOf, pathOf } from './page.ts';

test('pageOf() goes from 200 B to 200 kB', () => {
  assert.equal(pageOf(0).size, 200);
  assert.equal(pageOf(PAGE_COUNT - 1).size, 200_000);
});

test('pageAt() finds every page by its path', () => {
  for (let number = 0; number < PAGE_COUNT; number++) assert.deepEqual(pageAt(pathOf(number)), pageOf(number));
});

for (const path of ['/', '/page/', '/page/25', '/page/-1', '/page/1x', '/page/1/', '/page/001']) {
  test(`pageAt() knows no ${path}`, () => assert.equal(pageAt(path), null));
}

test('demoUrls() gives every origin every page equally often', () => {
  const origins = ['http://a', 'http://b', 'http://c', 'https://d'];
  const times = new Map<string, number>();
  for (const url of demoUrls(origins, 1000)) times.set(url, (times.get(url) ?? 0) + 1);
  assert.equal(times.size, origins.length * PAGE_COUNT);
  assert.deepEqual(new Set(times.values()), new Set([10]));
});
