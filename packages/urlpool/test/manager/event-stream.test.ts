import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type EventStreamOptions,
  HTTPConnectionPool,
  HTTPError,
  PoolError,
  type PoolManager,
  type PoolManagerOptions,
  type Reconnection,
  Retry,
  type ServerSentEvent,
  StatusError,
} from 'urlpool';
import { FakeClock, type ResponseChoices, type Script, type ScriptedServer, unusedPort } from 'urlpool-testing';
import { until } from '../connection/served-pool.ts';
import { servedManager } from './served-manager.ts';

const TYPE = { 'Content-Type': 'text/event-stream; charset=utf-8' };

/** Answers one request with this stream, and ends it in order. */
const stream = (body: string): ResponseChoices => ({ headers: TYPE, body, chunked: true });

/** Answers the requests of a server in turn, over however many connections; the last answer is repeated. */
function inTurn(...answers: readonly (ResponseChoices | Script)[]): Script {
  let next = 0;
  return async (connection) => {
    for (;;) {
      await connection.request();
      const answer = answers[Math.min(next++, answers.length - 1)];
      if (typeof answer === 'function') return await answer(connection);
      await connection.respond(answer);
    }
  };
}

interface Streaming {
  readonly http: PoolManager;
  readonly server: ScriptedServer;
  readonly url: string;
  readonly clock: FakeClock;
  /** What was told before each wait. */
  readonly waits: Reconnection[];
  readonly events: ReturnType<PoolManager['eventStream']>;
}

/** A stream whose waits are over as soon as they have begun. */
async function streaming(
  t: TestContext,
  script: Script,
  options: EventStreamOptions = {},
  manager: PoolManagerOptions = {},
): Promise<Streaming> {
  const clock = new FakeClock();
  const { http, servers, origins } = await servedManager(t, 3, script, { clock, random: () => 0, ...manager });
  const [server] = servers;
  assert.ok(server !== undefined);
  const waits: Reconnection[] = [];
  const url = `${origins[0]}/events`;
  const events = http.eventStream(url, {
    onReconnect: (wait) => {
      waits.push(wait);
      setImmediate(() => clock.advance(wait.delay));
    },
    ...options,
  });
  return { http, server, url, clock, waits, events };
}

async function all(events: AsyncIterable<ServerSentEvent>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { type, data, lastEventId } of events) texts.push(`${type}|${data}|${lastEventId}`);
  return texts;
}

/** Connections at work. */
function atWork(http: PoolManager): number {
  const { open, idle } = http.snapshot();
  return open - idle;
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => assert.fail('it did not fail'),
    (error: unknown) => error,
  );
}

const headers = (server: ScriptedServer, name: string) =>
  server.requests.map(({ headers: fields }) => fields.find(([field]) => field.toLowerCase() === name)?.[1] ?? null);

test('eventStream() gives events over several connections, from the last id on, until a 204', async (t) => {
  const { events, server, waits } = await streaming(
    t,
    inTurn(stream('id: 1\ndata: a\n\ndata: b\n\n'), stream('data: c\nid: 2\n\ndata: lost'), stream(''), {
      status: 204,
    }),
  );
  assert.deepEqual(await all(events), ['message|a|1', 'message|b|1', 'message|c|2']);
  assert.deepEqual(headers(server, 'last-event-id'), [null, '1', '2', '2']);
  assert.deepEqual(headers(server, 'accept'), Array(4).fill('text/event-stream'));
  assert.deepEqual(headers(server, 'cache-control'), Array(4).fill('no-store'));
  assert.deepEqual(
    waits.map(({ error, failures, delay }) => [error, failures, delay]),
    Array(3).fill([null, 0, 3_000]),
  );
});

test('eventStream() waits as the server says by retry, from then on', async (t) => {
  const { events, waits } = await streaming(
    t,
    inTurn(stream('retry: 70\n\n'), stream('data: a\n\n'), stream('retry: 0\n'), stream('retry: 5s\n'), {
      status: 204,
    }),
    { reconnectDelay: 9 },
  );
  await all(events);
  assert.deepEqual(
    waits.map(({ delay }) => delay),
    [70, 70, 0, 0],
  );
});

test('eventStream() begins from an id that is known', async (t) => {
  const { events, server } = await streaming(t, inTurn(stream('data: a\n\n'), { status: 204 }), { lastEventId: 'ü7' });
  assert.deepEqual(await all(events), ['message|a|ü7']);
  assert.deepEqual(headers(server, 'last-event-id'), Array(2).fill(Buffer.from('ü7').toString('latin1')));
});

test('eventStream() sends the fields of the caller, and its own beside them', async (t) => {
  const { events, server } = await streaming(t, inTurn({ status: 204 }), {
    headers: { accept: 'text/event-stream;v=2', 'X-Key': 'k', 'last-event-id': 'wrong' },
    lastEventId: '7',
  });
  await all(events);
  assert.deepEqual(
    ['accept', 'x-key', 'last-event-id'].map((name) => headers(server, name)),
    [['text/event-stream;v=2'], ['k'], ['7']],
  );
});

test('eventStream() sends fields that can be read only once over each connection', async (t) => {
  const { server, events } = await streaming(t, inTurn(stream('data: a\n\n'), { status: 204 }), {
    headers: [['X-Key', 'k'] as const].values(),
  });
  await all(events);
  const sent = server.requests.map(({ headers }) => headers.find(([name]) => name === 'X-Key')?.[1]);
  assert.deepEqual(sent, ['k', 'k']);
});

test('eventStream() sends no id that no field can hold', async (t) => {
  const { events, server } = await streaming(t, inTurn(stream('id: a\u0001b\n\n'), { status: 204 }));
  await all(events);
  assert.deepEqual(headers(server, 'last-event-id'), [null, null]);
});

const cut: Script = async (connection) => {
  await connection.write(
    'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: x\n\n\r\n',
  );
  connection.end();
};
const refused: Script = async (connection) => connection.reset();

test('eventStream() waits longer with each failure, and as before once it is connected', async (t) => {
  const { events, waits } = await streaming(
    t,
    inTurn(refused, refused, { status: 503 }, { status: 500 }, stream('data: a\n\n'), { status: 500 }, { status: 204 }),
    { reconnectDelay: 1_000, reconnectDelayMax: 5_000 },
  );
  assert.deepEqual(await all(events), ['message|a|']);
  assert.deepEqual(
    waits.map(({ failures, delay, error }) => [failures, delay, error instanceof HTTPError]),
    [
      [1, 1_000, true],
      [2, 2_000, true],
      [3, 4_000, true],
      [4, 5_000, true],
      [0, 1_000, false],
      [1, 1_000, true],
    ],
  );
});

test('eventStream() counts connections that are cut before they gave an event as failures in a row', async (t) => {
  const empty: Script = async (connection) => {
    await connection.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n');
    connection.reset();
  };
  const { events, server, waits } = await streaming(t, inTurn(cut, empty, empty, empty), { maxReconnects: 2 });
  assert.equal((await events.next()).value?.data, 'x');
  const error = await failure(events.next());
  assert.ok(error instanceof HTTPError && error.code === 'ERR_CONNECTION_RESET', String(error));
  assert.deepEqual(
    waits.map(({ failures, delay }) => [failures, delay]),
    [
      [1, 3_000],
      [2, 6_000],
    ],
  );
  assert.equal(server.requests.length, 3);
});

test('eventStream() counts no connection that lasted for long with those that failed before it', async (t) => {
  const opened: (() => void)[] = [];
  const quiet: Script = async (connection) => {
    await connection.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n');
    await new Promise<void>((resolve) => opened.push(resolve));
    connection.reset();
  };
  const { events, waits, http, clock } = await streaming(t, inTurn(refused, refused, quiet, { status: 204 }));
  const reading = all(events);
  await until(() => opened.length === 1 && http.snapshot().bytesIn > 0);
  clock.advance(30_000);
  opened[0]?.();
  await reading;
  assert.deepEqual(
    waits.map(({ failures, delay }) => [failures, delay]),
    [
      [1, 3_000],
      [2, 6_000],
      [1, 3_000],
    ],
  );
});

test('eventStream() goes on after a connection that was cut in the middle', async (t) => {
  const { events, waits } = await streaming(t, inTurn(cut, cut, { status: 204 }));
  assert.deepEqual(await all(events), ['message|x|', 'message|x|']);
  assert.deepEqual(
    waits.map(({ failures, delay }) => [failures, delay]),
    [
      [1, 3_000],
      [1, 3_000],
    ],
  );
});

for (const [status, value, delay] of [
  [503, '60', 60_000],
  [429, '60', 60_000],
  [429, '1', 3_000],
  [500, 'soon', 3_000],
] as const) {
  test(`eventStream() waits ${delay} ms after a ${status} with Retry-After: ${value}`, async (t) => {
    const { events, waits } = await streaming(
      t,
      inTurn({ status, headers: { 'Retry-After': value } }, { status: 204 }),
    );
    await all(events);
    assert.deepEqual(
      waits.map((wait) => [wait.delay, wait.error?.code]),
      [[delay, 'ERR_STATUS']],
    );
  });
}

test('eventStream() connects again where nobody listens, or nobody has the name', async (t) => {
  const { http, clock } = await streaming(t, inTurn({ status: 204 }));
  const port = await unusedPort();
  const seen: (string | undefined)[] = [];
  const events = http.eventStream(`http://127.0.0.1:${port}/`, {
    maxReconnects: 2,
    onReconnect: ({ error, delay }) => {
      seen.push(error?.code);
      setImmediate(() => clock.advance(delay));
    },
  });
  const error = await failure(all(events));
  assert.ok(error instanceof HTTPError && error.code === 'ERR_CONNECTION_REFUSED');
  assert.deepEqual(seen, ['ERR_CONNECTION_REFUSED', 'ERR_CONNECTION_REFUSED']);
});

for (const status of [400, 401, 403, 404, 410, 418, 304, 206, 201]) {
  test(`eventStream() ends for good with a ${status}`, async (t) => {
    const { events, server, waits } = await streaming(t, inTurn({ status, headers: TYPE }));
    const error = await failure(all(events));
    assert.ok(error instanceof StatusError && error.status === status, String(error));
    assert.deepEqual(
      [server.requests.length, waits.length, await events.next()],
      [1, 0, { done: true, value: undefined }],
    );
  });
}

for (const [type, why] of [
  ['text/plain', 'its Content-Type is "text/plain"'],
  ['text/event-streams', 'its Content-Type is "text/event-streams"'],
  [null, 'it has no Content-Type'],
] as const) {
  test(`eventStream() ends for good with Content-Type ${type}`, async (t) => {
    const fields: Record<string, string> = type === null ? {} : { 'Content-Type': type };
    const { http, events, url } = await streaming(t, inTurn({ headers: fields, body: 'data: a\n\n' }));
    const error = await failure(all(events));
    assert.ok(error instanceof HTTPError && error.code === 'ERR_EVENT_STREAM');
    assert.equal(
      error.message,
      `Cannot read GET ${url} as a stream of events: ${why}, and it has to be text/event-stream`,
    );
    assert.equal(http.snapshot().pools[0]?.idle, 1, 'the connection is back');
  });
}

test('eventStream() takes a Content-Type with parameters and capitals', async (t) => {
  const { events } = await streaming(
    t,
    inTurn({ headers: { 'Content-Type': 'Text/Event-Stream;charset=UTF-8' }, body: 'data: a\n\n' }, { status: 204 }),
  );
  assert.deepEqual(await all(events), ['message|a|']);
});

test('eventStream() ends for good with a limit', async (t) => {
  const { events, server } = await streaming(t, inTurn(stream('data: a\n\ndata: 12345\n\n')), { maxLineBytes: 10 });
  assert.equal((await events.next()).value?.data, 'a');
  assert.equal(((await failure(all(events))) as HTTPError).code, 'ERR_LIMIT');
  assert.equal(server.requests.length, 1);
});

test('eventStream() throws what onReconnect throws', async (t) => {
  const thrown = new Error('enough');
  const { events } = await streaming(t, inTurn(stream('')), {
    onReconnect: () => {
      throw thrown;
    },
  });
  assert.equal(await failure(all(events)), thrown);
});

// Being ended from outside

const silent: Script = async (connection) => {
  await connection.request();
  await connection.write(
    'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: x\n\n\r\n',
  );
};

/** Resolves when the loop has turned a few times: nothing that could settle at once is left. */
async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

for (const [where, script] of [
  ['while it waits for an event', silent],
  ['while it waits to connect again', inTurn(stream('data: x\n\n'))],
] as const) {
  const endless: EventStreamOptions = { onReconnect: () => {} };

  test(`eventStream() ends by its signal ${where}`, async (t) => {
    const controller = new AbortController();
    const { events, http, clock } = await streaming(t, script, { ...endless, signal: controller.signal });
    await events.next();
    const next = failure(events.next());
    await turns();
    controller.abort(new Error('stop'));
    assert.equal(((await next) as Error).message, 'stop');
    assert.equal((await events.next()).done, true);
    assert.equal(atWork(http), 0);
    assert.ok(clock.pending <= 1, 'no timer but that of the idle connection');
  });

  test(`eventStream() is left by return() ${where}`, async (t) => {
    const { events, http } = await streaming(t, script, endless);
    await events.next();
    const next = events.next();
    await turns();
    assert.deepEqual([await events.return(), await next], Array(2).fill({ done: true, value: undefined }));
    assert.equal(atWork(http), 0);
  });

  test(`eventStream() ends with the pool-closed error where its manager is closed ${where}`, async (t) => {
    const { events, http, clock } = await streaming(t, script, endless);
    await events.next();
    const next = failure(events.next());
    await turns();
    const closed = http.close({ timeout: 1_000 });
    await turns();
    clock.advance(1_000);
    await closed;
    const error = await next;
    // A connection that is closed under a running stream fails it; nothing is tried again then.
    assert.ok(error instanceof PoolError && error.code === 'ERR_POOL_CLOSED', String(error));
  });
}

test('eventStream() is left by [Symbol.asyncDispose]()', async (t) => {
  const { events, server } = await streaming(t, silent);
  const next = events.next();
  await until(() => server.requests.length === 1);
  await events[Symbol.asyncDispose]();
  assert.deepEqual(await next, { done: true, value: undefined });
});

test('eventStream() is left by break', async (t) => {
  const { events, http } = await streaming(t, silent);
  for await (const { data } of events) {
    assert.equal(data, 'x');
    break;
  }
  assert.deepEqual([atWork(http), await events.next()], [0, { done: true, value: undefined }]);
});

test('eventStream() of a signal that has aborted sends nothing', async (t) => {
  const { events, server } = await streaming(t, silent, { signal: AbortSignal.abort(new Error('stop')) });
  assert.equal(((await failure(all(events))) as Error).message, 'stop');
  assert.equal(server.connections.length, 0);
});

test('eventStream() keeps the process alive while it waits', async (t) => {
  const kept: boolean[] = [];
  const clock = new FakeClock();
  const { http, origins } = await servedManager(t, 3, inTurn(stream(''), { status: 204 }), {
    clock: {
      now: () => clock.now(),
      wallNow: () => clock.wallNow(),
      atNextCheck: (callback, keepAlive) => clock.atNextCheck(callback, keepAlive),
      setTimer(ms, callback, keepAlive = false) {
        if (ms === 777) {
          kept.push(keepAlive);
          setImmediate(() => clock.advance(777));
        }
        return clock.setTimer(ms, callback);
      },
    },
  });
  await all(http.eventStream(origins[0], { reconnectDelay: 777 }));
  assert.deepEqual(kept, [true]);
});

test('eventStream() reads nothing before it is asked', async (t) => {
  const { events, server } = await streaming(t, silent);
  await turns();
  assert.equal(server.connections.length, 0);
  await events.return();
});

test('eventStream() of a pool takes a path', async (t) => {
  const { servers } = await servedManager(t, 3, inTurn(stream('data: a\n\n')));
  const pool = new HTTPConnectionPool('127.0.0.1', { port: servers[0]?.port });
  for await (const { data } of pool.eventStream('/events', { retries: Retry.NONE })) {
    assert.equal(data, 'a');
    break;
  }
  await pool.close();
  assert.equal(servers[0]?.requests[0]?.target, '/events');
});

test('eventStream() of a pool takes a URL of its origin, and shows no credentials of it', async (t) => {
  const { servers, origins } = await servedManager(t, 3, inTurn({ status: 200 }));
  const pool = new HTTPConnectionPool('127.0.0.1', { port: servers[0]?.port });
  const url = `${origins[0].replace('//', '//user:pass@')}/events`;
  const error = await failure(all(pool.eventStream(url)));
  assert.ok(error instanceof HTTPError);
  assert.equal(error.url, `${origins[0]}/events`);
  const closed = pool.eventStream(url);
  await pool.close();
  await assert.rejects(closed.next(), { code: 'ERR_POOL_CLOSED', url: `${origins[0]}/events` });
});

for (const [target, code] of [
  ['events', 'ERR_INVALID_TARGET'],
  ['*', 'ERR_INVALID_TARGET'],
  ['http://example.org/events', 'ERR_INVALID_TARGET'],
  [5, 'ERR_INVALID_TARGET'],
] as const) {
  test(`eventStream() of a pool refuses ${target} at once`, () => {
    const pool = new HTTPConnectionPool('127.0.0.1');
    assert.throws(() => pool.eventStream(target as string), { code });
  });
}

for (const options of [
  { reconnectDelay: -1 },
  { reconnectDelay: Number.POSITIVE_INFINITY },
  { reconnectDelayMax: '1' },
  { maxReconnects: -1 },
  { maxReconnects: 1.5 },
  { lastEventId: 'a\nb' },
  { lastEventId: 7 },
  { onReconnect: 1 },
  { maxLineBytes: 0 },
  { maxEventBytes: 0 },
  { reconnect: true },
  { signal: 5 },
] as never[]) {
  test(`eventStream() refuses ${JSON.stringify(options)} at once`, async (t) => {
    const { http, url } = await streaming(t, silent);
    assert.throws(() => http.eventStream(url, options), { code: 'ERR_INVALID_OPTION' });
  });
}
