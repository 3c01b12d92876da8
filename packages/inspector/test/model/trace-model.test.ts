import assert from 'node:assert/strict';
import test from 'node:test';
import type { SeenEvent } from '../../src/model/seen-event.ts';
import { TraceModel } from '../../src/model/trace-model.ts';
import { call, exchange, ORIGIN, opening, REFUSED, TIMINGS } from './events.ts';

function modelOf(events: Iterable<SeenEvent>, maxRequests = 1000): TraceModel {
  const model = new TraceModel({ maxRequests });
  for (const event of events) model.see(event);
  return model;
}

/** What a test compares of a model. */
function summary(model: TraceModel) {
  const { requests, running, failed, reused, connections, dialFailures, open, retries, replays, redirects } =
    model.totals;
  return {
    origins: [...model.origins.keys()],
    lanes: [...model.origins.values()].map(({ lanes }) => lanes.map(({ id, count }) => `${id}:${count}`).join(' ')),
    calls: model.numCalls,
    failedCalls: model.failedCalls,
    counts: { requests, running, failed, reused, connections, dialFailures, open, retries, replays, redirects },
    saved: model.saved,
  };
}

const NOTHING = {
  origins: [ORIGIN],
  lanes: [''],
  calls: 0,
  failedCalls: 0,
  counts: {
    requests: 0,
    running: 0,
    failed: 0,
    reused: 0,
    connections: 0,
    dialFailures: 0,
    open: 0,
    retries: 0,
    replays: 0,
    redirects: 0,
  },
  saved: 0,
};
const { counts: ZEROS } = NOTHING;
const closed = { type: 'connection-closed', reason: 'server-closed', age: 10, origin: ORIGIN } as const;
const decided = { at: 20, call: 1, attempt: 1 } as const;

// name, events, summary
const CASES: readonly (readonly [string, readonly SeenEvent[], Partial<ReturnType<typeof summary>>])[] = [
  ['is empty at first', [], { origins: [], lanes: [], counts: ZEROS }],
  [
    'counts a request on a connection of its own',
    [...opening(1, 0), ...call(1, 1, 10)],
    { lanes: ['1:1'], calls: 1, counts: { ...ZEROS, requests: 1, connections: 1, open: 1 } },
  ],
  [
    'says about what reuse saved: a mean handshake for each exchange on a kept connection',
    [...opening(1, 0), ...call(1, 1, 10), ...call(2, 1, 20, { served: 1 }), ...call(3, 1, 30, { served: 2 })],
    { lanes: ['1:3'], calls: 3, saved: 20, counts: { ...ZEROS, requests: 3, reused: 2, connections: 1, open: 1 } },
  ],
  [
    'saves nothing where no handshake was seen',
    call(1, 1, 0, { served: 5 }),
    { lanes: ['1:1'], calls: 1, counts: { ...ZEROS, requests: 1, reused: 1, connections: 1, open: 1 } },
  ],
  [
    'takes ends without their starts',
    [
      { type: 'exchange-end', at: 1, call: 1, attempt: 1, connection: 1, bytesSent: 1, bytesReceived: 1, error: null },
      { type: 'queue-end', at: 2, call: 2, attempt: 1, origin: ORIGIN, connection: null, queued: 0 },
      { type: 'connect-end', at: 3, connection: 2, origin: ORIGIN, address: 'x', error: null },
      { type: 'call-end', at: 20, call: 1, status: 200, error: null, timings: TIMINGS, attempts: [] },
      { ...closed, at: 30, connection: 1, served: 7 },
    ],
    { lanes: ['2:0 1:0'], calls: 2, counts: ZEROS },
  ],
  [
    'counts a connection that could not be opened as no connection',
    [
      { type: 'dial-start', at: 0, via: null, why: 'request', connection: 1, origin: ORIGIN },
      { type: 'dial-end', at: 5, connection: 1, origin: ORIGIN, address: null, error: REFUSED },
      { ...closed, at: 5, connection: 1, reason: 'dial-failed', served: 0 },
    ],
    { lanes: ['1:0'], counts: { ...ZEROS, dialFailures: 1 } },
  ],
  [
    'knows a closed connection from an open one',
    [...opening(1, 0), ...opening(2, 0), ...call(1, 1, 10), { ...closed, at: 20, connection: 1, served: 1 }],
    { lanes: ['1:1 2:0'], calls: 1, counts: { ...ZEROS, requests: 1, connections: 2, open: 1 } },
  ],
  [
    'counts what was decided, and not what was refused',
    [
      { type: 'queue-start', at: 0, call: 1, attempt: 1, origin: ORIGIN, queued: 1 },
      { type: 'retry', ...decided, willRetry: true, because: '503', refused: null, delay: 1 },
      { type: 'retry', ...decided, willRetry: false, because: '503', refused: 'budget', delay: 0 },
      { type: 'replay', ...decided, connection: 1, because: 'ERR_CONNECTION_CLOSED', willReplay: true, why: 'dead' },
      { type: 'replay', ...decided, connection: 1, because: 'ERR_CONNECTION_CLOSED', willReplay: false, why: 'POST' },
      { type: 'redirect', at: 30, call: 1, status: 302, from: 'a', to: 'b', followed: true, why: null, dropped: [] },
      { type: 'redirect', at: 30, call: 1, status: 302, from: 'a', to: 'b', followed: false, why: 'x', dropped: [] },
    ],
    { calls: 1, counts: { ...ZEROS, retries: 1, replays: 1, redirects: 1 } },
  ],
  [
    'counts a failed exchange and a failed call apart',
    [
      ...opening(1, 0),
      ...exchange(1, 1, 10, { error: REFUSED }),
      { type: 'call-end', at: 20, call: 1, status: null, error: 'stop', timings: TIMINGS, attempts: [] },
    ],
    {
      lanes: ['1:1'],
      calls: 1,
      failedCalls: 1,
      counts: { ...ZEROS, requests: 1, failed: 1, connections: 1, open: 1 },
    },
  ],
  [
    'takes a connect() for no call',
    [
      { type: 'queue-start', at: 0, call: 0, attempt: 1, origin: ORIGIN, queued: 1 },
      { type: 'queue-end', at: 5, call: 0, attempt: 1, origin: ORIGIN, connection: 1, queued: 0 },
    ],
    {},
  ],
  [
    'keeps origins apart',
    [...opening(1, 0), ...opening(2, 0, 'http://b.test:80'), ...call(1, 2, 10, { origin: 'http://b.test:80' })],
    {
      origins: [ORIGIN, 'http://b.test:80'],
      lanes: ['1:0', '2:1'],
      calls: 1,
      counts: { ...ZEROS, requests: 1, connections: 2, open: 2 },
    },
  ],
];

for (const [name, events, expected] of CASES) {
  test(`TraceModel ${name}`, () => {
    const found = summary(modelOf(events));
    assert.deepEqual(found, { ...NOTHING, ...expected });
  });
}

test('TraceModel notes the times of an exchange, its fields and its mark', () => {
  const model = modelOf([
    ...opening(1, 0),
    ...exchange(1, 1, 10, { status: 503 }),
    { type: 'retry', at: 14, call: 1, attempt: 1, willRetry: true, because: '503', refused: null, delay: 6 },
    ...exchange(1, 1, 20, { attempt: 2, served: 1 }),
  ]);
  const lane = model.lane(1);
  const { lane: ofBar, ...bar } = model.bars.get(1) ?? assert.fail();
  assert.equal(ofBar, lane);
  assert.deepEqual(bar, {
    id: 1,
    call: 1,
    attempt: 2,
    method: 'GET',
    url: 'http://a.test/1',
    mark: 'retry',
    reused: true,
    from: 20,
    sentAt: 21,
    headAt: 23,
    to: 24,
    status: 200,
    reason: 'OK',
    error: null,
    bytesSent: 50,
    bytesReceived: 100,
    requestFields: ['Host', 'a.test'],
    responseFields: ['Server', 'x'],
  });
  assert.deepEqual(
    [model.bars.get(0)?.mark, model.calls.get(1)?.exchanges, model.totals.statuses],
    [
      'none',
      [0, 1],
      new Map([
        [503, 1],
        [200, 1],
      ]),
    ],
  );
});

test('TraceModel notes how a connection was opened and closed', () => {
  const model = modelOf([...opening(1, 0), ...call(1, 1, 10), { ...closed, at: 50, connection: 1, served: 1 }]);
  const { address, dialFrom, dialTo, steps, closedAt, reason, served, handshake } = model.lane(1) ?? assert.fail();
  assert.deepEqual(
    { address, dialFrom, dialTo, closedAt, reason, served, handshake },
    {
      address: '192.0.2.1:443',
      dialFrom: 0,
      dialTo: 10,
      closedAt: 50,
      reason: 'server-closed',
      served: 1,
      handshake: 10,
    },
  );
  assert.deepEqual(
    steps.map(({ kind, about, from, to, ok, resumed }) => [kind, about, from, to, ok, resumed]),
    [
      ['dns', 'a.test', 0, 2, true, false],
      ['connect', '192.0.2.1:443', 2, 5, true, false],
      ['tls', '192.0.2.1:443', 5, 10, true, true],
    ],
  );
});

test('TraceModel takes the start of a call that it has not seen from its end', () => {
  const model = modelOf([
    { type: 'call-end', at: 30, call: 4, status: 200, error: null, timings: TIMINGS, attempts: [] },
  ]);
  const { from, to, status, isOver } = model.calls.get(4) ?? assert.fail();
  assert.deepEqual({ from, to, status, isOver }, { from: 20, to: 30, status: 200, isOver: true });
});

test('TraceModel forgets the oldest, and keeps the totals', () => {
  const model = modelOf(
    (function* events() {
      for (let i = 0; i < 100; i++) {
        yield* opening(i, i * 20);
        yield* call(i, i, i * 20 + 10);
        if (i % 2 === 0) yield { ...closed, at: i * 20 + 15, connection: i, served: 1 };
      }
    })(),
    10,
  );
  assert.deepEqual(summary(model).counts, { ...ZEROS, requests: 100, connections: 100, open: 50 });
  assert.deepEqual([model.bars.first, model.bars.next, model.calls.size, model.numCalls], [90, 100, 10, 100]);
  // Closed connections go with their last exchange; open ones stay.
  const lanes = model.origins.get(ORIGIN)?.lanes ?? [];
  assert.deepEqual([lanes.length, lanes.filter(({ isClosed }) => isClosed).length], [55, 5]);
  assert.equal(model.from, 90 * 20 + 10);
});

test('TraceModel forgets an origin with its last connection, and keeps what it saved', () => {
  const model = modelOf(
    [
      ...opening(1, 0),
      ...call(1, 1, 10),
      ...call(2, 1, 20, { served: 1 }),
      { ...closed, at: 30, connection: 1, served: 2 },
      ...opening(2, 40, 'http://b.test:80'),
      ...call(3, 2, 50, { origin: 'http://b.test:80' }),
      ...call(4, 2, 60, { origin: 'http://b.test:80', served: 1 }),
    ],
    2,
  );
  assert.deepEqual([...model.origins.keys()], ['http://b.test:80']);
  assert.equal(model.saved, 20);
});

test('TraceModel forgets an exchange that goes on, and takes its end', () => {
  const [acquired, start, ...rest] = exchange(1, 1, 10);
  assert.ok(acquired !== undefined && start !== undefined);
  const model = modelOf([acquired, start, ...call(2, 2, 20), ...rest], 1);
  assert.equal(model.totals.running, 0);
  assert.equal(model.lane(1)?.running.length, 0);
});

test('TraceModel counts what is missing, and keeps warnings', () => {
  const model = modelOf([
    { type: 'trace', version: 1, urlpool: '0.1.0', wallTime: 1_000_000, at: 500 },
    { type: 'gap', at: 600, events: 7 },
    { type: 'warning', at: 700, code: 'unread-body', message: 'left' },
  ]);
  assert.deepEqual([model.missing, model.warnings.length, model.wallOffset, model.to], [7, 1, 999_500, 700]);
});

test('TraceModel begins with its first event, not with the header', () => {
  const model = new TraceModel();
  model.see({ type: 'trace', version: 1, urlpool: '0.1.0', wallTime: 1_000_000, at: 5 });
  assert.ok(Number.isNaN(model.from));
  model.see({ type: 'call-start', at: 4000, call: 1, method: 'GET', url: ORIGIN });
  assert.equal(model.from, 4000);
});

test('TraceModel leaves out events that it does not know', () => {
  const model = new TraceModel();
  model.see(JSON.parse('{"type":"teleported","at":1}'));
  assert.deepEqual([model.seen, model.origins.size], [1, 0]);
});

test('TraceModel.passTo() lets time pass while a call is under way, and only then', () => {
  const model = modelOf([...opening(1, 0), ...call(1, 1, 10)]);
  model.passTo(100);
  assert.equal(model.to, 14);
  model.see({ type: 'call-start', at: 200, call: 2, method: 'GET', url: 'http://a.test/2' });
  model.passTo(150);
  assert.equal(model.to, 200);
  model.passTo(300);
  assert.equal(model.to, 300);
});

test('TraceModel.passTo() waits for no end that may be among missing events', () => {
  const model = modelOf([
    { type: 'call-start', at: 1, call: 1, method: 'GET', url: 'http://a.test/1' },
    { type: 'gap', at: 5, events: 3 },
  ]);
  model.passTo(100);
  assert.equal(model.to, 5);
});

test('TraceModel counts a connection that was open before the trace began once it carries an exchange', () => {
  const events = [...call(1, 1, 10, { served: 7 }), ...call(2, 1, 20, { served: 8 })];
  const model = modelOf(events);
  const { connections, open, reused, requestsPerConnection } = model.totals;
  assert.deepEqual(
    { connections, open, reused, requestsPerConnection },
    { connections: 1, open: 1, reused: 2, requestsPerConnection: 2 },
  );
  model.see({ ...closed, at: 50, connection: 1, served: 9 });
  assert.deepEqual([model.totals.open, model.totals.connections], [0, 1]);
});

test('TraceModel tells what an exchange that goes on has sent', () => {
  const model = modelOf([...opening(1, 0), ...exchange(1, 1, 10).slice(0, 4)]);
  assert.equal(model.bars.get(0)?.bytesSent, 50);
});

test('TraceModel keeps nothing under way whose end is among missing events', () => {
  const [start, queued] = call(3, 1, 12);
  assert.ok(start !== undefined && queued !== undefined);
  const model = modelOf([
    ...opening(1, 0),
    ...exchange(1, 1, 10).slice(0, 4),
    start,
    queued,
    { type: 'gap', at: 15, events: 9 },
    ...exchange(2, 1, 20, { served: 1 }),
  ]);
  assert.deepEqual([model.totals.running, model.lane(1)?.running, model.bars.get(0)?.to], [0, [], 20]);
  assert.equal(model.origins.get(ORIGIN)?.queue.now, 0);
});
