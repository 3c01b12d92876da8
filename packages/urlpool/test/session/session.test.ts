// A session over servers that keep what they were sent.

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { type TestContext, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import {
  HTTPResponse,
  type Middleware,
  PoolManager,
  RequestError,
  Session,
  type SessionOptions,
  StatusError,
  StreamedResponse,
} from 'urlpool';
import { FakeClock, fieldValues, type ReceivedRequest, type ResponseChoices, ScriptedServer } from 'urlpool-testing';

type Answer = (request: ReceivedRequest) => ResponseChoices;

/** Answers each request as it is told, else with its own target. */
async function serve(t: TestContext, answer: Answer = () => ({})): Promise<ScriptedServer> {
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      const request = await connection.request();
      await connection.respond({ body: request.target, ...answer(request) });
    }
  });
  t.after(() => server.close());
  return server;
}

function sessionOver<Context extends object = Record<string, unknown>>(
  t: TestContext,
  options: SessionOptions<Context>,
): Session<Context> {
  const session = new Session<Context>(options);
  t.after(() => session.close());
  return session;
}

function last(server: ScriptedServer): ReceivedRequest {
  const request = server.requests.at(-1);
  assert.ok(request);
  return request;
}

/** The values of a field of the last request. */
const sent = (server: ScriptedServer, name: string): readonly string[] => fieldValues(last(server).headers, name);

for (const method of ['get', 'post', 'put', 'patch', 'delete', 'del', 'head', 'options'] as const) {
  test(`Session.${method}() sends that method below the base URL`, async (t) => {
    const server = await serve(t);
    const session = sessionOver(t, { baseUrl: `${server.origin}/v1` });
    const response = await session[method]('/users', { params: { page: 2 } });
    assert.equal(response.status, 200);
    assert.equal(last(server).method, method === 'del' ? 'DELETE' : method.toUpperCase());
    assert.equal(last(server).target, '/v1/users?page=2');
  });
}

test('Session sends its header fields and parameters, under those of a request', async (t) => {
  const server = await serve(t);
  const headers = { 'X-Key': 'one', 'User-Agent': 'me/1', 'X-Both': ['a', 'b'] };
  const session = sessionOver(t, { baseUrl: server.origin, headers, params: { v: 1, w: 2 } });
  await session.get('/a', { headers: { 'x-key': 'two', 'user-agent': null }, params: { w: null, x: 3 } });
  assert.deepEqual(
    ['x-key', 'x-both', 'user-agent'].map((name) => sent(server, name)),
    [['two'], ['a', 'b'], []],
  );
  assert.equal(last(server).target, '/a?v=1&x=3');
  await session.get('/b');
  assert.deepEqual(
    ['x-key', 'user-agent'].map((name) => sent(server, name)),
    [['one'], ['me/1']],
  );
  assert.equal(last(server).target, '/b?v=1&w=2');
});

test('Session keeps params and fields apart: a form has both', async (t) => {
  const server = await serve(t);
  const session = sessionOver(t, { baseUrl: server.origin });
  await session.post('/form', { params: { a: 1 }, fields: { b: '2' }, encodeMultipart: false });
  assert.equal(last(server).target, '/form?a=1');
  assert.equal(last(server).body.toString(), 'b=2');
});

test('Session sends its own header fields and credentials to no other origin than that of its base', async (t) => {
  const [home, other] = [await serve(t), await serve(t)];
  const headers = { 'X-Key': 'secret', 'User-Agent': 'me/1', 'X-Kept': 'yes' };
  const session = sessionOver(t, {
    baseUrl: home.origin,
    headers,
    auth: ['user', 'pass'],
    keepHeadersOnRedirect: ['x-kept'],
  });
  await session.get('/here');
  assert.deepEqual(sent(home, 'authorization'), ['Basic dXNlcjpwYXNz']);
  await session.get(`${other.origin}/there`);
  const names = ['x-key', 'authorization', 'user-agent', 'x-kept'];
  assert.deepEqual(
    names.map((name) => sent(other, name)),
    [[], [], ['me/1'], ['yes']],
  );
  await session.get(`${other.origin}/there`, { auth: ['other', 'pass'] });
  assert.deepEqual(sent(other, 'authorization'), ['Basic b3RoZXI6cGFzcw==']);
});

test('Session without a base gives its credentials to the origin that it is asked for, not to where that leads', async (t) => {
  const other = await serve(t);
  const home = await serve(t, () => ({ status: 302, headers: [['Location', `${other.origin}/away`]] }));
  const session = sessionOver(t, { auth: ['user', 'pass'], headers: { 'X-Key': 'secret' } });
  const response = await session.get(`${home.origin}/here`);
  assert.equal(response.url, `${other.origin}/away`);
  assert.deepEqual(sent(home, 'authorization'), ['Basic dXNlcjpwYXNz']);
  assert.deepEqual([sent(other, 'authorization'), sent(other, 'x-key')], [[], []]);
});

test('Session authenticates at every hop to its origin', async (t) => {
  const server = await serve(t, ({ target }) =>
    target === '/first' ? { status: 307, headers: [['Location', '/second']] } : {},
  );
  let asked = 0;
  const session = sessionOver(t, { baseUrl: server.origin, auth: async ({ url }) => `Token ${++asked} ${url}` });
  await session.get('/first');
  assert.deepEqual(
    server.requests.map(({ headers }) => fieldValues(headers, 'authorization')),
    [[`Token 1 ${server.origin}/first`], [`Token 2 ${server.origin}/second`]],
  );
});

test('Session leaves an Authorization of the caller, and credentials in the URL, as they are', async (t) => {
  const server = await serve(t);
  const session = sessionOver(t, { auth: ['user', 'pass'] });
  await session.get(server.origin, { headers: { authorization: 'Bearer mine' } });
  assert.deepEqual(sent(server, 'authorization'), ['Bearer mine']);
  await session.get(server.origin.replace('://', '://a:b@'));
  assert.deepEqual(sent(server, 'authorization'), ['Basic YTpi']);
  await session.get(server.origin, { auth: null });
  assert.deepEqual(sent(server, 'authorization'), []);
});

test('Session asks once more where its credentials learn from a 401, and three times at most', async (t) => {
  const server = await serve(t, () => ({ status: 401, headers: [['WWW-Authenticate', 'X nonce=1']] }));
  const seen: unknown[] = [];
  const auth = {
    authorize: () => `X ${seen.length}`,
    refused: (_hop: unknown, challenges: readonly string[]) => seen.push(challenges) > 0,
  };
  const session = sessionOver(t, { baseUrl: server.origin, auth });
  const response = await session.get('/');
  assert.equal(response.status, 401);
  assert.deepEqual(
    response.history.map(({ status }) => status),
    [401, 401, 401],
  );
  assert.deepEqual(seen, [['X nonce=1'], ['X nonce=1'], ['X nonce=1']]);
  assert.deepEqual(
    server.requests.map(({ headers }) => fieldValues(headers, 'authorization')[0]),
    ['X 0', 'X 1', 'X 2', 'X 3'],
  );
  assert.equal(session.snapshot().numConnections, 1);
});

test('Session does not ask again with a body that was consumed', async (t) => {
  const server = await serve(t, () => ({ status: 401 }));
  const auth = { authorize: () => 'X', refused: () => true };
  const session = sessionOver(t, { baseUrl: server.origin, auth, retries: false });
  async function* body() {
    yield 'abc';
  }
  assert.equal((await session.post('/', { body: body() })).status, 401);
  assert.equal(server.requests.length, 1);
});

for (const [how, auth] of [
  [
    'throws',
    () => {
      throw new Error('no token');
    },
  ],
  [
    'rejects',
    async () => {
      throw new Error('no token');
    },
  ],
] as const) {
  test(`Session fails with what the function for its credentials ${how}, and sends nothing`, async (t) => {
    const server = await serve(t);
    const session = sessionOver(t, { baseUrl: server.origin, auth });
    await assert.rejects(session.get('/'), { message: 'no token' });
    assert.equal(server.requests.length, 0);
    await assert.rejects(session.get('/', { auth: () => 'a\nb' }), { code: 'ERR_INVALID_HEADER' });
  });
}

test('Session can be aborted, timed out and closed while its credentials are waited for', async (t) => {
  const server = await serve(t);
  const clock = new FakeClock();
  const session = new Session({ baseUrl: server.origin, auth: () => new Promise(() => {}), clock });
  const abort = new AbortController();
  const aborted = assert.rejects(session.get('/', { signal: abort.signal }), { name: 'AbortError' });
  abort.abort();
  await aborted;
  const late = assert.rejects(session.get('/', { timeout: { total: 50 } }), {
    message: `Cannot finish GET ${server.origin}/ within 50 ms: still preparing the request; option: timeout.total`,
  });
  clock.advance(50);
  await late;
  const closed = assert.rejects(session.get('/'), { code: 'ERR_POOL_CLOSED' });
  await session.close({ timeout: 0 });
  await closed;
});

test('Session runs the function for its credentials in the context of the caller', async (t) => {
  const server = await serve(t, ({ target }) =>
    target === '/a' ? { status: 307, headers: [['Location', '/b']] } : {},
  );
  const user = new AsyncLocalStorage<string>();
  const session = sessionOver(t, { baseUrl: server.origin, auth: () => `Token ${user.getStore()}` });
  await Promise.all(['ann', 'bob'].map((name) => user.run(name, () => session.get('/a'))));
  const tokens = server.requests.map(({ headers }) => fieldValues(headers, 'authorization')[0]);
  assert.deepEqual(tokens.sort(), ['Token ann', 'Token ann', 'Token bob', 'Token bob']);
});

test('Session waits for credentials that are a promise of another realm, as those of Node are in Jest', async (t) => {
  const server = await serve(t);
  const foreign: Promise<string> = runInNewContext('Promise.resolve("Bearer later")');
  const session = sessionOver(t, { baseUrl: server.origin, auth: () => foreign });
  await session.get('/');
  assert.deepEqual(sent(server, 'authorization'), ['Bearer later']);
});

test('Session whose credentials fail at once hears of its store’s failure too', async (t) => {
  const store = { header: () => Promise.reject(new Error('store')), receive: () => {} };
  const auth = (): never => {
    throw new Error('auth');
  };
  const session = sessionOver(t, { auth, cookies: store });
  await assert.rejects(session.get('http://localhost:9/'), { message: /^(?:auth|store)$/ });
  await new Promise((resolve) => setImmediate(resolve));
});

test('Session puts its cookies after all Cookie fields of the caller', async (t) => {
  const server = await serve(t);
  const session = sessionOver(t, { baseUrl: server.origin });
  session.cookies?.set('a', '1', { url: server.origin });
  const headers = [
    ['Cookie', 'x=1'],
    ['Cookie', 'y=2'],
  ] as const;
  await session.get('/', { headers });
  assert.deepEqual(sent(server, 'cookie'), ['x=1; y=2; a=1']);
});

test('Session sends what its cookies and credentials are by then', async (t) => {
  const server = await serve(t);
  let token = 'one';
  const session = sessionOver(t, { baseUrl: server.origin, auth: () => `Bearer ${token}` });
  const both = async (): Promise<readonly string[]> => {
    await session.get('/');
    return [...sent(server, 'cookie'), ...sent(server, 'authorization')];
  };
  assert.deepEqual(await both(), ['Bearer one']);
  session.cookies?.set('a', '1', { url: server.origin });
  assert.deepEqual(await both(), ['a=1', 'Bearer one']);
  token = 'two';
  assert.deepEqual(await both(), ['a=1', 'Bearer two']);
  assert.deepEqual(await both(), ['a=1', 'Bearer two']);
  session.cookies?.clear();
  assert.deepEqual(await both(), ['Bearer two']);
});

for (const [what, options] of [
  ['a hook', { hooks: { request: () => new Promise<void>(() => {}) } }],
  ['a middleware', { middleware: [() => new Promise<HTTPResponse>(() => {})] }],
  ['its credentials', { auth: () => new Promise<string>(() => {}) }],
] as readonly (readonly [string, SessionOptions])[]) {
  test(`Session can be aborted while ${what} takes its time`, async (t) => {
    const session = sessionOver(t, options);
    const aborting = new AbortController();
    const request = session.get('http://localhost:9/', { signal: aborting.signal });
    setImmediate(() => aborting.abort(new Error('enough')));
    await assert.rejects(request, { message: 'enough' });
    await assert.rejects(session.get('http://localhost:9/', { signal: aborting.signal }), { message: 'enough' });
  });
}

test('Session with layers refuses a signal that is none', async (t) => {
  const session = sessionOver(t, { middleware: [(_, next) => next()] });
  await assert.rejects(session.get('http://localhost:9/', { signal: 5 as never }), { code: 'ERR_INVALID_OPTION' });
});

test('Session.extend() refuses what are no options', (t) => {
  const session = sessionOver(t, {});
  for (const options of [null, undefined, 'x', { baseURL: '' }]) {
    assert.throws(() => session.extend(options as never), { code: 'ERR_INVALID_OPTION' });
  }
});

test('Session keeps cookies from every hop, and sends them where they belong', async (t) => {
  const other = await serve(t);
  const home = await serve(t, ({ target }) =>
    target === '/login'
      ? {
          status: 302,
          headers: [
            ['Location', '/in'],
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'b=2; Path=/in'],
          ],
        }
      : {},
  );
  const session = sessionOver(t, { baseUrl: home.origin });
  await session.post('/login', { headers: { cookie: 'own=0' } });
  assert.deepEqual(
    sent(home, 'cookie'),
    ['own=0; a=1; b=2'].map((text) => text.split('; ').sort().join('; ')).map(() => sent(home, 'cookie')[0] ?? ''),
  );
  assert.match(sent(home, 'cookie')[0] ?? '', /^own=0; (?:a=1; b=2|b=2; a=1)$/);
  await session.get('/');
  assert.deepEqual(sent(home, 'cookie'), ['a=1']);
  await session.get(other.origin.replace('127.0.0.1', 'localhost'));
  assert.deepEqual(sent(other, 'cookie'), []);
});

test('Session({ cookies: false }) keeps none', async (t) => {
  const server = await serve(t, () => ({ headers: [['Set-Cookie', 'a=1']] }));
  const session = sessionOver(t, { baseUrl: server.origin, cookies: false });
  await session.get('/');
  await session.get('/');
  assert.deepEqual(sent(server, 'cookie'), []);
  assert.equal(session.cookies, null);
});

test('Session({ raiseForStatus: true }) throws for 400 and above, and a request can say otherwise', async (t) => {
  const server = await serve(t, ({ target }) => ({ status: Number(target.slice(1)) }));
  const session = sessionOver(t, { baseUrl: server.origin, raiseForStatus: true, retries: false });
  assert.equal((await session.get('/399')).status, 399);
  await assert.rejects(
    session.get('/400'),
    (error: unknown) => error instanceof StatusError && error.response?.status === 400,
  );
  await assert.rejects(session.stream('GET', '/404'), StatusError);
  assert.equal((await session.get('/404', { raiseForStatus: false })).status, 404);
  await session.clear();
  assert.equal(session.snapshot().active, 0);
});

test('Session({ raiseForStatus: true }) shows every response to middleware and hooks first', async (t) => {
  const server = await serve(t, ({ target }) => ({ status: target === '/renewed' ? 200 : 401 }));
  const seen: (number | string)[] = [];
  const session = sessionOver(t, {
    baseUrl: server.origin,
    raiseForStatus: true,
    hooks: {
      response: ({ status }) => void seen.push(status),
      error: (error) => void seen.push(error instanceof StatusError ? 'StatusError' : String(error)),
    },
    middleware: [
      async (request, next) => {
        const response = await next();
        return response.status === 401 && request.url.endsWith('/old')
          ? await next({ ...request, url: `${server.origin}/renewed` })
          : response;
      },
    ],
  });
  assert.equal((await session.get('/old')).status, 200);
  await assert.rejects(session.get('/other'), StatusError);
  assert.equal((await session.get('/other', { raiseForStatus: false })).status, 401);
  assert.deepEqual(seen, [200, 401, 'StatusError', 401]);
});

test('Session.stream() raises for a status with the body of the response, and holds no connection', async (t) => {
  const server = await serve(t, ({ target }) => ({
    status: 422,
    headers: [['Content-Type', 'application/json']],
    body: target === '/long' ? 'x'.repeat(300_000) : '{"error":"no such field"}',
  }));
  const session = sessionOver(t, { baseUrl: server.origin, raiseForStatus: true });
  const failure = async (path: string): Promise<StatusError> => {
    const error: unknown = await session.stream('GET', path).catch((reason: unknown) => reason);
    assert.ok(error instanceof StatusError);
    return error;
  };
  const { response } = await failure('/short');
  assert.ok(response instanceof HTTPResponse);
  assert.deepEqual([response.json(), response.mediaType], [{ error: 'no such field' }, 'application/json']);
  const { response: long } = await failure('/long');
  assert.ok(long instanceof StreamedResponse && long.bodyUsed);
  await long.dispose();
  assert.equal(session.snapshot().active, 0);
});

for (const [what, middleware, message] of [
  ['what is no request', (_, next) => next(5 as never), /^Cannot use 5 as what a middleware or a hook passes on/],
  [
    'fields of another kind',
    (request, next) => next({ ...request, headers: {} as never }),
    /^Cannot use an object as headers that a middleware passes on/,
  ],
] as readonly (readonly [string, Middleware, RegExp])[]) {
  test(`Middleware that passes on ${what} is told so`, async (t) => {
    const session = sessionOver(t, { baseUrl: 'http://localhost:9', middleware: [middleware] });
    await assert.rejects(session.get('/'), { code: 'ERR_INVALID_OPTION', message });
  });
}

test('Session fails with the frames of its caller, however many layers there are', async (t) => {
  const server = await serve(t, () => ({ status: 404 }));
  const layer: Middleware = async (_, next) => await next();
  const middleware = Array.from({ length: 12 }, () => layer);
  const session = sessionOver(t, { baseUrl: server.origin, raiseForStatus: true, middleware });
  const myProgram = async (options: object): Promise<unknown> => await session.get('/', options);
  for (const options of [{}, { nothing: 1 }, { json: 1n }, { timeout: { total: 0.01 } }]) {
    await assert.rejects(myProgram(options), ({ stack }: Error) => /Session\.get.*\n.*myProgram/.test(stack ?? ''));
  }
});

test('Session.stream() gives a response whose body is read as it comes', async (t) => {
  const server = await serve(t);
  const session = sessionOver(t, { baseUrl: server.origin });
  const response = await session.stream('GET', '/a');
  assert.ok(response instanceof StreamedResponse);
  assert.equal(await response.text(), '/a');
});

test('Session leads requests through its middleware, the first outermost, and hooks around it', async (t) => {
  const server = await serve(t);
  const story: string[] = [];
  const layer =
    (name: string): Middleware =>
    async (request, next) => {
      story.push(`${name} ${request.method} ${request.wants}`);
      request.headers.set(`x-${name}`, 'yes');
      const response = await next(request);
      story.push(`${name} ${response.status}`);
      return response;
    };
  const session = sessionOver(t, {
    baseUrl: server.origin,
    headers: { 'x-session': '1', 'user-agent': null },
    middleware: [layer('one'), layer('two')],
    hooks: {
      request: (request) => void story.push(`hook ${request.url.slice(server.origin.length)}`),
      response: [(response) => void story.push(`hook ${response.status}`), () => {}],
    },
  });
  await session.get('/a', { headers: { 'x-own': '2' } });
  const names = ['x-session', 'x-own', 'x-one', 'x-two', 'user-agent'];
  assert.deepEqual(
    names.map((name) => sent(server, name)),
    [['1'], ['2'], ['yes'], ['yes'], []],
  );
  assert.deepEqual(story, ['hook /a', 'one GET body', 'two GET body', 'two 200', 'one 200', 'hook 200']);
});

test('Middleware may answer by itself, ask twice, and change where a request goes', async (t) => {
  const server = await serve(t, ({ target }) => (target === '/old' ? { status: 410 } : {}));
  const twice: Middleware = async (request, next) => {
    const response = await next(request);
    return response.status === 410 ? await next({ ...request, url: `${server.origin}/new` }) : response;
  };
  const session = sessionOver(t, { baseUrl: server.origin, middleware: [twice] });
  const first = await session.get('/old');
  assert.equal(first.text(), '/new');
  const cached = session.extend({ middleware: [() => first] });
  assert.equal(await cached.get('/anything'), first);
  assert.equal(server.requests.length, 2);
});

test('Middleware has a context of its own kind: the session’s, with the request’s over it', async (t) => {
  const server = await serve(t);
  interface Tenant {
    readonly tenant: string;
    readonly trace: boolean;
  }
  const session = sessionOver<Tenant>(t, {
    baseUrl: server.origin,
    context: { tenant: 'a', trace: true },
    middleware: [
      (request, next) => {
        request.headers.set('x-tenant', `${request.context.tenant} ${request.context.trace}`);
        return next(request);
      },
    ],
  });
  await session.get('/', { context: { tenant: 'b' } });
  assert.deepEqual(sent(server, 'x-tenant'), ['b true']);
  await session.get('/');
  assert.deepEqual(sent(server, 'x-tenant'), ['a true']);
});

test('Hooks see errors before they are thrown, and may give others', async (t) => {
  const server = await serve(t, () => ({ status: 500 }));
  const session = sessionOver(t, {
    baseUrl: server.origin,
    raiseForStatus: true,
    retries: false,
    hooks: { error: (error, request) => new Error(`${request.method}: ${error instanceof StatusError}`) },
  });
  await assert.rejects(session.get('/'), { message: 'GET: true' });
});

for (const [what, answer] of [
  ['nothing', undefined],
  ['a text', 'ok'],
  ['a response that is not whole', 'stream'],
] as const) {
  test(`Middleware that gives ${what} is told so`, async (t) => {
    const server = await serve(t);
    const other = sessionOver(t, {});
    const middleware: Middleware = async () =>
      (answer === 'stream' ? await other.stream('GET', server.origin) : answer) as unknown as HTTPResponse;
    const session = sessionOver(t, { baseUrl: server.origin, middleware: [middleware] });
    await assert.rejects(session.get('/'), { code: 'ERR_INVALID_OPTION', message: /what a middleware gives/ });
  });
}

test('Session.extend() adds to what a session has, over the same connections and cookies', async (t) => {
  const server = await serve(t, ({ target }) =>
    target.startsWith('/set') ? { headers: [['Set-Cookie', 'a=1']] } : {},
  );
  const base = sessionOver(t, {
    baseUrl: server.origin,
    headers: { 'X-A': '1', 'X-B': '1' },
    params: { v: 1 },
    maxSize: 3,
  });
  const child = base.extend({ headers: { 'x-b': '2', 'X-C': '2' }, params: { w: 2 }, baseUrl: `${server.origin}/v2` });
  await base.get('/set');
  await child.get('/x');
  assert.equal(last(server).target, '/v2/x?v=1&w=2');
  assert.deepEqual(
    ['x-a', 'x-b', 'x-c', 'cookie'].map((name) => sent(server, name)),
    [['1'], ['2'], ['2'], ['a=1']],
  );
  assert.equal(base.snapshot().numConnections, 1);
  await child.close();
  await assert.rejects(child.get('/'), { code: 'ERR_POOL_CLOSED' });
  assert.equal((await base.get('/still')).status, 200);
});

test('Session.extend() leaves what is undefined as it is, and adds hooks to those of the first', async (t) => {
  const server = await serve(t, () => ({ headers: [['Set-Cookie', 'a=1']] }));
  const story: string[] = [];
  const hook = (name: string) => (): void => void story.push(name);
  const base = sessionOver(t, { baseUrl: server.origin, auth: ['user', 'pass'], hooks: { request: hook('one') } });
  const child = base.extend({
    auth: undefined,
    baseUrl: undefined,
    cookies: undefined,
    manager: undefined,
    hooks: { request: [hook('two')], response: hook('three') },
  });
  await base.get('/');
  await child.get('/');
  assert.deepEqual([sent(server, 'cookie'), sent(server, 'authorization')], [['a=1'], ['Basic dXNlcjpwYXNz']]);
  assert.deepEqual(story, ['one', 'one', 'two', 'three']);
  assert.throws(() => base.extend({ hooks: { before: hook('') } as never }), { code: 'ERR_INVALID_OPTION' });
});

test('Session.extend() shares the turns of the rate limit, unless it is given another', async (t) => {
  const clock = new FakeClock();
  const server = await serve(t);
  const base = sessionOver(t, { baseUrl: server.origin, rateLimit: { requests: 1, per: 1_000 }, clock });
  const [child, other] = [base.extend({ headers: { 'x-a': '1' } }), base.extend({ rateLimit: { requests: 1 } })];
  await base.get('/1');
  await other.get('/other');
  const second = child.get('/2');
  clock.advance(999);
  assert.equal(server.requests.length, 2);
  clock.advance(1);
  assert.equal((await second).status, 200);
});

test('Session.close() waits for requests that are in its layers, and refuses others', async (t) => {
  const server = await serve(t);
  let goOn = (): void => {};
  const middleware: Middleware = async (_, next) => {
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await next();
    return await next();
  };
  const session = sessionOver(t, { baseUrl: server.origin, middleware: [middleware] });
  const child = session.extend({});
  const request = child.get('/a');
  const closed = session.close();
  await assert.rejects(child.get('/b'), { code: 'ERR_POOL_CLOSED' });
  goOn();
  assert.equal((await request).status, 200);
  await closed;
  assert.equal(session.snapshot().open, 0);
});

test('Session.close() waits no longer than it is told for what is in its layers', async () => {
  const clock = new FakeClock();
  const session = new Session({ middleware: [() => new Promise(() => {})], clock });
  void session.get('http://localhost:9/');
  const closed = session.close({ timeout: 5 });
  clock.advance(5);
  await closed;
});

test('Session over a manager of somebody else’s leaves it open, and has limits of its own', async (t) => {
  const server = await serve(t, () => ({ status: 503 }));
  const http = new PoolManager();
  t.after(() => http.close());
  const session = new Session({ manager: http, baseUrl: server.origin, retries: false, timeout: { read: 1_000 } });
  assert.equal((await session.get('/')).status, 503);
  await session.close();
  assert.equal((await http.request('GET', server.origin, { retries: false })).status, 503);
  assert.throws(() => new Session({ manager: http, maxSize: 3 }), {
    message: /^Cannot use the option maxSize of a session with a manager: there is none of that name/,
  });
});

test('Session({ rateLimit }) asks each origin no more often than it may, redirects included', async (t) => {
  const clock = new FakeClock();
  const server = await serve(t, ({ target }) =>
    target === '/a' ? { status: 307, headers: [['Location', '/b']] } : {},
  );
  const other = await serve(t);
  const session = sessionOver(t, { rateLimit: { requests: 2, per: 1_000 }, clock });
  await session.get(`${server.origin}/a`);
  let done = false;
  const third = session.get(`${server.origin}/c`).then(() => {
    done = true;
  });
  await session.get(`${other.origin}/d`);
  clock.advance(999);
  await session.get(`${other.origin}/e`);
  assert.equal(done, false);
  clock.advance(1);
  await third;
  assert.deepEqual(
    server.requests.map(({ target }) => target),
    ['/a', '/b', '/c'],
  );
});

for (const [what, options, message] of [
  ['a name that there is not', { baseURL: 'http://a.example' }, /the option baseURL of .*did you mean baseUrl\?$/],
  ['credentials of one part', { auth: ['user'] }, /as auth: give \[user, password\]/],
  ['cookies as a number', { cookies: 3 }, /^Cannot use 3 as cookies: give a CookieJar, true or false$/],
  ['middleware that is no list', { middleware: () => {} }, /as middleware: give a list of functions$/],
  [
    'a hook that is no function',
    { hooks: { request: [1] } },
    /as hooks\.request: give a function or a list of functions$/,
  ],
  [
    'a hook of another name',
    { hooks: { beforeRequest: [] } },
    /the option beforeRequest of hooks.*did you mean request\?$/,
  ],
  ['a rate without requests', { rateLimit: { per: 3 } }, /as rateLimit: say how many requests/],
  [
    'a rate of none',
    { rateLimit: { requests: 0 } },
    /^Cannot use 0 as rateLimit\.requests: give a whole number, 1 or more$/,
  ],
  ['a manager that is none', { manager: {} }, /as manager: give a PoolManager$/],
  ['a flag as text', { raiseForStatus: 'yes' }, /as raiseForStatus: give true or false$/],
  ['a context as text', { context: 'x' }, /as context: give an object$/],
  ['a base without a scheme', { baseUrl: 'a.example' }, /a\.example/],
] as const) {
  test(`Session() refuses ${what}`, () => {
    assert.throws(
      () => new Session(options as unknown as SessionOptions),
      (error: unknown) => error instanceof RequestError && message.test(error.message),
    );
  });
}

test('Session.request() refuses an option that it does not have, by its name', async (t) => {
  const session = sessionOver(t, { baseUrl: 'http://a.example' });
  await assert.rejects(session.get('/', { param: {} } as object), { message: /the option param of the request/ });
  await assert.rejects(
    session.get('/', { auth: 'secret' } as object),
    (error: Error) => !error.message.includes('secret'),
  );
});
