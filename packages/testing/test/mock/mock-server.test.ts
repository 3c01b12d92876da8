import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { HTTPConnectionPool, PoolManager, Retry, Session, StatusError } from 'urlpool';
import {
  type ListenOptions,
  type MockFields,
  MockServer,
  type MockServerOptions,
  ScriptedServer,
} from 'urlpool-testing';
import { failure, mocked, WAYS } from './mocked.ts';

for (const way of WAYS) {
  test(`MockServer ${way}: answers by the first route that matches and is not used up`, async (t) => {
    const { mock, http, origin } = await mocked(t, way);
    mock.get('/a').reply(200, { body: 'one' });
    mock.get('/a').reply(200, { body: 'two' }).persist();
    mock.get('/:any').reply((request) => ({ json: request.params }));
    const texts: string[] = [];
    for (const path of ['a', 'a', 'a', 'b']) texts.push((await http.request('GET', `${origin}/${path}`)).text());
    assert.deepEqual(texts, ['one', 'two', 'two', '{"any":"b"}']);
    mock.assertDone();
    assert.deepEqual(
      mock.requests.map(({ connection, exchange }) => [connection, exchange]),
      [
        [0, 0],
        [0, 1],
        [0, 2],
        [0, 3],
      ],
    );
  });

  test(`MockServer ${way}: tells what was asked`, async (t) => {
    const { mock, http, origin } = await mocked(t, way);
    const route = mock
      .post('/users/:id')
      .reply(201, { headers: { Location: '/users/7', 'Set-Cookie': ['a=1', 'b=2'] } });
    const response = await http.request('POST', `${origin}/users/7?tag=a&tag=b`, {
      json: { name: 'Ada' },
      headers: { 'X-Id': '1' },
      compress: 'gzip',
    });
    assert.deepEqual(
      [response.status, response.reason, response.headers.getSetCookie()],
      [201, 'Created', ['a=1', 'b=2']],
    );
    const [request] = mock.requests;
    assert.ok(request !== undefined && request === route.requests[0] && request === (await mock.request(0)));
    assert.deepEqual(
      [request.method, request.url, request.path, request.query.getAll('tag'), request.params, request.json()],
      ['POST', `${origin}/users/7?tag=a&tag=b`, '/users/7', ['a', 'b'], { id: '7' }, { name: 'Ada' }],
    );
    assert.equal(request.headers.get('x-id'), '1');
  });

  test(`MockServer ${way}: replies of every kind`, async (t) => {
    const { mock, http, origin } = await mocked(t, way);
    const streams = {
      text: 'héllo',
      bytes: Buffer.from('héllo'),
      list: ['hé', Buffer.from('llo')],
      node: Readable.from(['hé', 'llo']),
      web: new Response('héllo').body,
      generator: (async function* () {
        yield 'hé';
        yield Buffer.from('llo');
      })(),
    };
    for (const [name, body] of Object.entries(streams)) {
      mock.get(`/${name}`).reply({ body: body as string });
      assert.equal((await http.request('GET', `${origin}/${name}`)).text(), 'héllo', name);
    }
    mock.get('/json').reply({ json: [1, null] });
    const json = await http.request('GET', `${origin}/json`);
    assert.deepEqual([json.json(), json.mediaType], [[1, null], 'application/json']);
    mock.get('/later').reply(async (request) => ({ status: 202, body: request.path }));
    assert.equal((await http.request('GET', `${origin}/later`)).status, 202);
    mock.head('/head').reply({ body: 'not sent' });
    const head = await http.request('HEAD', `${origin}/head`);
    assert.deepEqual([head.headers.get('content-length'), head.bytes().length], ['8', 0]);
    mock.get('/none').reply(204);
    assert.equal((await http.request('GET', `${origin}/none`)).status, 204);
    mock.get('/trailers').reply({ body: ['a'], trailers: { 'X-Sum': '1' } });
    assert.equal((await http.request('GET', `${origin}/trailers`)).trailers.get('x-sum'), '1');
    mock.get('/drip').reply({ body: 'abcd', drip: { bytes: 3, every: 1 } });
    assert.equal((await http.request('GET', `${origin}/drip`)).text(), 'abcd');
    mock.assertDone();
  });

  test(`MockServer ${way}: a large body goes both ways`, async (t) => {
    const { mock, http, origin } = await mocked(t, way);
    const body = Buffer.alloc(3_000_000, 'abcdefghijk');
    mock.put('/', { body }).reply((request) => ({ body: request.body }));
    const response = await http.request('PUT', `${origin}/`, { body: () => Readable.from([body]) });
    assert.ok(body.equals(response.bytes()));
  });

  test(`MockServer ${way}: a client that asks before it sends its body is told to go on`, async (t) => {
    const { mock, http, origin } = await mocked(t, way);
    mock.post('/').reply((request) => ({ body: request.text() }));
    const response = await http.request('POST', `${origin}/`, { body: 'abc', expectContinue: 60_000 });
    assert.equal(response.text(), 'abc');
  });

  test(`MockServer ${way}: retries meet a sequence of replies`, async (t) => {
    const retries = new Retry({ total: 3, statusForcelist: [503], backoffFactor: 0 });
    const { mock, http, origin } = await mocked(t, way, { retries });
    const route = mock.get('/').reply(503).times(2).fault('reset').reply(200);
    assert.equal((await http.request('GET', `${origin}/`)).status, 200);
    assert.deepEqual([route.requests.length, route.pending], [4, 0]);
  });

  test(`MockServer ${way}: a connection that the client or the reply closes is not used again`, async (t) => {
    const { mock, http, origin } = await mocked(t, way);
    mock
      .get('/')
      .reply({ headers: { Connection: 'close' } })
      .reply(200)
      .reply(200);
    await http.request('GET', `${origin}/`);
    await http.request('GET', `${origin}/`, { headers: { Connection: 'close' } });
    await http.request('GET', `${origin}/`);
    assert.deepEqual(
      mock.requests.map(({ connection }) => connection),
      [0, 1, 2],
    );
  });

  test(`MockServer ${way}: a script has every byte in its hands`, async (t) => {
    const { mock, http, origin } = await mocked(t, way);
    mock.get('/').script(async (connection) => {
      await connection.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');
      await connection.respond({ body: 'raw' });
    });
    assert.equal((await http.request('GET', `${origin}/`)).text(), 'raw');
  });

  test(`MockServer ${way}: an upgrade by a script`, async (t) => {
    const { mock, http, origin } = await mocked(t, way);
    mock.get('/').script(async (connection) => {
      await connection.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
      await connection.write((await connection.read()) ?? '');
      connection.end();
    });
    const { stream } = await http.upgrade(`${origin}/`, { protocol: 'echo' });
    stream.write('ping');
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    assert.equal(Buffer.concat(chunks).toString(), 'ping');
  });

  test(`MockServer ${way}: a request that no route answers is told, with the routes that came near`, async (t) => {
    const { mock, http, origin } = await mocked(t, way, { retries: 3 });
    mock.get('/users/:id', { headers: { accept: 'text/plain' } }).reply(200);
    mock.post('/users').reply(200);
    const call = http.request('GET', `${origin}/users/7`);
    const text =
      way === 'in process'
        ? (await failure(call)).message.replace(`Cannot finish GET ${origin}/users/7: `, '')
        : await call.then((response) => [response.status, response.text()].join(' ')).then((all) => all.slice(4));
    const expected = [
      `No route of the mock matches GET ${origin}/users/7: the nearest is`,
      '  GET /users/:id (by headers): the field accept is "*/*", not "text/plain"',
    ].join('\n');
    assert.equal(text, expected);
    assert.deepEqual(
      mock.unmatched.map(({ url }) => url),
      [`${origin}/users/7`],
    );
    assert.throws(() => mock.assertDone(), {
      name: 'AggregateError',
      message:
        /The mock is not done:\npending: GET \/users\/:id \(by headers\): 1 request to come\npending: POST \/users: 1 request to come\nNo route of the mock matches/,
    });
  });

  test(`MockServer ${way}: a function that throws fails the call, and the check`, async (t) => {
    const { mock, http, origin } = await mocked(t, way);
    mock.get('/').reply(() => {
      throw new Error('my defect');
    });
    const call = http.request('GET', `${origin}/`);
    if (way === 'in process') assert.match((await failure(call)).message, /: my defect$/);
    else
      assert.deepEqual(await call.then((response) => [response.status, response.text()]), [
        500,
        'The route GET / failed: my defect',
      ]);
    assert.throws(() => mock.assertDone(), /The mock is not done:\nError: The route GET \/ failed: my defect$/);
    // It goes on serving.
    mock.get('/').reply(200);
    assert.equal((await http.request('GET', `${origin}/`)).status, 200);
  });

  test(`MockServer ${way}: a stream that fails breaks the body off`, async (t) => {
    const { mock, http, origin } = await mocked(t, way);
    mock.get('/').reply({
      body: (async function* () {
        yield 'a';
        throw new Error('my defect');
      })(),
    });
    const error = await failure(http.request('GET', `${origin}/`));
    assert.equal(error.code, way === 'in process' ? 'ERR_CONNECTOR' : 'ERR_CONNECTION_RESET');
    assert.equal(mock.errors.length, 1);
  });
}

test('MockServer: a generator is not sent twice', async (t) => {
  const { mock, http, origin } = await mocked(t, 'in process');
  const body = (function* () {
    yield 'a';
  })();
  mock.get('/').reply({ body }).persist();
  await http.request('GET', `${origin}/`);
  assert.match((await failure(http.request('GET', `${origin}/`))).message, /Cannot send the same generator twice/);
});

test('MockServer: a route without a reply is told', async (t) => {
  const { mock, http, origin } = await mocked(t, 'in process');
  mock.get('/');
  assert.match(
    (await failure(http.request('GET', `${origin}/`))).message,
    /\n {2}GET \/: it matches, but it has no reply\(\)$/,
  );
  assert.deepEqual(mock.pending, ['GET /: it has no reply()']);
});

test('MockServer: a route that is used up is told', async (t) => {
  const { mock, http, origin } = await mocked(t, 'in process');
  mock.get('/').reply(200);
  await http.request('GET', `${origin}/`);
  assert.match(
    (await failure(http.request('GET', `${origin}/`))).message,
    /GET \/: it matches, but is used up after 1 request$/,
  );
});

test('MockServer.assertDone() asks nothing of a route that is optional, and one request of one that persists', async (t) => {
  const { mock, http, origin } = await mocked(t, 'in process');
  mock.get('/o').reply(200).optional();
  mock.get('/p').reply(200).persist();
  mock.get('/t').reply(200).times(3);
  assert.deepEqual(mock.pending, ['GET /p: 1 request to come', 'GET /t: 3 requests to come']);
  await http.request('GET', `${origin}/p`);
  await http.request('GET', `${origin}/t`);
  assert.deepEqual(mock.pending, ['GET /t: 2 requests to come']);
});

test('MockServer.connector serves a Session and a pool', async (t) => {
  const mock = new MockServer();
  const { connector } = mock;
  const session = new Session({ connector, baseUrl: 'https://api.example/v1', raiseForStatus: true });
  const pool = new HTTPConnectionPool('any.test', { connector });
  t.after(async () => {
    await session.close();
    await pool.close();
    await mock.close();
  });
  mock.get('https://api.example/v1/me').reply(200, { headers: { 'Set-Cookie': 'sid=1' }, json: 1 });
  mock.get('https://api.example/v1/me', { headers: { cookie: 'sid=1' } }).reply(403);
  mock.get('http://any.test/').reply(200);
  await session.get('/me');
  await assert.rejects(session.get('/me'), StatusError);
  assert.equal((await pool.request('GET', '/')).status, 200);
});

test('MockServer.dial() decides what becomes of connections', async (t) => {
  const { mock, http } = await mocked(t, 'in process');
  const faults = ['refused', 'unreachable', 'name-not-found', 'name-lookup', 'certificate'] as const;
  const dial = mock.dial('https://down.test');
  for (const fault of faults) dial.fault(fault);
  mock.get('*').reply(200).persist();
  const codes: string[] = [];
  for (const _ of faults) codes.push((await failure(http.request('GET', 'https://down.test/a'))).code);
  assert.deepEqual(codes, [
    'ERR_CONNECTION_REFUSED',
    'ERR_UNREACHABLE',
    'ERR_NAME_NOT_FOUND',
    'ERR_NAME_LOOKUP',
    'ERR_TLS_CERTIFICATE',
  ]);
  assert.equal((await http.request('GET', 'https://down.test/a')).status, 200);
  assert.equal((await http.request('GET', 'https://up.test/')).status, 200);
});

test('MockServer.dial() is pending until it was used', async (t) => {
  const { mock, http } = await mocked(t, 'in process', { retries: 2 });
  mock.dial('http://down.test').accept().fault('refused').times(2);
  assert.deepEqual(mock.pending, ['dial http://down.test: 3 connections to come']);
  mock
    .get('*')
    .reply(200, { headers: { Connection: 'close' } })
    .persist();
  await http.request('GET', 'http://down.test/');
  assert.equal(
    (await http.request('GET', 'http://down.test/', { retries: new Retry({ connect: 2, backoffFactor: 0 }) })).status,
    200,
  );
  mock.assertDone();
});

test('MockServer.listen() stands for another origin', async (t) => {
  const mock = new MockServer();
  const { origin, ca, port } = await mock.listen({ tls: true, as: 'https://api.example' });
  const http = new PoolManager({ ca: ca ?? '', resolve: { [`api.example:${port}`]: '127.0.0.1' } });
  t.after(async () => {
    await http.close();
    await mock.close();
  });
  mock.get('https://api.example/a').reply(200).times(2);
  assert.equal((await http.request('GET', `${origin}/a`)).status, 200);
  // Its certificate is for that name too.
  assert.equal((await http.request('GET', `https://api.example:${port}/a`)).status, 200);
  assert.deepEqual(
    mock.requests.map(({ url }) => url),
    ['https://api.example/a', 'https://api.example/a'],
  );
});

test('MockServer.listen() serves the global fetch', async () => {
  const mock = new MockServer();
  const { origin } = await mock.listen();
  mock.get('/a').reply({ json: { ok: true } });
  assert.deepEqual(await (await fetch(`${origin}/a`)).json(), { ok: true });
  await mock.close();
});

test('MockServer.passThrough() lets what no route answers through to where it says, and to nowhere else', async (t) => {
  const real = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      const { method, target, headers, body } = await connection.request();
      const sent = headers.map(([name]) => name.toLowerCase()).join();
      await connection.respond({ status: 203, headers: { 'X-Sent': sent }, body: `${method} ${target} ${body}` });
    }
  });
  const { mock, http } = await mocked(t, 'in process');
  t.after(() => real.close());
  mock.passThrough('http://127.0.0.1:*');
  mock.get('/mocked').reply({ body: 'mocked' });
  assert.equal((await http.request('GET', `${real.origin}/mocked`)).text(), 'mocked');
  const response = await http.request('POST', `${real.origin}/real?a=1`, { body: 'b', headers: { Accept: null } });
  assert.deepEqual([response.status, response.text()], [203, 'POST /real?a=1 b']);
  assert.equal(response.headers.get('x-sent'), 'host,accept-encoding,user-agent,content-length');
  assert.equal((await failure(http.request('GET', 'http://other.test/'))).code, 'ERR_CONNECTOR');
  assert.equal(real.requests.length, 1);
});

test('MockServer.passThrough() does not send on what is for the mock itself', async () => {
  const mock = new MockServer({ strict: false }).passThrough('*');
  const { origin } = await mock.listen();
  const response = await fetch(`${origin}/a`);
  assert.equal(response.status, 501);
  assert.match(await response.text(), /it cannot be sent on, since it is for the port of this mock/);
  await mock.close();
  await assert.rejects(mock.listen(), /Cannot listen: the mock is closed/);
});

test('MockServer refuses what is no manager', () => {
  assert.throws(() => new MockServer({ manager: {} as PoolManager }), /Cannot use that as manager: give a PoolManager/);
});

test('MockServer.reset() forgets, and goes on', async (t) => {
  const { mock, http, origin } = await mocked(t, 'in process');
  mock.get('/').reply(200).reply(200);
  await http.request('GET', `${origin}/`);
  await failure(http.request('GET', `${origin}/none`));
  mock.reset();
  mock.assertDone();
  assert.deepEqual([mock.requests, mock.pending, mock.unmatched], [[], [], []]);
  mock.get('/b').reply(200);
  await http.request('GET', `${origin}/b`);
  assert.equal(mock.requests.length, 1);
});

test('MockServer.close() ends what is under way, and refuses what comes after', async () => {
  const mock = new MockServer({ strict: false });
  const http = new PoolManager({ connector: mock.connector, retries: false });
  mock.get('/').fault('hang');
  const call = failure(http.request('GET', 'http://x.test/'));
  await mock.request(0);
  await mock.close();
  assert.equal((await call).code, 'ERR_CONNECTION_RESET');
  assert.match((await failure(http.request('GET', 'http://x.test/'))).message, /the mock is closed$/);
  await mock.close();
  await http.close();
});

test('MockServer.close() throws what assertDone() would, once', async () => {
  const mock = new MockServer();
  mock.get('/').reply(200);
  await assert.rejects(mock.close(), /The mock is not done:\npending: GET \/: 1 request to come$/);
  await mock.close();
});

test('MockServer: a reply runs in no context of the client', async (t) => {
  const { mock, http, origin } = await mocked(t, 'in process');
  const storage = new AsyncLocalStorage<number>();
  const seen: unknown[] = [];
  const answer = () => {
    seen.push(storage.getStore());
    return 200;
  };
  mock.get('/').reply(answer).times(2);
  for (const store of [1, 2]) {
    await storage.run(store, async () => {
      await http.request('GET', `${origin}/`);
      assert.equal(storage.getStore(), store);
    });
  }
  assert.deepEqual(seen, [undefined, undefined]);
});

// what is wrong, how the sentence begins
const REFUSED: readonly (readonly [(mock: MockServer) => unknown, RegExp])[] = [
  [
    () => new MockServer({ clok: 1 } as MockServerOptions),
    /Cannot use "clok" in the options of a mock server: known are clock, manager, strict/,
  ],
  [(mock) => mock.get('/').reply({ id: 1 } as object), /Cannot use "id" in a reply: known are body, chunked/],
  [
    (mock) => mock.get('/').reply(200, 'text' as unknown as object),
    /Cannot use that as the rest of a reply: give \{ body: … \} or \{ json: … \}/,
  ],
  [
    (mock) => mock.get('/').reply({ body: { a: 1 } as unknown as string }),
    /Cannot send that as a body: .* an object goes by json/,
  ],
  [(mock) => mock.get('/').reply({ body: 'a', json: 1 }), /Cannot send both body and json/],
  [(mock) => mock.get('/').reply({ json: () => {} }), /Cannot send a function as JSON/],
  [(mock) => mock.get('/').reply(101), /Cannot use 101 as the status of a reply: it answers nothing; use script\(\)/],
  [(mock) => mock.get('/').reply(2000), /status 2000 is not a number of three digits/],
  [(mock) => mock.get('/').reply(204, { body: 'x' }), /204 to GET has no body, and one was given/],
  [(mock) => mock.get('/').reply({ headers: { 'a b': '1' } }), /"a b: 1" cannot stand in a head/],
  [
    (mock) => mock.get('/').reply({ headers: 'a: 1' as unknown as MockFields }),
    /Cannot use that as the headers or trailers of a reply/,
  ],
  [(mock) => mock.get('/').reply(undefined as unknown as number), /Cannot use undefined as a reply: give an object/],
  [(mock) => mock.get('/').reply({ delay: -1 }), /Cannot use -1 as delay: give a number, 0 or more/],
  [(mock) => mock.get('/').reply({ drip: { bytes: 0 } }), /Cannot use 0 as drip\.bytes: give a number, 1 or more/],
  [(mock) => mock.get('/').fault('explode' as 'hang'), /Cannot use "explode" as a fault: known are hang, close/],
  [(mock) => mock.get('/').fault('reset', { body: ['a'] }), /Cannot fail in the middle of a stream/],
  [(mock) => mock.get('/').script(1 as unknown as () => void), /Cannot use a number as a script: give a function/],
  [(mock) => mock.get('/').times(2), /Cannot say how often before there is a reply/],
  [(mock) => mock.dial('x'), /Cannot use "x" as the URL of a route/],
  [(mock) => mock.dial('*').fault('reset' as 'hang'), /Cannot use "reset" as a fault: known are refused, unreachable/],
  [(mock) => mock.record(''), /Cannot record: give the path of a file/],
  [(mock) => mock.record('/tmp/x', { redact: { header: [] } as object }), /Cannot use "header" in redact/],
];

for (const [act, message] of REFUSED) {
  test(`MockServer refuses: ${message.source.slice(0, 60)}`, () => {
    assert.throws(() => act(new MockServer()), { message });
  });
}

for (const [options, message] of [
  [{ port: 1 }, /Cannot use "port" in the options of listen\(\)/],
  [{ as: 'api.example' }, /Cannot listen as "api\.example": give an origin/],
  [{ as: 'https://api.example/path' }, /Cannot listen as/],
] as const) {
  test(`MockServer.listen() refuses ${JSON.stringify(options)}`, async () => {
    await assert.rejects(new MockServer().listen(options as ListenOptions), { name: 'TypeError', message });
  });
}
