import assert from 'node:assert/strict';
import test from 'node:test';
import { RequestError } from 'urlpool';
import { Tally } from './tally.ts';

const refused = new RequestError('no', { code: 'ERR_INVALID_URL', phase: 'request' });

function tallyOfSix(): Tally {
  const tally = new Tally();
  tally.add({ is: 'fetched', url: 'http://a/1', status: 200, bytes: 10, ms: 1 });
  tally.add({ is: 'fetched', url: 'http://u:p@A:80/2', status: 404, bytes: 5, ms: 3 });
  tally.add({ is: 'fetched', url: 'https://b/', status: 200, bytes: 1, ms: 2 });
  tally.add({ is: 'failed', url: 'http://a/3', error: new Error('bug') });
  tally.add({ is: 'failed', url: 'nonsense', error: refused });
  tally.add({ is: 'given-up', url: 'http://a/4' });
  return tally;
}

test('Tally counts what became of the URLs', () => {
  const { done, fetched, failed, givenUp, bytes } = tallyOfSix();
  assert.deepEqual(
    { done, fetched, failed, givenUp, bytes },
    { done: 6, fetched: 3, failed: 2, givenUp: 1, bytes: 16 },
  );
});

test('Tally counts statuses, and failures by their code', () => {
  const { statuses, failures } = tallyOfSix();
  assert.deepEqual(
    [...statuses],
    [
      [200, 2],
      [404, 1],
    ],
  );
  assert.deepEqual(
    [...failures],
    [
      ['unknown', 1],
      ['ERR_INVALID_URL', 1],
    ],
  );
});

test('Tally counts per origin, and takes nothing else for one', () => {
  const tally = tallyOfSix();
  tally.add({ is: 'failed', url: 'ftp://c/', error: refused });
  assert.deepEqual(
    [...tally.origins].map(([origin, { fetched, failed, bytes, latencies }]) => [
      origin,
      { fetched, failed, bytes, latencies: latencies.length },
    ]),
    [
      ['http://a', { fetched: 2, failed: 1, bytes: 15, latencies: 2 }],
      ['https://b', { fetched: 1, failed: 0, bytes: 1, latencies: 1 }],
    ],
  );
});
