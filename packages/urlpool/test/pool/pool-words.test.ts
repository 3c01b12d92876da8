import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolError } from 'urlpool';
import { placeWords, refusal, stalledWords } from '../../src/pool/pool-words.ts';

const ORIGIN = 'http://a.test';

// counts, words
for (const [active, dialling, words] of [
  [0, 0, 'there is no room for a connection to http://a.test'],
  [2, 0, 'connections to http://a.test: 2 in use'],
  [0, 3, 'connections to http://a.test: 3 being opened'],
  [1, 1, 'connections to http://a.test: 1 in use and 1 being opened'],
] as const) {
  test(`placeWords() of ${active} in use and ${dialling} being opened`, () => {
    assert.equal(placeWords(ORIGIN, { active, dialling }), words);
  });
}

test('stalledWords() tells since when each connection is held, in seconds', () => {
  const held = [
    { id: 3, pausedSince: 1_000 },
    { id: 7, pausedSince: 41_400 },
  ];
  const words = stalledWords(held, 61_000);
  assert.match(words, /^all its 2 connections are held .* \(connection 3 for 60 s, connection 7 for 20 s\); read them/);
});

test('stalledWords() names ten connections at most', () => {
  const held = Array.from({ length: 12 }, (_, id) => ({ id, pausedSince: 0 }));
  assert.equal(stalledWords(held, 1_000).match(/connection \d+ for 1 s/g)?.length, 10);
});

test('refusal() is a PoolError that says why', () => {
  const error = refusal(ORIGIN, 'its pool was closed by close()', 'ERR_POOL_CLOSED');
  assert.ok(error instanceof PoolError);
  assert.deepEqual([error.code, error.phase], ['ERR_POOL_CLOSED', 'pool']);
  assert.equal(error.message, 'Cannot send a request to http://a.test: its pool was closed by close()');
});
