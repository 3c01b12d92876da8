// Cookies on their way through a session, over servers that keep what they were sent.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MemoryCookieStore, CookieJar as ToughJar } from 'tough-cookie';
import { CookieJar, type CookieStore, Session, type SessionOptions } from 'urlpool';
import { fieldValues, type ReceivedRequest, type ResponseChoices, ScriptedServer } from 'urlpool-testing';

async function serve(t: TestContext, answer: (request: ReceivedRequest) => ResponseChoices): Promise<ScriptedServer> {
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) await connection.respond({ body: 'ok', ...answer(await connection.request()) });
  });
  t.after(() => server.close());
  return server;
}

function sessionOver(t: TestContext, options: SessionOptions = {}): Session {
  const session = new Session(options);
  t.after(() => session.close());
  return session;
}

const sets = (...cookies: readonly string[]): ResponseChoices => ({
  headers: cookies.map((text) => ['Set-Cookie', text] as const),
});

/** The Cookie fields of each request. */
const sent = ({ requests }: ScriptedServer): (readonly string[])[] =>
  requests.map(({ headers }) => fieldValues(headers, 'cookie'));

test('Session.cookies is the jar that it keeps', async (t) => {
  const server = await serve(t, () => sets('a=1; Path=/', 'b=2; Path=/; Secure; HttpOnly'));
  const session = sessionOver(t, { baseUrl: server.origin });
  assert.equal(session.cookies?.size, 0);
  await session.get('/');
  assert.deepEqual([session.cookies?.get('a')?.value, session.cookies?.get('b')?.httpOnly], ['1', true]);
  session.cookies?.set('c', '3', { url: server.origin });
  session.cookies?.delete('a');
  await session.get('/');
  assert.deepEqual(sent(server), [[], ['b=2; c=3']]);
});

test('Session uses the jar that it is given, and shares it with those that extend it', async (t) => {
  const server = await serve(t, () => ({}));
  const jar = new CookieJar();
  jar.set('a', '1', { url: server.origin });
  const session = sessionOver(t, { cookies: jar });
  assert.equal(session.cookies, jar);
  assert.equal(session.extend({}).cookies, jar);
  await session.extend({ headers: { 'x-a': '1' } }).get(server.origin);
  assert.deepEqual(sent(server), [['a=1']]);
});

test('Session takes cookies from redirects, and sends each host its own', async (t) => {
  const other = await serve(t, () => sets('o=1'));
  const elsewhere = other.origin.replace('127.0.0.1', 'localhost');
  const home = await serve(t, ({ target }) =>
    target === '/'
      ? { status: 302, headers: [...(sets('h=1').headers as []), ['Location', '/next']] }
      : { status: 302, headers: [...(sets('n=2').headers as []), ['Location', `${elsewhere}/`]] },
  );
  const session = sessionOver(t);
  await session.get(home.origin);
  assert.deepEqual(sent(home), [[], ['h=1']]);
  assert.deepEqual(sent(other), [[]]);
  assert.deepEqual(
    Array.from(session.cookies ?? [], ({ name, domain }) => `${name} ${domain}`),
    ['h 127.0.0.1', 'n 127.0.0.1', 'o localhost'],
  );
});

test('Session takes a cookie from a response that is tried again', async (t) => {
  let count = 0;
  const server = await serve(t, () => ({ status: ++count === 1 ? 503 : 200, ...sets(`a=${count}`) }));
  const session = sessionOver(t, { retries: 1 });
  const { Retry } = await import('urlpool');
  await session.get(server.origin, { retries: new Retry({ total: 1, statusForcelist: [503] }) });
  assert.deepEqual(sent(server), [[], ['a=1']]);
});

test('Session sends the cookies of a request with it, over its own, and keeps none of them', async (t) => {
  const server = await serve(t, () => ({}));
  const session = sessionOver(t, { baseUrl: server.origin });
  for (const name of ['a', 'b', 'c']) session.cookies?.set(name, '1', { url: server.origin });
  await session.get('/', { cookies: { b: 'mine', d: 4, c: null } });
  await session.get('/', { cookies: { b: '2' }, headers: { Cookie: 'z=0' } });
  await session.get('/');
  assert.deepEqual(sent(server), [['b=mine; d=4; a=1'], ['z=0; b=2; a=1; c=1'], ['a=1; b=1; c=1']]);
});

test('Session sends the cookies of a request where it keeps none', async (t) => {
  const server = await serve(t, () => sets('a=1'));
  const session = sessionOver(t, { baseUrl: server.origin, cookies: false });
  await session.get('/', { cookies: { b: '2' } });
  await session.get('/');
  assert.deepEqual(sent(server), [['b=2'], []]);
});

test('Session sends the cookies of a request after a redirect at home, and to no other origin', async (t) => {
  const other = await serve(t, () => ({}));
  const home = await serve(t, ({ target }) => ({
    status: 307,
    headers: { Location: target === '/' ? '/next' : `${other.origin}/` },
  }));
  const session = sessionOver(t);
  session.cookies?.set('a', '1', { url: home.origin });
  await session.get(home.origin, { cookies: { secret: '1', a: null } });
  assert.deepEqual(sent(home), [['secret=1'], ['secret=1']]);
  // Cookies know no ports: that of the jar is for both.
  assert.deepEqual(sent(other), [['a=1']]);
});

test('Session neither sends nor keeps cookies for cookies: null', async (t) => {
  const server = await serve(t, () => sets('b=2'));
  const session = sessionOver(t, { baseUrl: server.origin });
  session.cookies?.set('a', '1', { url: server.origin });
  await session.get('/', { cookies: null });
  assert.deepEqual(sent(server), [[]]);
  assert.equal(session.cookies?.size, 1);
});

test('Session refuses cookies of a request that cannot be sent, and sends nothing', async (t) => {
  const server = await serve(t, () => ({}));
  const session = sessionOver(t, { baseUrl: server.origin });
  await assert.rejects(session.get('/', { cookies: { a: '1\r\nX: y' } }), { code: 'ERR_INVALID_COOKIE' });
  await assert.rejects(session.get('/', { cookies: 'a=1' as unknown as Record<string, string> }), {
    code: 'ERR_INVALID_OPTION',
  });
  assert.equal(server.requests.length, 0);
});

test('Session shows middleware the cookies of a request, and lets it change them', async (t) => {
  const server = await serve(t, () => ({}));
  const session = sessionOver(t, {
    middleware: [
      (request, next) => {
        request.options = { ...request.options, cookies: { ...request.options.cookies, b: '2' } };
        return next(request);
      },
    ],
  });
  await session.get(server.origin, { cookies: { a: '1' } });
  assert.deepEqual(sent(server), [['a=1; b=2']]);
});

/** A store that takes its time. */
class SlowStore extends MemoryCookieStore {
  constructor() {
    super();
    this.synchronous = false;
    for (const name of ['findCookie', 'findCookies', 'putCookie', 'updateCookie'] as const) {
      const act = MemoryCookieStore.prototype[name] as (...given: unknown[]) => unknown;
      Object.assign(this, { [name]: (...given: unknown[]) => setImmediate(() => Reflect.apply(act, this, given)) });
    }
  }
}

for (const [kind, store] of [
  ['at once', () => new MemoryCookieStore()],
  ['in its time', () => new SlowStore()],
] as const) {
  test(`Session keeps its cookies in a jar of tough-cookie that stores ${kind}`, async (t) => {
    const server = await serve(t, ({ target }) =>
      target === '/'
        ? {
            status: 302,
            headers: [...(sets('a=1', 'a=2; Domain=example', 'b=2').headers as []), ['Location', '/next']],
          }
        : sets('c=3'),
    );
    const jar = new ToughJar(store());
    const session = sessionOver(t, { cookies: jar });
    assert.equal(session.cookies, null);
    await session.get(server.origin);
    assert.deepEqual(sent(server), [[], ['a=1; b=2']]);
    assert.equal(await jar.getCookieString(server.origin), 'a=1; b=2; c=3');
    const stream = await session.extend({}).stream('GET', `${server.origin}/x`, { cookies: { b: null } });
    assert.equal(await stream.text(), 'ok');
    assert.deepEqual(sent(server).at(-1), ['a=1; c=3']);
  });
}

const broken = (method: 'header' | 'receive'): CookieStore => ({
  header: async () => {
    if (method === 'header') throw new Error('store is down');
    return '';
  },
  receive: async () => {
    if (method === 'receive') throw new Error('store is down');
  },
});

for (const method of ['header', 'receive'] as const) {
  test(`Session fails with what ${method}() of its store fails with, and frees its connection`, async (t) => {
    const server = await serve(t, () => sets('a=1'));
    const session = sessionOver(t, { cookies: broken(method) });
    await assert.rejects(session.get(server.origin), { message: 'store is down' });
    await assert.rejects(session.stream('GET', server.origin), { message: 'store is down' });
    assert.equal(server.requests.length, method === 'header' ? 0 : 2);
    assert.equal(session.snapshot().active, 0);
    await session.close({ timeout: 1_000 });
    assert.equal(session.snapshot().open, 0);
  });
}

test('Session can be aborted while its store stores', async (t) => {
  const server = await serve(t, () => sets('a=1'));
  const aborting = new AbortController();
  const receive = (): Promise<void> => {
    setImmediate(() => aborting.abort(new Error('enough')));
    return new Promise(() => {});
  };
  const session = sessionOver(t, { baseUrl: server.origin, cookies: { header: () => '', receive } });
  await assert.rejects(session.get('/', { signal: aborting.signal }), { message: 'enough' });
});

for (const [what, given] of [
  ['nothing', undefined],
  ['nothing later', Promise.resolve(undefined)],
] as const) {
  test(`Session sends no Cookie where its store gives ${what}`, async (t) => {
    const server = await serve(t, () => ({}));
    const store = { header: () => given as unknown as string, receive: () => {} };
    await sessionOver(t, { baseUrl: server.origin, cookies: store }).get('/');
    assert.deepEqual(sent(server), [[]]);
  });
}

test('Session leaves no rejection behind where the call fails first', async (t) => {
  const server = await ScriptedServer.start({}, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 9\r\n\r\nx');
    connection.reset();
  });
  t.after(() => server.close());
  const session = sessionOver(t, { cookies: broken('receive'), retries: false });
  await assert.rejects(session.get(server.origin), { code: 'ERR_CONNECTION_RESET' });
  await new Promise(setImmediate);
});

test('Session refuses what is no jar', () => {
  for (const cookies of [5, 'a=1', {}, null, { setCookie() {} }, { header() {} }]) {
    assert.throws(() => new Session({ cookies } as unknown as SessionOptions), {
      code: 'ERR_INVALID_OPTION',
      message: /as cookies: give a CookieJar, true or false$/,
    });
  }
});
