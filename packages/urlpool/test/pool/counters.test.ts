import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../src/connection/connection.ts';
import { Counters } from '../../src/pool/counters.ts';

/** What counters read of a connection. */
function connection(choices: Partial<Connection> = {}): Connection {
  const plain: Partial<Connection> = {
    id: 7,
    protocol: 'http/1.1',
    address: '127.0.0.1:80',
    served: 0,
    idleSince: null,
    openedAt: 0,
    state: { is: 'open' },
    bytesIn: 0,
    bytesOut: 0,
    ...choices,
  };
  return plain as Connection;
}

test('Counters.snapshot() counts nothing at first', () => {
  assert.deepEqual(new Counters().snapshot([], 0), {
    numConnections: 0,
    numRequests: 0,
    created: 0,
    reused: 0,
    resumed: 0,
    closed: {},
    bytesIn: 0,
    bytesOut: 0,
    connections: [],
  });
});

test('Counters.snapshot() counts dials, what became of them, and sessions that were resumed', () => {
  const counters = new Counters();
  for (let dial = 0; dial < 4; dial++) counters.onDial();
  counters.onCreated(false);
  counters.onCreated(true);
  counters.onCreated(true);
  counters.onClosed('dial-failed');
  const { numConnections, created, resumed, closed } = counters.snapshot([], 0);
  assert.deepEqual(
    { numConnections, created, resumed, closed },
    {
      numConnections: 4,
      created: 3,
      resumed: 2,
      closed: { 'dial-failed': 1 },
    },
  );
});

test('Counters.snapshot() adds up what is open and what is gone', () => {
  const counters = new Counters();
  counters.onGone(connection({ served: 3, bytesIn: 10, bytesOut: 1 }), 'idle-timeout');
  counters.onGone(connection({ served: 0, bytesIn: 5, bytesOut: 2 }), 'idle-timeout');
  const open = [connection({ served: 2, bytesIn: 100, bytesOut: 20 }), connection({ served: 1 })];
  const { numRequests, reused, bytesIn, bytesOut, closed } = counters.snapshot(open, 0);
  assert.deepEqual(
    { numRequests, reused, bytesIn, bytesOut, closed },
    {
      numRequests: 6,
      reused: 3,
      bytesIn: 115,
      bytesOut: 23,
      closed: { 'idle-timeout': 2 },
    },
  );
});

// state, idle since, what the snapshot says at 100
for (const [state, idleSince, expected] of [
  [{ is: 'open' }, null, ['active', null]],
  [{ is: 'open' }, 90, ['idle', 10]],
  [{ is: 'draining', reason: 'cleared' }, null, ['draining', null]],
] as const) {
  test(`Counters.snapshot() says of one ${state.is}, idle since ${idleSince}: ${expected}`, () => {
    const open = [connection({ state, idleSince, openedAt: 40 })];
    const [shown] = new Counters().snapshot(open, 100).connections;
    assert.deepEqual([shown?.state, shown?.idleFor, shown?.age, shown?.id], [...expected, 60, 7]);
  });
}

for (const [pausedSince, pausedFor] of [
  [null, null],
  [0, 100],
  [70, 30],
] as const) {
  test(`Counters.snapshot() says of one paused since ${pausedSince}: ${pausedFor}`, () => {
    const [shown] = new Counters().snapshot([connection({ pausedSince })], 100).connections;
    assert.equal(shown?.pausedFor, pausedFor);
  });
}
