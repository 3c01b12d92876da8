import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCALE } from '../client-name.ts';
import { clientsOf, parseOptions } from '../options.ts';
import { ROWS } from '../rows.ts';

test('parseOptions() takes every row with its own clients by default, as a full run', () => {
  const options = parseOptions([]);
  assert.deepEqual([options.clients, options.rows, options.server, options.full], [null, ROWS, 'nginx', true]);
});

test('parseOptions() takes a run with more clients as a full one', () => {
  assert.deepEqual([parseOptions(['--scale']).scale, parseOptions(['--scale']).full], [true, true]);
});

test('parseOptions() narrows clients and rows in the order of the tables', () => {
  const options = parseOptions(['--only=floor,node-http', '--rows=1k-50', '--rounds=2', '--seconds=0.5']);
  assert.deepEqual(options.clients, ['node-http', 'floor']);
  assert.deepEqual(
    options.rows.map((row) => row.id),
    ['1k-50'],
  );
  assert.deepEqual([options.rounds, options.seconds, options.full], [2, 0.5, false]);
});

test('clientsOf() is the row’s own, those asked for, or with those for scale where they can', () => {
  const [load, memory] = ['1k-500', 'idle-memory'].map((id) => ROWS.find((row) => row.id === id));
  assert.ok(load !== undefined && memory !== undefined);
  assert.deepEqual(clientsOf(load, parseOptions([])), load.clients);
  assert.deepEqual(clientsOf(load, parseOptions(['--only=got'])), ['got']);
  assert.deepEqual(clientsOf(load, parseOptions(['--only=got', '--scale'])), ['got', ...SCALE]);
  assert.deepEqual(clientsOf(memory, parseOptions(['--only=got', '--scale'])), ['got']);
});

const REFUSED = [
  ['--only=curl', /--only: "curl" is none of urlpool, /],
  ['--rows=', /--rows: "" is none of 1k-50, /],
  ['--rounds=1.5', /--rounds: "1.5" is not a positive number/],
  ['--seconds=0', /--seconds: "0" is not a positive number/],
] as const;

for (const [argument, message] of REFUSED) {
  test(`parseOptions() refuses ${argument}`, () => {
    assert.throws(() => parseOptions([argument]), { message });
  });
}
