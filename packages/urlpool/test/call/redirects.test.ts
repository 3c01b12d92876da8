import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type BodyInput,
  type HeadersInput,
  type HTTPError,
  MaxRetryError,
  PoolManager,
  type PoolManagerOptions,
  RedirectError,
  Retry,
  type TraceEvent,
} from 'urlpool';
import { FakeClock, type ReceivedRequest, type Script, ScriptedServer } from 'urlpool-testing';
import { echo, gate, servedPool } from '../connection/served-pool.ts';
import { unpaired } from '../trace/event-pairs.ts';

// Redirects over the wire: RFC 9110 §15.4. What is decided without a socket is tested in next-step.test.ts,
// redirected-request.test.ts and policy/redirect.test.ts.

/** A target that the site answers with a redirect. */
function to(location: string, status = 302): string {
  return `/redirect/${status}/${encodeURIComponent(location)}`;
}

/** Redirects where the target says so, and answers any other with it. */
const site: Script = async (connection) => {
  for (;;) {
    const { target } = await connection.request();
    const [, kind, status, location = ''] = target.split(/[/?]/);
    if (kind !== 'redirect') await connection.respond({ body: target });
    else await connection.respond({ status: Number(status), headers: { Location: decodeURIComponent(location) } });
  }
};

interface Sites {
  readonly http: PoolManager;
  readonly server: ScriptedServer;
  /** Another origin. */
  readonly other: ScriptedServer;
  readonly events: readonly TraceEvent[];
}

async function sites(t: TestContext, options: PoolManagerOptions = {}, script: Script = site): Promise<Sites> {
  const [server, other] = [await ScriptedServer.start({}, script), await ScriptedServer.start({}, site)];
  const events: TraceEvent[] = [];
  const http = new PoolManager({ onEvent: (event) => events.push(event), ...options });
  t.after(async () => {
    const awake = setTimeout(() => {}, 5_000); // neither the manager nor its timers keep the loop turning
    const quiet = http.close({ timeout: 1 });
    await Promise.all([server.close(), other.close()]);
    await quiet;
    clearTimeout(awake);
  });
  return { http, server, other, events };
}

/** The error that a call fails with; it must be one of `Kind`. */
async function failure<Kind extends HTTPError>(
  call: Promise<unknown>,
  Kind: new (...values: never[]) => Kind,
): Promise<Kind> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Kind, String(error));
  return error;
}

function lines(server: ScriptedServer): string[] {
  return server.requests.map(({ method, target }) => `${method} ${target}`);
}

function names(request: ReceivedRequest | undefined): string[] {
  return (request?.headers ?? []).map(([name]) => name.toLowerCase());
}

function redirects(events: readonly TraceEvent[]) {
  return events.flatMap((event) => (event.type === 'redirect' ? [event] : []));
}

// Methods

const STATUSES = [301, 302, 303, 307, 308];

// method, and what is sent after 301, 302, 303, 307, 308
const METHODS = [
  ['GET', 'GET', 'GET', 'GET', 'GET', 'GET'],
  ['HEAD', 'HEAD', 'HEAD', 'HEAD', 'HEAD', 'HEAD'],
  ['POST', 'GET', 'GET', 'GET', 'POST text', 'POST text'],
  ['PUT', 'PUT text', 'PUT text', 'GET', 'PUT text', 'PUT text'],
  ['PATCH', 'PATCH text', 'PATCH text', 'GET', 'PATCH text', 'PATCH text'],
  ['DELETE', 'DELETE', 'DELETE', 'GET', 'DELETE', 'DELETE'],
] as const;

for (const [method, ...expected] of METHODS) {
  test(`request() goes on from ${method} by 301, 302, 303, 307, 308 with ${expected.join(', ')}`, async (t) => {
    const { http, server } = await sites(t);
    const options = method.startsWith('P') ? { body: 'text' } : {};
    for (const status of STATUSES) await http.request(method, server.origin + to('/to', status), options);
    const answered = server.requests.filter(({ target }) => target === '/to');
    assert.deepEqual(
      answered.map(({ method: sent, body }) => `${sent} ${body}`.trim()),
      expected,
    );
  });
}

test('request() gives the URL and the method that answered', async (t) => {
  const { http, server } = await sites(t);
  const { url, method, status } = await http.request('POST', server.origin + to('/to?q=1#part', 303), { body: 'text' });
  assert.deepEqual({ url, method, status }, { url: `${server.origin}/to?q=1`, method: 'GET', status: 200 });
});

test('request() adds the fields of the call to the first URL alone', async (t) => {
  const { http, server } = await sites(t);
  await http.request('GET', server.origin + to('/end'), { fields: { q: '1' } });
  assert.deepEqual(lines(server), [`GET ${to('/end')}?q=1`, 'GET /end']);
});

// Another origin

const SECRETS = { 'X-API-Key': 'k', Authorization: 'Bearer t', Cookie: 'a=b', 'X-Trace': '1' };
const SAFE = { 'Accept-Language': 'eo', Range: 'bytes=0-9' };
const OWN = { ...SECRETS, ...SAFE };

// the form of the option, its value
const FORMS: readonly (readonly [string, HeadersInput])[] = [
  ['an object', OWN],
  ['pairs', Object.entries(OWN)],
  ['a Map', new Map(Object.entries(OWN))],
  ['Headers', new Headers(OWN)],
];

for (const [form, headers] of FORMS) {
  test(`request() sends only the safelist to another origin, of headers given as ${form}`, async (t) => {
    const { http, server, other } = await sites(t);
    await http.request('GET', server.origin + to(`${other.origin}/to`), { headers });
    const sent = ['host', 'accept', 'user-agent', 'accept-language', 'range'];
    assert.deepEqual(names(await other.request(0)).sort(), sent.sort());
  });

  test(`request() sends all of them on within an origin, of headers given as ${form}`, async (t) => {
    const { http, server } = await sites(t);
    await http.request('GET', server.origin + to('/to'), { headers });
    assert.deepEqual(names(server.requests[1]), names(server.requests[0]));
  });
}

test("request() sends none of the manager's own headers to another origin that are not on the safelist", async (t) => {
  const { http, server, other } = await sites(t, { headers: SECRETS });
  await http.request('GET', server.origin + to(`${other.origin}/to`));
  assert.deepEqual(names(await other.request(0)), ['host', 'accept', 'accept-encoding', 'user-agent']);
});

test('request() sends the credentials of its URL to no other origin', async (t) => {
  const { http, server, other } = await sites(t);
  const url = server.origin.replace('//', '//user:secret@') + to(`${other.origin}/to`);
  await http.request('GET', url);
  assert.deepEqual(
    [names(server.requests[0]), names(other.requests[0])],
    [
      ['host', 'accept', 'accept-encoding', 'user-agent', 'authorization'],
      ['host', 'accept', 'accept-encoding', 'user-agent'],
    ],
  );
});

test('request() sends what it dropped on the way not even back to where it came from', async (t) => {
  const { http, server, other } = await sites(t);
  await http.request('GET', server.origin + to(other.origin + to(`${server.origin}/home`)), { headers: SECRETS });
  assert.deepEqual(lines(server).at(-1), 'GET /home');
  assert.deepEqual(names(server.requests.at(-1)), ['host', 'accept', 'accept-encoding', 'user-agent']);
});

test('request() names in Host whom it asks', async (t) => {
  const { http, server, other } = await sites(t);
  await http.request('GET', server.origin + to(`${other.origin}/to`));
  const hosts = [...server.requests, ...other.requests].flatMap(({ headers }) =>
    headers.flatMap(([name, value]) => (name === 'Host' ? [value] : [])),
  );
  assert.deepEqual(hosts, [`127.0.0.1:${server.port}`, `127.0.0.1:${other.port}`]);
});

test('request() leaves the headers of the caller as they were', async (t) => {
  const { http, server, other } = await sites(t);
  const headers = { ...OWN };
  await http.request('GET', server.origin + to(`${other.origin}/to`), { headers });
  assert.deepEqual(headers, OWN);
});

// Bodies

test('request() drops the fields of a body that it drops', async (t) => {
  const { http, server } = await sites(t);
  const headers = { 'Content-Language': 'eo', 'X-Own': '1' };
  await http.request('POST', server.origin + to('/to', 303), { json: { a: 1 }, headers });
  assert.deepEqual(names(server.requests[1]), ['host', 'accept', 'accept-encoding', 'user-agent', 'x-own']);
});

async function* generated(): AsyncGenerator<string> {
  yield 'made ';
  yield 'anew';
}

// name, body, what is sent the second time
const REPEATED: readonly (readonly [string, BodyInput, string])[] = [
  ['a string', 'text', 'text'],
  ['bytes', Buffer.from('bytes'), 'bytes'],
  ['a list of pieces', ['one ', Buffer.from('two')], 'one two'],
  ['a function that makes a string', () => 'made', 'made'],
  ['a function that makes a generator', generated, 'made anew'],
];

for (const [name, body, sent] of REPEATED) {
  test(`request() sends ${name} again by 307`, async (t) => {
    const { http, server } = await sites(t);
    await http.request('POST', server.origin + to('/to', 307), { body });
    assert.deepEqual(
      server.requests.map((request) => request.body.toString()),
      [sent, sent],
    );
  });
}

test('request() sends a body with its fields to another origin by 307', async (t) => {
  const { http, server, other } = await sites(t);
  await http.request('POST', server.origin + to(`${other.origin}/to`, 307), { json: [1] });
  const { body, headers } = await other.request(0);
  assert.deepEqual(
    [body.toString(), headers.find(([name]) => name === 'Content-Type')?.[1]],
    ['[1]', 'application/json'],
  );
});

test('request() cannot send a stream again by 307, and says what could', async (t) => {
  const { http, server } = await sites(t);
  const url = server.origin + to('/to', 307);
  const error = await failure(http.request('POST', url, { body: generated() }), RedirectError);
  assert.equal(
    error.message,
    `Cannot follow the redirect of POST ${url}: its body was a stream and cannot be sent again; give a function that makes it`,
  );
});

test('request() that cannot send a stream again keeps the connection', async (t) => {
  const { http, server } = await sites(t);
  await failure(http.request('POST', server.origin + to('/to', 307), { body: generated() }), RedirectError);
  assert.equal((await http.request('GET', `${server.origin}/next`)).connection.reused, true);
});

test('request() follows a 303 though its body was a stream', async (t) => {
  const { http, server } = await sites(t);
  await http.request('POST', server.origin + to('/to', 303), { body: generated() });
  assert.equal(lines(server)[1], 'GET /to');
});

// How many

test('request() follows 20 redirects by default, and gives up at the next', async (t) => {
  const { http, server } = await sites(t, {}, async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({ status: 302, headers: { Location: '/loop' } });
    }
  });
  const error = await failure(http.request('GET', `${server.origin}/loop`), MaxRetryError);
  assert.deepEqual(
    [error.code, error.phase, error.attempt, error.history.length, server.requests.length],
    ['ERR_TOO_MANY_REDIRECTS', 'redirect', 21, 21, 21],
  );
});

/** A target that redirects `count` times before it answers. */
function chain(count: number): string {
  return count === 0 ? '/end' : to(chain(count - 1));
}

// name, retries, how many redirects are followed
const COUNTS: readonly (readonly [string, Retry | number, number])[] = [
  ['a number', 2, 2],
  ['a total', new Retry(1), 1],
  ['redirect below total', new Retry(3, { redirect: 2 }), 2],
  ['total below redirect', new Retry(1, { redirect: 2 }), 1],
  ['redirect alone', new Retry(null, { redirect: 1 }), 1],
  ['none', new Retry(3, { redirect: 0 }), 0],
];

for (const [name, retries, count] of COUNTS) {
  test(`request() follows as many redirects as Retry allows: ${name}`, async (t) => {
    const { http, server } = await sites(t);
    const response = await http.request('GET', server.origin + chain(count), { retries });
    assert.equal(response.text(), '/end');
  });

  test(`request() follows no more redirects than Retry allows: ${name}`, async (t) => {
    const { http, server } = await sites(t);
    const error = await failure(http.request('GET', server.origin + chain(count + 1), { retries }), MaxRetryError);
    assert.deepEqual([error.code, server.requests.length], ['ERR_TOO_MANY_REDIRECTS', count + 1]);
  });
}

test('request() gives the redirect that is one too many where raiseOnRedirect is false', async (t) => {
  const { http, server } = await sites(t);
  const retries = new Retry(1, { raiseOnRedirect: false });
  const response = await http.request('GET', server.origin + chain(2), { retries });
  assert.deepEqual([response.status, response.headers.get('location'), response.history.length], [302, '/end', 1]);
});

for (const options of [{ redirect: false }, { retries: false }] as const) {
  test(`request() gives a redirect like any other response where ${JSON.stringify(options)}`, async (t) => {
    const { http, server } = await sites(t, {}, async (connection) => {
      await connection.request();
      await connection.respond({ status: 307, headers: { Location: '/to' }, body: 'see there' });
    });
    const response = await http.request('GET', `${server.origin}/`, options);
    assert.deepEqual([response.status, response.text(), lines(server)], [307, 'see there', ['GET /']]);
  });
}

test('request() gives a redirect without Location like any other response', async (t) => {
  const { http, server } = await sites(t, {}, async (connection) => {
    await connection.request();
    await connection.respond({ status: 302, body: 'nowhere' });
  });
  assert.equal((await http.request('GET', `${server.origin}/`)).text(), 'nowhere');
});

test('request() lists what it was redirected from', async (t) => {
  const { http, server, other } = await sites(t);
  const [first, second] = [to(other.origin + to('/end', 307), 303), to('/end', 307)];
  const response = await http.request('POST', server.origin + first, { body: 'text' });
  assert.deepEqual(
    response.history.map(({ method, url, status, error }) => ({ method, url, status, error })),
    [
      { method: 'POST', url: server.origin + first, status: 303, error: null },
      { method: 'GET', url: other.origin + second, status: 307, error: null },
    ],
  );
});

test('request() lists in its error what it was redirected from', async (t) => {
  const { http, server } = await sites(t);
  const error = await failure(http.request('GET', server.origin + chain(2), { retries: 1 }), MaxRetryError);
  assert.deepEqual(
    error.history.map(({ url, status }) => [url, status]),
    [
      [server.origin + chain(2), 302],
      [server.origin + chain(1), 302],
    ],
  );
});

// One host

test('HTTPConnectionPool.request() follows redirects at its host, absolute ones too', async (t) => {
  const { pool, server } = await servedPool(t, site, { retries: 5 });
  const response = await pool.request('GET', to(server.origin + to('/end')));
  assert.deepEqual([response.text(), pool.numConnections, pool.numRequests], ['/end', 1, 3]);
});

test('HTTPConnectionPool.request() refuses a redirect to another host', async (t) => {
  const { pool, server } = await servedPool(t, site, { retries: 5 });
  const error = await failure(pool.request('GET', to('http://localhost:1/end')), RedirectError);
  assert.deepEqual(
    [error.code, error.phase, error.message],
    [
      'ERR_HOST_CHANGED',
      'redirect',
      `Cannot follow the redirect to GET http://localhost:1/end: it is not at ${server.origin}, the only origin of this pool; use a PoolManager, or redirect: false`,
    ],
  );
});

for (const [what, location] of [
  ['port', (port: number) => `http://127.0.0.1:${port + 1}/`],
  ['scheme', (port: number) => `https://127.0.0.1:${port}/`],
] as const) {
  test(`HTTPConnectionPool.request() refuses a redirect to another ${what}`, async (t) => {
    const { pool, server } = await servedPool(t, site, { retries: 5 });
    const error = await failure(pool.request('GET', to(location(server.port))), RedirectError);
    assert.equal(error.code, 'ERR_HOST_CHANGED');
  });
}

test('HTTPConnectionPool.request() keeps the connection of a redirect that it refuses', async (t) => {
  const { pool } = await servedPool(t, site, { retries: 5 });
  await failure(pool.request('GET', to('http://localhost:1/end')), RedirectError);
  assert.equal((await pool.request('GET', '/next')).connection.reused, true);
});

// What becomes of the connection

/** Answers /from with a redirect that has this body, and anything else with its target. */
function withBody(headers: string, body: string): Script {
  return async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      if (target !== '/from') await connection.respond({ body: target });
      else await connection.write(`HTTP/1.1 302 Found\r\nLocation: /to\r\n${headers}\r\n${body}`);
    }
  };
}

const KIB = 1024;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

function chunks(count: number): string {
  return `10000\r\n${'x'.repeat(0x10000)}\r\n`.repeat(count);
}

// name, fields, body, connections opened
const DRAINED: readonly (readonly [string, string, string, number])[] = [
  ['empty', 'Content-Length: 0\r\n', '', 1],
  ['short', 'Content-Length: 9\r\n', 'see there', 1],
  ['of 256 KiB', `Content-Length: ${256 * KIB}\r\n`, 'x'.repeat(256 * KIB), 1],
  ['said to be longer', `Content-Length: ${256 * KIB + 1}\r\n`, 'x', 2],
  ['of 256 KiB in chunks', CHUNKED, `${chunks(4)}0\r\n\r\n`, 1],
  ['longer in chunks', CHUNKED, `${chunks(5)}0\r\n\r\n`, 2],
];

for (const [name, headers, body, connections] of DRAINED) {
  test(`request() follows a redirect whose body is ${name} over ${connections} connections`, async (t) => {
    const { pool } = await servedPool(t, withBody(headers, body), { retries: 5 });
    assert.equal((await pool.request('GET', '/from')).text(), '/to');
    const { numConnections, closed } = pool.snapshot();
    assert.deepEqual([numConnections, closed], [connections, connections === 1 ? {} : { 'unread-body': 1 }]);
  });
}

test('request() waits 50 ms for the end of the body of a redirect, and no longer', async (t) => {
  const clock = new FakeClock();
  const { pool, told } = await servedPool(t, withBody('Content-Length: 9\r\n', 'see'), { retries: 5, clock });
  const call = pool.request('GET', '/from');
  await told('receive-start');
  clock.advance(49);
  assert.equal(pool.snapshot().open, 1);
  clock.advance(1);
  assert.deepEqual(pool.snapshot().closed, { 'unread-body': 1 });
  assert.equal((await call).text(), '/to');
});

test('request() by HEAD keeps the connection of a redirect, whatever length it declares', async (t) => {
  const { pool } = await servedPool(t, withBody('Content-Length: 1000000000\r\n', ''), { retries: 5 });
  const { connection } = await pool.request('HEAD', '/from');
  assert.equal(connection.reused, true);
});

test('request() follows a redirect whose server closes in the middle of its body', async (t) => {
  const { pool } = await servedPool(
    t,
    [
      async (connection) => {
        await connection.request();
        await connection.write('HTTP/1.1 302 Found\r\nLocation: /to\r\nContent-Length: 9\r\n\r\nsee');
        connection.end();
      },
      echo,
    ],
    { retries: 5 },
  );
  assert.equal((await pool.request('GET', '/from')).text(), '/to');
});

test('request() holds no connection of one origin while it asks another', async (t) => {
  const { http, server, other } = await sites(t, { maxSize: 1 });
  const url = server.origin + to(other.origin + to(`${server.origin}/end`));
  assert.equal((await http.request('GET', url)).text(), '/end');
  assert.deepEqual([server.connections.length, other.connections.length], [1, 1]);
});

// Other ways in

test('stream() follows redirects', async (t) => {
  const { http, server, other } = await sites(t);
  const response = await http.stream('GET', server.origin + to(other.origin + to('/end')));
  assert.deepEqual(
    [response.url, response.history.map(({ status }) => status), await response.text()],
    [`${other.origin}/end`, [302, 302], '/end'],
  );
});

test('stream() gives a redirect where redirect is false', async (t) => {
  const { http, server } = await sites(t);
  const response = await http.stream('GET', server.origin + to('/end'), { redirect: false });
  await response.dispose();
  assert.equal(response.status, 302);
});

test('request() rejects with the reason of its signal when it is aborted after a redirect', async (t) => {
  const asked = gate();
  const { http, server } = await sites(t, {}, async (connection) => {
    await connection.request();
    await connection.respond({ status: 302, headers: { Location: '/silent' } });
    await connection.request();
    asked.open();
  });
  const controller = new AbortController();
  const reason = new Error('enough');
  const call = http.request('GET', `${server.origin}/`, { signal: controller.signal });
  await asked.opened;
  controller.abort(reason);
  await assert.rejects(call, (error) => error === reason);
});

test('request() is within its deadline with all redirects together', async (t) => {
  const clock = new FakeClock();
  const asked = gate();
  const { http, server } = await sites(t, { clock, timeout: { total: 100 } }, async (connection) => {
    await connection.request();
    clock.advance(60);
    await connection.respond({ status: 302, headers: { Location: '/silent' } });
    await connection.request();
    asked.open();
  });
  const call = http.request('GET', `${server.origin}/`);
  await asked.opened;
  clock.advance(39);
  assert.equal(http.snapshot().active, 1);
  clock.advance(1);
  await assert.rejects(call, { code: 'ERR_TIMEOUT', phase: 'total' });
});

// Events

test('request() tells of a redirect, and what it did not send on', async (t) => {
  const { http, server, other, events } = await sites(t);
  const from = server.origin + to(`${other.origin}/end`, 307);
  await http.request('POST', from, { body: 'text', headers: OWN });
  const [{ at: _, call: __, ...told } = {}] = redirects(events);
  assert.deepEqual(told, {
    type: 'redirect',
    status: 307,
    from,
    to: `${other.origin}/end`,
    followed: true,
    why: null,
    dropped: ['X-API-Key', 'Authorization', 'Cookie', 'X-Trace'],
  });
});

test('request() tells why it does not follow a redirect', async (t) => {
  const { http, server, events } = await sites(t);
  const error = await failure(http.request('GET', server.origin + to('mailto:a@b')), RedirectError);
  assert.deepEqual(
    redirects(events).map(({ followed, why, to: location }) => ({ followed, why, location })),
    [{ followed: false, why: error.message, location: 'mailto:a@b' }],
  );
});

test('request() tells why a pool does not follow a redirect', async (t) => {
  const { pool, events } = await servedPool(t, site, { retries: 5 });
  const error = await failure(pool.request('GET', to('http://localhost:1/')), RedirectError);
  assert.deepEqual(
    redirects(events).map(({ followed, why }) => ({ followed, why })),
    [{ followed: false, why: error.message }],
  );
});

test('request() tells of each hop as an attempt of one call, and ends all that it starts', async (t) => {
  const { http, server, other, events } = await sites(t);
  await http.request('GET', server.origin + to(other.origin + to('/end')));
  const attempts = events.flatMap((event) => (event.type === 'exchange-start' ? [event.attempt] : []));
  assert.deepEqual([attempts, unpaired(events)], [[1, 2, 3], []]);
});
