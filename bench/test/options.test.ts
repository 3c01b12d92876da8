import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../options.ts';
import { CLIENTS, ROWS } from '../rows.ts';

test('parseOptions() takes everything by default, as a full run', () => {
  const options = parseOptions([]);
  assert.deepEqual([options.clients, options.rows, options.server, options.full], [CLIENTS, ROWS, 'nginx', true]);
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
