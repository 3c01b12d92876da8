// What a listener may do in the middle of an event: at each event of a request that is redirected, replayed and answered.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolManager, type TraceEvent } from 'urlpool';
import { faultsOf } from './model/audit.ts';
import { ORIGINS, UnrulyServer } from './model/unruly-server.ts';

/** How the calls ended, and what was told of them. */
interface Told {
  readonly events: readonly TraceEvent[];
  readonly outcomes: readonly string[];
  readonly open: number;
}

type Act = (given: {
  readonly http: PoolManager;
  readonly controller: AbortController;
  readonly stopOther: () => void;
}) => void;

/** Two requests, the second of which finds that its connection has died, with `act` in the nth event. */
async function toldWith(n: number, act: Act): Promise<Told> {
  const server = new UnrulyServer({
    dials: ['open'],
    answers: new Map([
      ['/first', [{ is: 'redirect', to: 1, status: 302 }, { is: 'ok' }]],
      ['/second', [{ is: 'cut', at: 0 }, { is: 'hints' }]],
    ]),
  });
  const events: TraceEvent[] = [];
  const controller = new AbortController();
  const http = new PoolManager({
    connector: server.connector,
    onEvent: (event) => {
      if (events.push(event) === n) act({ http, controller, stopOther });
    },
  });
  const stopOther = http.subscribe(() => {});
  const outcomes: string[] = [];
  for (const path of ['/first', '/second']) {
    const { signal } = controller;
    await http.request('GET', ORIGINS[1] + path, { signal }).then(
      ({ status }) => outcomes.push(String(status)),
      (error: unknown) =>
        outcomes.push(error === signal.reason ? 'aborted' : String((error as { code?: string }).code)),
    );
  }
  await http.close();
  return { events, outcomes, open: server.open };
}

/** Every moment of the two requests. */
const { length: EVENTS } = (await toldWith(0, () => {})).events;

function assertRight({ events, open }: Told, n: number): void {
  assert.deepEqual(faultsOf(events, { isGapless: false }), [], `at event ${n}: ${events[n - 1]?.type}`);
  assert.equal(open, 0, `connections are open after an act in event ${n}`);
}

// What is done, and how the requests may end then.
const ACTS: readonly (readonly [name: string, act: Act, outcomes: RegExp])[] = [
  ['aborts the call', ({ controller }) => controller.abort(), /^(200|aborted) (200|aborted)$/],
  ['clears the manager', ({ http }) => void http.clear(), /^200 200$/],
  ['closes the manager', ({ http }) => void http.close(), /^(200|ERR_POOL_CLOSED) (200|ERR_POOL_CLOSED)$/],
  ['closes the manager at once', ({ http }) => void http.close({ timeout: 0 }), /^\w+ \w+$/],
  ['subscribes', ({ http }) => void http.subscribe(() => {}), /^200 200$/],
  ['has another unsubscribed', ({ stopOther }) => stopOther(), /^200 200$/],
  ['makes a request', ({ http }) => void http.request('GET', `${ORIGINS[0]}/third`).catch(() => {}), /^200 200$/],
  [
    'makes a request to the same origin',
    ({ http }) => void http.request('GET', `${ORIGINS[1]}/third`).catch(() => {}),
    /^200 200$/,
  ],
];

for (const [name, act, outcomes] of ACTS) {
  test(`a listener that ${name} finds every start ended, at whatever event`, async () => {
    assert.ok(EVENTS > 40, `${EVENTS} events`);
    for (let n = 1; n <= EVENTS; n++) {
      const told = await toldWith(n, act);
      assertRight(told, n);
      assert.match(told.outcomes.join(' '), outcomes, `at event ${n}: ${told.events[n - 1]?.type}`);
    }
  });
}

test('a listener that throws is heard of as an uncaught error, and disturbs nothing', async () => {
  const thrown: unknown[] = [];
  process.setUncaughtExceptionCaptureCallback((error) => thrown.push(error));
  try {
    for (let n = 1; n <= EVENTS; n++) {
      const told = await toldWith(n, () => {
        throw new Error('mine');
      });
      assertRight(told, n);
      assert.deepEqual(told.outcomes, ['200', '200']);
    }
  } finally {
    process.setUncaughtExceptionCaptureCallback(null);
  }
  assert.equal(thrown.length, EVENTS);
});

test('a listener that unsubscribes itself in an event is told of no other', async () => {
  const server = new UnrulyServer({ dials: ['open'], answers: new Map() });
  for (let n = 1; n < 10; n++) {
    await using http = new PoolManager({ connector: server.connector });
    let told = 0;
    const stop = http.subscribe(() => {
      if (++told === n) stop();
    });
    const others: TraceEvent[] = [];
    http.subscribe((event) => others.push(event));
    await http.request('GET', `${ORIGINS[0]}/`);
    assert.equal(told, n);
    assert.equal(others.at(-1)?.type, 'call-end');
  }
});

test('a listener that is subscribed in an event is told of a call from its beginning or not at all', async () => {
  const server = new UnrulyServer({ dials: ['open'], answers: new Map() });
  for (let n = 1; n < 16; n++) {
    const late: TraceEvent[] = [];
    let told = 0;
    await using http = new PoolManager({
      connector: server.connector,
      onEvent: () => {
        if (++told === n) http.subscribe((event) => late.push(event));
      },
    });
    await http.request('GET', `${ORIGINS[0]}/`);
    await http.request('GET', `${ORIGINS[0]}/`);
    const ofCalls = late.filter((event) => 'call' in event);
    assert.equal(ofCalls[0]?.type, 'call-start');
    assert.equal(ofCalls.at(-1)?.type, 'call-end');
    assert.equal(ofCalls.filter(({ type }) => type === 'call-start').length, 1);
  }
});
