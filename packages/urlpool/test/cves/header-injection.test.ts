// Header injection: line ends and other marks where advisories found them to reach the wire. Whatever is refused is refused
// before a byte leaves: the server has no connection then, or one without a request.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import {
  basicAuth,
  bearerAuth,
  CookieJar,
  digestAuth,
  encodeMultipartFormdata,
  HTTPConnectionPool,
  HTTPError,
  HTTPHeaders,
  type PoolManager,
  type Session,
} from 'urlpool';
import type { ScriptedServer } from 'urlpool-testing';
import { attackSite, bytesOf, redirector, victim, victimSession } from './attack-site.ts';

const EVIL = 'a\r\nX-Evil: 1';

interface Target {
  readonly server: ScriptedServer;
  readonly http: PoolManager;
  readonly session: Session;
  readonly url: string;
  readonly pool: HTTPConnectionPool;
}

async function target(t: TestContext): Promise<Target> {
  const server = await attackSite(t, redirector);
  const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port, retries: false });
  t.after(() => pool.close({ timeout: 0 }));
  return {
    server,
    pool,
    http: victim(t, { retries: false }),
    session: victimSession(t, { retries: false }),
    url: server.origin,
  };
}

const blob = (type: string): Blob => Object.defineProperty(new Blob(['text']), 'type', { value: type });

// advisory, client, what is given a line end, the call
const REFUSED: readonly (readonly [string, string, string, (at: Target) => Promise<unknown>])[] = [
  [
    'CVE-2016-5699',
    'Python',
    'a header field',
    ({ http, url }) => http.request('GET', url, { headers: { 'X-A': EVIL } }),
  ],
  ['CVE-2019-9740', 'Python', 'a query', ({ http, url }) => http.request('GET', `${url}/?a=1 HTTP/1.1\r\nX-Evil: 1`)],
  ['CVE-2019-9947', 'Python', 'a path', ({ http, url }) => http.request('GET', `${url}/a HTTP/1.1\r\nX-Evil: 1`)],
  ['CVE-2019-9740', 'Python', 'a target of a pool', ({ pool }) => pool.request('GET', '/a HTTP/1.1\r\nX-Evil: 1')],
  [
    'CVE-2019-11236',
    'urllib3',
    'a host',
    ({ http, url }) => http.request('GET', url.replace('127.', `a\r\nX-Evil: 1\r\n.`)),
  ],
  [
    'CVE-2020-26116',
    'Python',
    'a method',
    ({ http, url }) => http.request('GET / HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET', url),
  ],
  ['CVE-2020-26137', 'urllib3', 'a method', ({ pool }) => pool.request('POST\r\n', '/')],
  ['CVE-2020-11078', 'httplib2', 'a URL', ({ session, url }) => session.get(`${url}/ HTTP/1.1\r\nX-Evil: 1\r\n`)],
  [
    'CVE-2022-24775',
    'Guzzle',
    'the name of a header field',
    ({ http, url }) => http.request('GET', url, { headers: { 'X-A\r\nX-Evil': '1' } }),
  ],
  ['CVE-2022-31150', 'undici', 'a target', ({ pool }) => pool.request('GET', '/\r\nX-Evil: 1')],
  [
    'CVE-2022-35948',
    'undici',
    'Content-Type',
    ({ http, url }) => http.request('POST', url, { body: '{}', headers: { 'content-type': EVIL } }),
  ],
  ['CVE-2023-23936', 'undici', 'Host', ({ http, url }) => http.request('GET', url, { headers: { host: EVIL } })],
  ['CVE-2023-29406', 'Go', 'Host', ({ http, url }) => http.request('GET', url, { headers: { Host: 'a.test/?b@c' } })],
  [
    'CVE-2026-48710',
    'Starlette',
    'Host',
    ({ http, url }) => http.request('GET', url, { headers: { Host: 'a.test/abc?bar=' } }),
  ],
  ['CVE-2023-49082', 'aiohttp', 'a method', ({ http, url }) => http.request('GET\x00', url)],
  ['CVE-2026-1527', 'undici', 'Upgrade', ({ http, url }) => http.upgrade(url, { protocol: 'websocket\r\nX-Evil: 1' })],
  ['CVE-2026-1527', 'undici', 'the target of a tunnel', ({ http, url }) => http.tunnel(url, 'a.test:443\r\nX-Evil: 1')],
  [
    'CVE-2026-15157',
    'undici',
    'the type of a Blob',
    ({ http, url }) => http.request('POST', url, { body: blob(EVIL) }),
  ],
  [
    'CVE-2026-15157',
    'undici',
    'the type of a part',
    ({ http, url }) => http.request('POST', url, { fields: { a: blob(EVIL) } }),
  ],
  [
    'CVE-2022-24775',
    'Guzzle',
    'a field of a part',
    ({ http, url }) => http.request('POST', url, { fields: { a: { data: 'b', headers: { 'X-A': EVIL } } } }),
  ],
  ['CVE-2022-35252', 'curl', 'a cookie', ({ session, url }) => session.get(url, { cookies: { a: EVIL } })],
  [
    'CVE-2022-24775',
    'Guzzle',
    'a bearer token',
    ({ session, url }) => session.get(url, { auth: bearerAuth(async () => EVIL) }),
  ],
  [
    'CVE-2022-24775',
    'Guzzle',
    'credentials of a function',
    ({ session, url }) => session.get(url, { auth: () => EVIL }),
  ],
  [
    'CVE-2022-24775',
    'Guzzle',
    'a trailer',
    ({ http, url }) =>
      http.request('POST', url, {
        body: async function* () {
          yield Buffer.from('a');
        },
        trailers: () => ({ 'X-A': EVIL }),
      }),
  ],
];

for (const [advisory, client, what, call] of REFUSED) {
  test(`${advisory} (${client}): line ends and their like in ${what} are refused before a byte leaves`, async (t) => {
    const at = await target(t);
    await assert.rejects(call(at), (error: unknown) => error instanceof HTTPError && /^ERR_/.test(error.code));
    assert.doesNotMatch(bytesOf(at.server.requests), /evil/i);
    if (what !== 'a trailer') {
      assert.equal(at.server.requests.length, 0);
      assert.equal(
        at.server.connections.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
        0,
      );
    }
  });
}

for (const value of ['a\r\nX-Evil: 1', 'a\nX-Evil: 1', 'a\rX-Evil: 1', 'a\0b', 'a\u010db', 'a\u{1f600}']) {
  test(`CVE-2023-49081 (aiohttp): no way of giving header fields lets ${JSON.stringify(value)} pass`, async (t) => {
    const { http, server, url } = await target(t);
    const coerced = { toString: () => value } as unknown as string;
    const ways = [{ a: value }, [['a', value]], new Map([['a', value]]), { a: [value] }, { a: coerced }] as const;
    for (const headers of ways) {
      await assert.rejects(http.request('GET', url, { headers: headers as never }), { code: 'ERR_INVALID_HEADER' });
    }
    assert.throws(() => new HTTPHeaders().set('a', value), { code: 'ERR_INVALID_HEADER' });
    assert.equal(server.connections.length, 0);
  });
}

test('CVE-2022-31150 (undici): credentials of a URL that hold line ends stay within Basic', async (t) => {
  const { http, server, url } = await target(t);
  await http.request('GET', url.replace('//', '//a%0d%0aX-Evil:%0d%0aX-Evil@'));
  assert.equal(server.requests.length, 1);
  assert.doesNotMatch(bytesOf(server.requests), /evil/i);
});

test('CVE-2022-24775 (Guzzle): a user with a line end or a quote cannot leave the digest', async (t) => {
  const server = await attackSite(t, async (connection) => {
    for (;;) {
      await connection.request();
      const headers = { 'WWW-Authenticate': 'Digest realm="r", nonce="n", qop="auth"' };
      await connection.respond({ status: 401, headers });
    }
  });
  const session = victimSession(t, { retries: false });
  await session.get(server.origin, { auth: digestAuth('a", evil="1', 'pw') });
  assert.match(bytesOf(server.requests), /username="a\\", evil=\\"1"/);
  const refused = async (): Promise<unknown> => await session.get(server.origin, { auth: digestAuth(EVIL, 'pw') });
  await assert.rejects(refused, HTTPError);
  assert.throws(() => basicAuth('a:b', 'pw'), { code: 'ERR_INVALID_OPTION' });
  assert.doesNotMatch(bytesOf(server.requests), /^x-evil/im);
});

for (const [advisory, client] of [
  ['CVE-2024-22049', 'httparty'],
  ['GHSA-hmw2-7cc7-3qxx', 'form-data'],
] as const) {
  test(`${advisory} (${client}): quotes and line ends in names and file names of a form are escaped`, () => {
    const name = 'a"; filename="evil.sh"\r\nX-Evil: 1\r\n\r\n';
    const { body } = encodeMultipartFormdata({ [name]: [name, 'data'] }, 'boundary');
    const text = body.toString();
    assert.doesNotMatch(text, /^x-evil/im);
    assert.equal(text.match(/filename="/g)?.length, 1);
    assert.equal(text.split('\r\n').length, 6 + (/Content-Type/.test(text) ? 1 : 0));
  });
}

for (const [advisory, client] of [
  ['CVE-2025-22150', 'undici'],
  ['CVE-2025-7783', 'form-data'],
] as const) {
  test(`${advisory} (${client}): the boundary of a form does not come from Math.random()`, (t) => {
    t.mock.method(Math, 'random', () => 0.5);
    const boundaries = Array.from({ length: 100 }, () => encodeMultipartFormdata({ a: 'b' }).contentType);
    assert.equal(new Set(boundaries).size, 100);
    for (const boundary of boundaries) assert.match(boundary, /boundary=[0-9a-f]{32}$/);
  });
}

test('CVE-2025-22150 (undici): the cnonce of a digest does not come from Math.random()', async (t) => {
  t.mock.method(Math, 'random', () => 0.5);
  const server = await attackSite(t, async (connection) => {
    for (;;) {
      const headers = { 'WWW-Authenticate': 'Digest realm="r", nonce="n", qop="auth"' };
      await connection.request();
      await connection.respond({ status: 401, headers });
    }
  });
  for (let i = 0; i < 5; i++) await victimSession(t, { auth: digestAuth('a', 'b') }).get(server.origin);
  const cnonces = [...bytesOf(server.requests).matchAll(/cnonce="([^"]+)"/g)].map(([, cnonce]) => cnonce);
  assert.ok(cnonces.length >= 5);
  assert.equal(new Set(cnonces).size, cnonces.length);
});

test('CVE-2023-0833 (OkHttp): the error of a header field that cannot be sent does not show its value', async (t) => {
  const { http, url } = await target(t);
  const error: unknown = await http
    .request('GET', url, { headers: { Authorization: 'Bearer s3cr3t\u0100' } })
    .catch((reason: unknown) => reason);
  assert.ok(error instanceof HTTPError);
  assert.doesNotMatch(inspect(error, { depth: 9 }), /s3cr3t/);
});

for (const saved of [
  { name: 'a', value: EVIL, domain: '127.0.0.1', path: '/' },
  { name: EVIL, value: 'b', domain: '127.0.0.1', path: '/' },
]) {
  test(`CVE-2022-35252 (curl): a saved cookie cannot bring a line end by its ${saved.name === EVIL ? 'name' : 'value'}`, () => {
    assert.throws(() => CookieJar.from({ cookies: [saved] }), { code: 'ERR_INVALID_COOKIE' });
  });
}

test('CVE-2026-9679 (undici): what a server percent-encoded in a cookie is sent back as it came', async (t) => {
  const server = await attackSite(t, async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({ headers: { 'Set-Cookie': 'a=b%0d%0aX-Evil: 1%3b c=d' } });
    }
  });
  const session = victimSession(t);
  await session.get(server.origin);
  await session.get(server.origin);
  assert.match(bytesOf(server.requests), /^Cookie: a=b%0d%0aX-Evil: 1%3b c=d\r$/m);
});

test('CVE-2023-45857 (axios): no cookie becomes a header field', async (t) => {
  const server = await attackSite(t, redirector);
  const session = victimSession(t);
  session.cookies?.set('XSRF-TOKEN', 't0ken', { url: server.origin });
  await session.get(server.origin);
  assert.equal(bytesOf(server.requests).match(/t0ken/g)?.length, 1);
  assert.doesNotMatch(bytesOf(server.requests), /^x-xsrf/im);
});
