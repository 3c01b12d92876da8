// Digest authentication against a server that checks every response and every count.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { digestAuth, Session, type SessionOptions } from 'urlpool';
import { fieldValues, ScriptedServer } from 'urlpool-testing';
import { digestSite, type Site, type SiteOptions } from './digest-site.ts';

async function siteAndSession(
  t: TestContext,
  site: SiteOptions = {},
  options: SessionOptions = {},
): Promise<Site & { readonly session: Session }> {
  const found = await digestSite(t, site);
  const session = new Session({ baseUrl: found.server.origin, auth: digestAuth('me', 'pw'), ...options });
  t.after(() => session.close());
  return { ...found, session };
}

for (const [name, hash, more] of [
  ['MD5', 'md5', 'qop="auth", algorithm=MD5'],
  ['MD5-sess', 'md5', 'qop="auth", algorithm=MD5-sess, opaque="o"'],
  ['SHA-256', 'sha256', 'qop="auth,auth-int", algorithm=SHA-256'],
  ['SHA-256-sess', 'sha256', 'qop="auth", algorithm=SHA-256-sess'],
  ['SHA-512-256', 'sha512-256', 'qop="auth", algorithm=SHA-512-256'],
  ['SHA-512-256-sess', 'sha512-256', 'qop="auth", algorithm="SHA-512-256-sess"'],
] as const) {
  test(`digestAuth() is let in by ${name}: asked once, then counting`, async (t) => {
    const { session, verdicts } = await siteAndSession(t, { hash, more });
    for (const path of ['/a', '/b?c=d', '/']) assert.equal((await session.get(path)).status, 200);
    assert.deepEqual(verdicts, ['none', 'accepted 1', 'accepted 2', 'accepted 3']);
  });
}

test('digestAuth() is let in by a server of RFC 2069', async (t) => {
  const { session, verdicts, sent } = await siteAndSession(t, { more: '' });
  await session.get('/a');
  await session.get('/b');
  assert.deepEqual(verdicts, ['none', 'accepted', 'accepted']);
  assert.deepEqual([...(sent[0]?.keys() ?? [])], ['username', 'realm', 'nonce', 'uri', 'response']);
});

test('digestAuth() sends a body that can be sent again with the answer to the challenge', async (t) => {
  const { session, verdicts, server } = await siteAndSession(t);
  assert.equal((await session.post('/a', { json: { a: 1 } })).status, 200);
  assert.equal(
    (
      await session.put('/b', {
        body: async function* () {
          yield 'ab';
          yield 'c';
        },
      })
    ).status,
    200,
  );
  assert.deepEqual(verdicts, ['none', 'accepted 1', 'accepted 2']);
  assert.deepEqual(
    server.requests.map(({ method, body }) => `${method} ${body}`),
    ['POST {"a":1}', 'POST {"a":1}', 'PUT abc'],
  );
});

test('digestAuth() protects bodies in memory by auth-int, and sends no other without protection', async (t) => {
  const { session, verdicts, sent } = await siteAndSession(t, { more: 'qop="auth-int"' });
  assert.equal((await session.post('/a', { body: 'abc' })).status, 200);
  assert.equal((await session.get('/b')).status, 200);
  assert.equal((await session.put('/c', { body: Buffer.alloc(100_000, 'x') })).status, 200);
  assert.ok(sent.every((parameters) => parameters.get('qop') === 'auth-int'));
  const body = async function* () {
    yield 'abc';
  };
  assert.equal((await session.put('/d', { body })).status, 401);
  assert.deepEqual(verdicts, ['none', 'accepted 1', 'accepted 2', 'accepted 3', 'none']);
});

test('digestAuth() hashes a body as it is sent: in its coding', async (t) => {
  const { session, verdicts } = await siteAndSession(t, { more: 'qop="auth-int"' });
  const response = await session.post('/a', { body: 'abc'.repeat(100), compress: 'gzip' });
  assert.equal(response.status, 200);
  assert.deepEqual(verdicts, ['none', 'accepted 1']);
});

test('digestAuth() counts for calls at the same time, each attempt for itself', async (t) => {
  const { session, verdicts } = await siteAndSession(t);
  await session.get('/first');
  await Promise.all(Array.from({ length: 50 }, (_, i) => session.get(`/${i}`)));
  const counts = verdicts.slice(1).map((verdict) => Number(verdict.replace('accepted ', '')));
  assert.deepEqual(
    counts.sort((a, b) => a - b),
    Array.from({ length: 51 }, (_, i) => i + 1),
  );
});

test('digestAuth() is let in by fifty first requests at once', async (t) => {
  const { session, verdicts } = await siteAndSession(t, {}, { maxSize: 50 });
  const responses = await Promise.all(Array.from({ length: 50 }, (_, i) => session.get(`/${i}`)));
  assert.ok(responses.every(({ status }) => status === 200));
  assert.equal(verdicts.filter((verdict) => verdict.startsWith('accepted')).length, 50);
  assert.deepEqual(
    verdicts.filter((verdict) => !/^accepted \d+$|^none$/.test(verdict)),
    [],
  );
});

test('digestAuth() serves several sessions, and several servers, with one object', async (t) => {
  const [one, two] = [await digestSite(t), await digestSite(t)];
  const auth = digestAuth('me', 'pw');
  for (let i = 0; i < 2; i++) {
    for (const { server } of [one, two]) {
      const session = new Session({ auth });
      t.after(() => session.close());
      assert.equal((await session.get(`${server.origin}/${i}`)).status, 200);
    }
  }
  for (const { verdicts } of [one, two]) assert.deepEqual(verdicts, ['none', 'accepted 1', 'accepted 2']);
});

for (const [name, tooOld] of [
  ['that says stale', 'stale=true'],
  ['that says so in capitals', 'stale="TRUE"'],
  ['that does not say stale', ''],
  ['that says stale=false', 'stale=false'],
] as const) {
  test(`digestAuth() takes a new nonce from a server ${name}`, async (t) => {
    const { session, verdicts } = await siteAndSession(t, { uses: 2, tooOld });
    for (let i = 0; i < 4; i++) assert.equal((await session.get('/')).status, 200);
    assert.deepEqual(verdicts, ['none', 'accepted 1', 'accepted 2', 'stale', 'accepted 1', 'accepted 2']);
  });
}

test('digestAuth() is let in where every nonce is good for one request', async (t) => {
  const { session, verdicts } = await siteAndSession(t, { uses: 1 });
  for (let i = 0; i < 3; i++) assert.equal((await session.get('/')).status, 200);
  assert.deepEqual(verdicts, ['none', 'accepted 1', 'stale', 'accepted 1', 'stale', 'accepted 1']);
});

for (const more of ['qop="auth"', 'qop="auth", algorithm=MD5-sess']) {
  test(`digestAuth() goes on with the nonce that an answer names: ${more}`, async (t) => {
    const { session, verdicts, sent } = await siteAndSession(t, { uses: 1, next: true, more });
    for (let i = 0; i < 3; i++) assert.equal((await session.get('/')).status, 200);
    assert.deepEqual(verdicts, ['none', 'accepted 1', 'accepted 1', 'accepted 1']);
    assert.deepEqual(
      sent.map((parameters) => parameters.get('nonce')),
      ['nonce-1', 'nonce-2', 'nonce-3'],
    );
  });
}

test('digestAuth() is let in where a connection died after its count was taken', async (t) => {
  const { session, verdicts } = await siteAndSession(t, { drops: 2 });
  await session.get('/');
  assert.equal((await session.get('/')).status, 200);
  assert.deepEqual(verdicts, ['none', 'accepted 1', 'accepted 2', 'a count for the second time', 'accepted 1']);
});

test('digestAuth() offers a wrong password once for each call', async (t) => {
  const { session, verdicts } = await siteAndSession(t, { password: 'another' });
  const response = await session.get('/');
  assert.equal(response.status, 401);
  assert.equal(response.text(), 'who are you?');
  assert.deepEqual(verdicts, ['none', 'a wrong response']);
  await session.get('/');
  assert.deepEqual(verdicts.slice(2), ['none', 'a wrong response']);
});

test('digestAuth() offers a wrong password once for each of many calls at once', async (t) => {
  const { session, verdicts } = await siteAndSession(t, { password: 'another' }, { maxSize: 20 });
  const responses = await Promise.all(Array.from({ length: 20 }, () => session.get('/')));
  assert.ok(responses.every(({ status }) => status === 401));
  assert.ok(verdicts.filter((verdict) => verdict === 'a wrong response').length <= 20, verdicts.join());
});

test('digestAuth() ends where a server calls every nonce stale', async (t) => {
  const { session, verdicts } = await siteAndSession(t, { uses: 0 });
  assert.equal((await session.get('/')).status, 401);
  assert.deepEqual(verdicts, ['none', 'stale', 'stale', 'stale']);
});

test('digestAuth() ends where a server has a new realm each time', async (t) => {
  let realms = 0;
  const { session, verdicts } = await siteAndSession(t, { realm: () => `r${++realms}` });
  assert.equal((await session.get('/')).status, 401);
  assert.equal(verdicts.length, 4);
});

for (const [name, value] of [
  ['another scheme', 'Basic realm="a"'],
  ['no challenge', ''],
  ['garbage', ',,"=,Digest,@'],
  ['an algorithm that nobody knows', 'Digest realm=a, nonce=b, algorithm=ROT13'],
] as const) {
  test(`digestAuth() leaves a 401 with ${name} as it is`, async (t) => {
    const server = await ScriptedServer.start({}, async (connection) => {
      for (;;) {
        await connection.request();
        await connection.respond({ status: 401, headers: [['WWW-Authenticate', value]] });
      }
    });
    const session = new Session({ baseUrl: server.origin, auth: digestAuth('me', 'pw') });
    t.after(() => session.close().then(() => server.close()));
    assert.equal((await session.get('/')).status, 401);
    assert.equal(server.requests.length, 1);
  });
}

test('digestAuth() sends credentials before it is asked within the protection space, and nowhere else', async (t) => {
  const { session, verdicts } = await siteAndSession(t, {
    more: 'qop="auth", domain="/in/ http://another.test/all /also"',
  });
  for (const path of ['/in/a', '/in/b', '/out', '/out', '/also/c', '/others']) {
    assert.equal((await session.get(path)).status, 200, path);
  }
  const asked = (from: number, to: number): string =>
    verdicts
      .slice(from, to)
      .map((one) => one.split(' ')[0])
      .join();
  assert.equal(asked(0, 3), 'none,accepted,accepted'); // /in/a, /in/b
  assert.equal(asked(3, 6), 'none,accepted,accepted'); // /out twice: known after the first time
  assert.equal(asked(6, 7), 'accepted'); // /also/c
  assert.equal(asked(7, 9), 'none,accepted'); // /others
});

test('digestAuth() keeps realms of one server apart', async (t) => {
  const realm = (target: string): string => target.split('/')[1] ?? '';
  const site = await digestSite(t, { realm, more: (target) => `qop="auth", domain="/${realm(target)}/"` });
  const session = new Session({ baseUrl: site.server.origin, auth: digestAuth('me', 'pw') });
  t.after(() => session.close());
  for (const path of ['/a/1', '/b/1', '/a/2', '/b/1']) assert.equal((await session.get(path)).status, 200, path);
  assert.deepEqual(
    site.sent.map((parameters) => parameters.get('realm')),
    ['a', 'b', 'a', 'b'],
  );
  assert.deepEqual(site.verdicts, ['none', 'accepted 1', 'none', 'accepted 1', 'accepted 2', 'accepted 2']);
});

test('digestAuth() answers for realms that share all of a server with one more attempt at each change', async (t) => {
  const realm = (target: string): string => target.slice(1, 2);
  const { session, verdicts } = await siteAndSession(t, { realm });
  for (const path of ['/a', '/b', '/a', '/b']) assert.equal((await session.get(path)).status, 200, path);
  assert.ok(verdicts.length <= 8, verdicts.join());
});

test('digestAuth() leaves an Authorization of the caller as it is, and learns nothing from its answer', async (t) => {
  const { session, server } = await siteAndSession(t);
  for (const value of ['Bearer mine', 'Digest username="you", realm="site", nonce="nonce-1", uri="/", response="0"']) {
    const before = server.requests.length;
    const response = await session.get('/', { headers: { Authorization: value } });
    assert.equal(response.status, 401);
    assert.deepEqual(
      server.requests.slice(before).map(({ headers }) => fieldValues(headers, 'authorization')),
      [[value]],
    );
  }
});

test('digestAuth() takes challenges of several fields, the strongest of them', async (t) => {
  let seen: string | undefined;
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      const { headers } = await connection.request();
      [seen] = fieldValues(headers, 'authorization');
      await connection.respond(
        seen === undefined
          ? {
              status: 401,
              headers: [
                ['WWW-Authenticate', 'Basic realm="a, Digest nonce=0", Digest realm="a", nonce="1", qop="auth"'],
                ['WWW-Authenticate', 'Digest realm="a", nonce="2", qop="auth", algorithm=SHA-256, Negotiate'],
              ],
            }
          : {},
      );
    }
  });
  const session = new Session({ baseUrl: server.origin, auth: digestAuth('me', 'pw') });
  t.after(() => session.close().then(() => server.close()));
  assert.equal((await session.get('/')).status, 200);
  assert.match(seen ?? '', /nonce="2", .*algorithm=SHA-256$/);
});

test('digestAuth() has a cnonce of its own for each challenge', async (t) => {
  const { session, sent } = await siteAndSession(t, { uses: 1 });
  for (let i = 0; i < 3; i++) await session.get('/');
  const cnonces = sent.map((parameters) => parameters.get('cnonce') ?? '');
  assert.ok(cnonces.every((cnonce) => /^[\da-f]{32}$/.test(cnonce)));
  assert.equal(new Set(cnonces).size, 3);
});

test('digestAuth() refuses what is no user or password, and shows neither', () => {
  for (const [user, password] of [
    [undefined, 'p'],
    ['me', undefined],
    ['s3c\nr3t', 'p'],
    ['me', 123456],
  ] as unknown as readonly [string, string][]) {
    assert.throws(
      () => digestAuth(user, password),
      ({ code, message }: { code: string; message: string }) =>
        code === 'ERR_INVALID_OPTION' && !/s3c|123456/.test(message),
    );
  }
});
