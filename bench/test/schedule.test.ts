import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schedule } from '../schedule.ts';

test('schedule() runs every client at every row once per round, beginning with another client each round', () => {
  const turns = schedule(2, ['x', 'y'], () => ['a', 'b', 'c']).map(
    ({ round, row, client }) => `${round}${row}${client}`,
  );
  assert.deepEqual(turns, [
    ...['0xa', '0xb', '0xc', '0ya', '0yb', '0yc'],
    ...['1xb', '1xc', '1xa', '1yb', '1yc', '1ya'],
    ...['2xc', '2xa', '2xb', '2yc', '2ya', '2yb'],
  ]);
});

test('schedule() gives each row its own clients', () => {
  const turns = schedule(1, ['x', 'y'], (row) => (row === 'x' ? ['a', 'b'] : ['b']));
  assert.deepEqual(
    turns.map(({ row, client }) => row + client),
    ['xa', 'xb', 'yb', 'xb', 'xa', 'yb'],
  );
});
