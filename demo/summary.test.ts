import assert from 'node:assert/strict';
import test from 'node:test';
import type { ManagerSnapshot, PoolSnapshot } from 'urlpool';
import { summarize } from './summary.ts';
import { Tally } from './tally.ts';

const counts = {
  open: 0,
  idle: 0,
  active: 0,
  dialling: 0,
  queued: 0,
  numConnections: 9,
  numRequests: 0,
  created: 0,
  reused: 0,
  resumed: 0,
  closed: {},
  bytesIn: 0,
  bytesOut: 0,
};

function poolOf(origin: string, own: Partial<PoolSnapshot>): PoolSnapshot {
  return { ...counts, connections: [], ...own, origin };
}

const SNAPSHOT: ManagerSnapshot = {
  ...counts,
  created: 3,
  numRequests: 4,
  reused: 1,
  pools: [
    poolOf('http://a', { created: 1, numRequests: 1 }),
    poolOf('https://b', { created: 2, numRequests: 3, reused: 1 }),
  ],
};

function tallyOfFour(): Tally {
  const tally = new Tally();
  tally.add({ is: 'fetched', url: 'http://a/', status: 500, bytes: 1, ms: 9 });
  tally.add({ is: 'fetched', url: 'https://b/', status: 200, bytes: 2, ms: 1 });
  tally.add({ is: 'fetched', url: 'https://b/', status: 200, bytes: 2, ms: 5 });
  tally.add({ is: 'failed', url: 'http://c/', error: new Error('refused') });
  return tally;
}

test('summarize() puts counts and connections of each origin together, the most requested first', () => {
  assert.deepEqual(summarize(tallyOfFour(), SNAPSHOT, 100).origins, [
    { origin: 'https://b', fetched: 2, failed: 0, bytes: 4, p50: 1, p99: 5, connections: 2, requests: 3, reused: 1 },
    { origin: 'http://a', fetched: 1, failed: 0, bytes: 1, p50: 9, p99: 9, connections: 1, requests: 1, reused: 0 },
    {
      origin: 'http://c',
      fetched: 0,
      failed: 1,
      bytes: 0,
      p50: null,
      p99: null,
      connections: 0,
      requests: 0,
      reused: 0,
    },
  ]);
});

test('summarize() takes percentiles over all origins', () => {
  const { p50, p99 } = summarize(tallyOfFour(), SNAPSHOT, 100);
  assert.deepEqual({ p50, p99 }, { p50: 5, p99: 9 });
});

test('summarize() sorts statuses by number', () => {
  assert.deepEqual(summarize(tallyOfFour(), SNAPSHOT, 100).statuses, [
    [200, 2],
    [500, 1],
  ]);
});

test('summarize() counts connections that were opened, not dials', () => {
  assert.equal(summarize(tallyOfFour(), SNAPSHOT, 100).connections, 3);
});
