// Lists that come in several pages, over servers that keep what they were asked for.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  HTTPError,
  type ItemsOptions,
  type PagesOptions,
  RequestError,
  Session,
  type SessionOptions,
  StatusError,
} from 'urlpool';
import { fieldValues, type ReceivedRequest, type ResponseChoices, ScriptedServer } from 'urlpool-testing';
import { gate, until } from '../connection/served-pool.ts';

type Answer = (request: ReceivedRequest) => ResponseChoices | Promise<ResponseChoices>;

async function serve(t: TestContext, answer: Answer): Promise<ScriptedServer> {
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      const request = await connection.request();
      await connection.respond({ body: request.target, ...(await answer(request)) });
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

const targets = ({ requests }: ScriptedServer): string[] => requests.map(({ target }) => target);
const link = (to: string): ResponseChoices => ({ headers: [['Link', `<${to}>; rel="next"`]] });

/** Pages 1 to `last`, each of which leads to the next by a Link. */
const linked =
  (last: number): Answer =>
  ({ target }) => {
    const page = Number(/[?&]page=(\d+)/.exec(target)?.[1] ?? 1);
    return page < last ? link(`?page=${page + 1}`) : {};
  };

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

test('Session.pages() follows links to the next page to the last', async (t) => {
  const server = await serve(t, linked(3));
  const session = sessionOver(t, { baseUrl: `${server.origin}/v1` });
  const pages = await all(session.pages('/items', { params: { size: 9 } }));
  assert.deepEqual(
    pages.map((page) => page.text()),
    ['/v1/items?size=9', '/v1/items?page=2', '/v1/items?page=3'],
  );
});

test('Session.pages() asks for a page only when it is wanted', async (t) => {
  const server = await serve(t, linked(9));
  const session = sessionOver(t, { baseUrl: server.origin });
  const pages = session.pages('/');
  assert.equal(server.requests.length, 0);
  await pages.next();
  await session.get('/between');
  assert.deepEqual(targets(server), ['/', '/between']);
  await pages.next();
  assert.deepEqual(targets(server), ['/', '/between', '/?page=2']);
});

test('Session.pages() left by break asks for no more', async (t) => {
  const server = await serve(t, linked(9));
  const session = sessionOver(t, { baseUrl: server.origin });
  let pages = 0;
  for await (const _ of session.pages('/')) if (++pages === 2) break;
  await session.get('/after');
  assert.deepEqual(targets(server), ['/', '/?page=2', '/after']);
});

test('Session.pages() left while it waits aborts what it waits for', async (t) => {
  const never = gate();
  const server = await serve(t, async () => {
    await never.opened;
    return {};
  });
  const session = sessionOver(t, { baseUrl: server.origin });
  const pages = session.pages('/');
  const page = pages.next();
  await until(() => server.requests.length === 1);
  await pages.return(undefined);
  assert.deepEqual(await page, { done: true, value: undefined });
  assert.equal(session.snapshot().active, 0);
  never.open();
});

test('Session.pages() rejects with the reason of its signal', async (t) => {
  const server = await serve(t, linked(9));
  const session = sessionOver(t, { baseUrl: server.origin });
  const controller = new AbortController();
  const pages = session.pages('/', { signal: controller.signal });
  await pages.next();
  controller.abort('enough');
  await assert.rejects(pages.next(), (reason) => reason === 'enough');
});

test('Session.pages({ maxPages }) ends after so many', async (t) => {
  const server = await serve(t, linked(9));
  const session = sessionOver(t, { baseUrl: server.origin });
  assert.equal((await all(session.pages('/', { maxPages: 2 }))).length, 2);
  assert.equal(server.requests.length, 2);
});

test('Session.pages({ next }) is told the page and how many there were', async (t) => {
  const server = await serve(t, () => ({}));
  const session = sessionOver(t, { baseUrl: server.origin });
  const told: unknown[] = [];
  const next: PagesOptions['next'] = async (page, pages) => {
    told.push([page.text(), pages]);
    return pages < 3 && `/${pages}`;
  };
  await all(session.pages('/first', { next }));
  assert.deepEqual(told, [
    ['/first', 1],
    ['/1', 2],
    ['/2', 3],
  ]);
});

test('Session.pages({ next }) may give options over those of the first page', async (t) => {
  const server = await serve(t, ({ body }) => ({ body }));
  const session = sessionOver(t, { baseUrl: server.origin, params: { key: 'k' } });
  const pages = session.pages('/search', {
    method: 'POST',
    params: { size: 2 },
    json: { cursor: null },
    next: (_, count) => (count < 3 ? { json: { cursor: count } } : null),
  });
  const bodies = (await all(pages)).map((page) => page.json());
  assert.deepEqual(bodies, [{ cursor: null }, { cursor: 1 }, { cursor: 2 }]);
  assert.deepEqual(targets(server), Array(3).fill('/search?key=k&size=2'));
});

test('Session.pages() adds a parameter of the session to a page that does not have it, once', async (t) => {
  const server = await serve(t, ({ target }) => (target.includes('page=') ? {} : link('?page=2&v=1')));
  const session = sessionOver(t, { baseUrl: server.origin, params: { v: 1, key: 'k' } });
  await all(session.pages('/'));
  assert.deepEqual(targets(server), ['/?v=1&key=k', '/?page=2&v=1&key=k']);
});

test('Session.pages() resolves links against where a redirect led to', async (t) => {
  const server = await serve(t, ({ target }) => {
    if (target === '/old') return { status: 302, headers: [['Location', '/new/list']] };
    return target === '/new/list' ? link('2') : {};
  });
  const session = sessionOver(t, { baseUrl: server.origin, retries: true });
  await all(session.pages('/old'));
  assert.deepEqual(targets(server), ['/old', '/new/list', '/new/2']);
});

/** The credentials and the key of each request. */
const secrets = ({ requests }: ScriptedServer): readonly unknown[] =>
  requests.map(({ headers, target }) => [
    target,
    ...['authorization', 'x-key', 'cookie'].flatMap((name) => fieldValues(headers, name)),
  ]);

const BASIC = 'Basic dTpw';

// name, options of the session, options of pages()
const SECRETS = [
  ['of the session', { auth: ['u', 'p'], headers: { 'X-Key': 'k' }, params: { token: 't' }, cookies: false }, {}],
  ['given with them', { params: { token: 't' }, cookies: false }, { auth: ['u', 'p'], headers: { 'X-Key': 'k' } }],
] as const;

for (const [name, options, own] of SECRETS) {
  for (const hasBase of [true, false]) {
    test(`Session.pages() hands on credentials ${name} to no other origin${hasBase ? ', over a base' : ''}`, async (t) => {
      const other = await serve(t, ({ target }) => (target === '/1' ? link('/2') : link(`${server.origin}/back`)));
      const server: ScriptedServer = await serve(t, ({ target }) => {
        return target.startsWith('/first')
          ? link('/second')
          : target.startsWith('/second')
            ? link(`${other.origin}/1`)
            : {};
      });
      const session = sessionOver(t, hasBase ? { ...options, baseUrl: server.origin } : options);
      await all(session.pages(`${server.origin}/first`, own));
      const kept = [BASIC, 'k'];
      assert.deepEqual(secrets(other), [['/1'], ['/2']]);
      assert.deepEqual(secrets(server), [
        ['/first?token=t', ...kept],
        ['/second?token=t', ...kept],
        ['/back?token=t', ...kept],
      ]);
    });
  }
}

test('Session.pages() that begins elsewhere has no credentials of the session, wherever it is led', async (t) => {
  const server = await serve(t, () => ({}));
  const other = await serve(t, () => link(`${server.origin}/home`));
  const session = sessionOver(t, {
    baseUrl: server.origin,
    auth: ['u', 'p'],
    headers: { 'X-Key': 'k' },
    cookies: false,
  });
  await all(session.pages(`${other.origin}/1`));
  assert.deepEqual([...secrets(other), ...secrets(server)], [['/1'], ['/home']]);
});

test('Session.pages() keeps the credentials of a URL at its origin', async (t) => {
  const other = await serve(t, () => ({}));
  const server = await serve(t, ({ target }) => link(target === '/1' ? '/2' : other.origin));
  const session = sessionOver(t, { cookies: false });
  await all(session.pages(`${server.origin.replace('//', '//u:p@')}/1`));
  assert.deepEqual(secrets(server), [
    ['/1', BASIC],
    ['/2', BASIC],
  ]);
  assert.deepEqual(secrets(other), [['/']]);
});

// name, where the pages lead, options, pages before the error
const LOOPS: readonly (readonly [string, (target: string) => ResponseChoices, PagesOptions, number])[] = [
  ['itself', (target) => link(target), {}, 1],
  ['itself with a fragment', (target) => link(`${target}#top`), {}, 1],
  ['one before', (target) => link({ '/': '/a', '/a': '/b', '/b': '/a' }[target] ?? '/'), {}, 3],
  ['itself by options', () => ({}), { next: () => ({ params: {} }) }, 1],
  ['the same body', () => ({}), { method: 'POST', json: { at: 1 }, next: () => ({ json: { at: 1 } }) }, 1],
  ['the same bytes', () => ({}), { method: 'POST', body: Buffer.from('a'), next: () => ({}) }, 1],
];

for (const [name, lead, options, count] of LOOPS) {
  test(`Session.pages() that is led to ${name} ends with an error`, async (t) => {
    const server = await serve(t, ({ target }) => lead(target));
    const session = sessionOver(t, { baseUrl: server.origin });
    const found: number[] = [];
    const reading = (async () => {
      for await (const { status } of session.pages('/', options)) found.push(status);
    })();
    await assert.rejects(reading, (error) => {
      assert.ok(error instanceof RequestError);
      assert.equal(error.code, 'ERR_PAGE_LOOP');
      assert.match(
        error.message,
        /^Cannot ask for page \d of (GET|POST) http:\/\/.*: it was page \d, and the pages would never end$/,
      );
      return true;
    });
    assert.deepEqual([found.length, server.requests.length], [count, count]);
  });
}

test('Session.pages() may ask one URL again with another body', async (t) => {
  const server = await serve(t, () => ({}));
  const session = sessionOver(t, { baseUrl: server.origin });
  const next: PagesOptions['next'] = (_, count) => count < 3 && { body: Buffer.from('a') };
  assert.equal((await all(session.pages('/', { method: 'POST', body: Buffer.from('a'), next }))).length, 3);
});

test('Session.pages() throws for a page whose status is an error, and goes on where that is none', async (t) => {
  const server = await serve(t, ({ target }) => (target === '/' ? link('/2') : { status: 500 }));
  const session = sessionOver(t, { baseUrl: server.origin });
  await assert.rejects(all(session.pages('/')), StatusError);
  const pages = await all(session.pages('/', { raiseForStatus: false }));
  assert.deepEqual(
    pages.map(({ status }) => status),
    [200, 500],
  );
});

test('Session.pages() of a closed session rejects', async (t) => {
  const session = sessionOver(t, {});
  await session.close();
  await assert.rejects(session.pages('http://a.example/').next(), { code: 'ERR_POOL_CLOSED' });
});

test('Session.items() gives what stands on the pages', async (t) => {
  const server = await serve(t, (request) => {
    const page = Number(/page=(\d+)/.exec(request.target)?.[1] ?? 1);
    return { ...linked(3)(request), body: JSON.stringify([10 * page, 10 * page + 1]) };
  });
  const session = sessionOver(t, { baseUrl: server.origin });
  assert.deepEqual(await all(session.items<number>('/')), [10, 11, 20, 21, 30, 31]);
  const items: ItemsOptions<string>['items'] = async (page) => new Set(page.json<number[]>().map(String));
  const found: string[] = [];
  for await (const item of session.items('/', { items, maxPages: 2 })) {
    found.push(item);
    if (found.length === 3) break;
  }
  assert.deepEqual([found, server.requests.length], [['10', '11', '20'], 5]);
});

for (const [name, body, options, message] of [
  ['a page that is no list', '{"users":[]}', {}, /^Cannot use an object as the page http.*: say where its items are/],
  ['items that are no list', '[]', { items: () => 5 }, /^Cannot use 5 as what items\(\) gives: give a list/],
] as const) {
  test(`Session.items() says so of ${name}`, async (t) => {
    const server = await serve(t, () => ({ body }));
    const session = sessionOver(t, { baseUrl: server.origin });
    const reading = all(session.items('/', options as unknown as ItemsOptions<unknown>));
    await assert.rejects(reading, (error) => error instanceof HTTPError && message.test(error.message));
  });
}

// name, call, message
const REFUSED: readonly (readonly [string, (session: Session) => unknown, RegExp])[] = [
  ['an option that there is not', (s) => s.pages('/', { maxpages: 3 } as object), /did you mean maxPages\?$/],
  [
    'options that are none',
    (s) => s.pages('/', null as unknown as object),
    /the options of pages\(\): give an object$/,
  ],
  [
    'no page',
    (s) => s.pages('/', { maxPages: 0 }),
    /^Cannot use 0 as maxPages: give a whole number, 1 or more, or Inf/,
  ],
  ['next that is no function', (s) => s.pages('/', { next: '/2' } as object), /as next: give a function$/],
  ['items that are no function', (s) => s.items('/', { items: 'users' } as object), /as items: give a function$/],
  ['items of pages()', (s) => s.pages('/', { items: () => [] } as object), /the option items of pages\(\)/],
  ['a signal that is none', (s) => s.pages('/', { signal: 3 } as object), /as signal/],
  ['a header that is none', (s) => s.pages('/', { headers: { 'a b': '1' } }), /a b/],
  ['another scheme', (s) => s.pages('ftp://a.example/'), /its scheme is "ftp"/],
];

for (const [name, call, message] of REFUSED) {
  test(`Session.pages() and items() refuse ${name}, at once`, (t) => {
    const session = sessionOver(t, { baseUrl: 'http://a.example' });
    assert.throws(
      () => call(session),
      (error) => error instanceof RequestError && message.test(error.message),
    );
  });
}
