// many() of a session: each item is one of its requests.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HTTPError, PoolManager, Session, type SessionOptions } from 'urlpool';
import { FakeClock, fieldValues, type ReceivedRequest, type ResponseChoices, ScriptedServer } from 'urlpool-testing';
import { until } from '../connection/served-pool.ts';

async function serve(
  t: TestContext,
  answer: (request: ReceivedRequest) => ResponseChoices = () => ({}),
): Promise<ScriptedServer> {
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      const request = await connection.request();
      await connection.respond({ body: request.target, ...answer(request) });
    }
  });
  t.after(() => server.close());
  return server;
}

function sessionOver(t: TestContext, options: SessionOptions): Session {
  const session = new Session({ retries: false, ...options });
  t.after(() => session.close());
  return session;
}

async function texts(results: ReturnType<Session['many']>): Promise<string[]> {
  const found: string[] = [];
  for await (const { response, error } of results) {
    found.push(response?.text() ?? (error instanceof HTTPError ? error.code : String(error)));
  }
  return found;
}

test('Session.many() takes paths below its base, and options of a session for each', async (t) => {
  const server = await serve(t, () => ({ headers: [['Set-Cookie', 'a=1; Path=/']] }));
  const session = sessionOver(t, { baseUrl: `${server.origin}/v1`, params: { v: 1 }, auth: ['u', 'p'] });
  const items = ['/a', { url: 'b', params: { q: 2 }, auth: null }, new URL(`${server.origin}/c`)];
  const found = await texts(session.many(items, { concurrency: 1, order: 'source' }));
  assert.deepEqual(found, ['/v1/a?v=1', '/v1/b?v=1&q=2', '/c?v=1']);
  assert.deepEqual(
    server.requests.map(({ headers }) => ['authorization', 'cookie'].map((name) => fieldValues(headers, name).length)),
    [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
  );
});

test('Session.many() leads its items through the middleware', async (t) => {
  const server = await serve(t);
  const seen: string[] = [];
  const session = sessionOver(t, {
    baseUrl: server.origin,
    middleware: [
      async (request, next) => {
        seen.push(request.url.slice(server.origin.length));
        return await next(request);
      },
    ],
  });
  await texts(session.many(['/a', '/b']));
  assert.deepEqual(seen, ['/a', '/b']);
});

test('Session({ raiseForStatus: true }).many() has an error for a status of 400 or more', async (t) => {
  const server = await serve(t, ({ target }) => ({ status: Number(target.slice(1)) }));
  const session = sessionOver(t, { baseUrl: server.origin, raiseForStatus: true });
  const items = ['/200', '/404', { url: '/500', raiseForStatus: false }];
  assert.deepEqual(await texts(session.many(items, { order: 'source' })), ['/200', 'ERR_STATUS', '/500']);
});

test('Session.many({ perOrigin }) knows the origins of paths', async (t) => {
  const server = await serve(t);
  const other = await serve(t);
  const session = sessionOver(t, { baseUrl: server.origin });
  const items = ['/a', '/b', `${other.origin}/c`, 'http://', '/d'];
  assert.deepEqual((await texts(session.many(items, { perOrigin: 1 }))).sort(), [
    '/a',
    '/b',
    '/c',
    '/d',
    'ERR_INVALID_URL',
  ]);
  assert.deepEqual([server.connections.length, other.connections.length], [1, 1]);
});

for (const [name, options, own, expected] of [
  ['the session', { rateLimit: { requests: 1, per: 1_000 } }, {}, 1],
  ['many()', {}, { rateLimit: { requests: 2, per: 1_000 } }, 2],
  [
    'many() in place of that of the session',
    { rateLimit: { requests: 3 } },
    { rateLimit: { requests: 2, per: 1_000 } },
    2,
  ],
] as const) {
  test(`Session.many() keeps the rate of ${name}, also behind middleware that takes its time`, async (t) => {
    const clock = new FakeClock();
    const server = await serve(t);
    const other = await serve(t);
    const session = sessionOver(t, {
      ...options,
      clock,
      baseUrl: server.origin,
      middleware: [
        async (request, next) => {
          await new Promise((resolve) => setImmediate(resolve));
          return await next(request);
        },
      ],
    });
    const found = texts(session.many(['/1', '/2', '/3', '/4', `${other.origin}/5`], { concurrency: 3, ...own }));
    await until(() => server.requests.length === expected && other.requests.length === 1);
    clock.advance(999);
    assert.equal(server.requests.length, expected);
    while (server.requests.length < 4) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal((await found).length, 5);
  });
}

test('Session.many({ rateLimit: null }) takes the rate of the session away', async (t) => {
  const server = await serve(t);
  const session = sessionOver(t, { baseUrl: server.origin, rateLimit: { requests: 1, per: 60_000 } });
  assert.equal((await texts(session.many(['/1', '/2', '/3'], { rateLimit: null }))).length, 3);
});

test('Session.many() of a session that is closed meanwhile has errors, though its manager is open', async (t) => {
  const server = await serve(t);
  const manager = new PoolManager();
  t.after(() => manager.close());
  for (const rateLimit of [undefined, { requests: 10 }]) {
    const session = new Session({ manager, baseUrl: server.origin });
    const found: string[] = [];
    for await (const { error } of session.many(['/a', '/b'], { concurrency: 1, rateLimit })) {
      found.push(error instanceof HTTPError ? error.code : 'none');
      await session.close();
    }
    assert.deepEqual(found, ['none', 'ERR_POOL_CLOSED']);
  }
});
