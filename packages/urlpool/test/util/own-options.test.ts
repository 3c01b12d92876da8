import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownOptions } from '../../src/util/own-options.ts';

test('ownOptions() has what was given, and nothing of a prototype', () => {
  const given = Object.assign(Object.create({ inherited: 1 }) as object, { own: 2 });
  const options: Readonly<Record<string, unknown>> = ownOptions(given) as Record<string, unknown>;
  assert.deepEqual([options.own, options.inherited, options.toString], [2, undefined, undefined]);
});

test('ownOptions() keeps an own __proto__ as a name like any other', () => {
  const options = ownOptions(JSON.parse('{"__proto__": 1}') as object);
  assert.deepEqual([Object.keys(options), 'toString' in options], [['__proto__'], false]);
});

test('ownOptions() makes objects whose prototype nobody can add to', () => {
  const prototype: unknown = Object.getPrototypeOf(ownOptions({}));
  assert.deepEqual([Object.isFrozen(prototype), Reflect.ownKeys(prototype as object)], [true, []]);
});
