import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanOptions, ownOptions } from '../../src/util/own-options.ts';

test('ownOptions() has what was given, and nothing of a prototype', () => {
  const given = Object.assign(Object.create({ inherited: 1 }) as object, { own: 2 });
  const options: Readonly<Record<string, unknown>> = ownOptions(given) as Record<string, unknown>;
  assert.deepEqual([options.own, options.inherited, options.toString], [2, undefined, undefined]);
});

test('ownOptions() keeps an own __proto__ as a name like any other', () => {
  const options = ownOptions(JSON.parse('{"__proto__": 1}') as object);
  assert.deepEqual([Object.keys(options), Object.getPrototypeOf(options)], [['__proto__'], null]);
});

test('cleanOptions() gives the options themselves where no prototype adds anything', () => {
  const given = { own: 1 };
  assert.equal(cleanOptions(given), given);
});

test('cleanOptions() has nothing of what a prototype was given', (t) => {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  t.after(() => delete prototype.added);
  prototype.added = 1;
  const options: Readonly<Record<string, unknown>> = cleanOptions({ own: 2 });
  assert.deepEqual([options.own, options.added], [2, undefined]);
});

test('cleanOptions() has nothing of a class', () => {
  const given = Object.assign(Object.create({ inherited: 1 }) as object, { own: 2 });
  const options = cleanOptions(given) as Readonly<Record<string, unknown>>;
  assert.deepEqual([options.own, options.inherited], [2, undefined]);
});
