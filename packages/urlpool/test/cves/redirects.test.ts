// Redirects: what advisories about other clients found to reach a place that it was not meant for. Every secret is the
// same word, so that each case asserts of all bytes that the other server was sent.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { bearerAuth, digestAuth, netrcAuth, type PoolManager, Retry, type SessionOptions } from 'urlpool';
import { createCertificateAuthority, fieldValues, type ScriptedServer } from 'urlpool-testing';
import { attackSite, bytesOf, leadingTo, redirector, victim, victimSession } from './attack-site.ts';

const SECRET = 'op3nSesame';
const BASIC = `Basic ${Buffer.from(`me:${SECRET}`).toString('base64')}`;
/** As it is, and within Basic authentication. */
const LEAKED = new RegExp(`${SECRET}|${BASIC.slice('Basic '.length)}`);
const authority = createCertificateAuthority();

type Place = 'http' | 'otherHost' | 'subdomain' | 'otherPort' | 'https' | 'otherSecureHost';

interface Places {
  readonly ca: string;
  readonly url: Readonly<Record<Place, string>>;
  /** The server of the first request. */
  readonly servers: Readonly<Record<Place, ScriptedServer>>;
}

async function places(t: TestContext): Promise<Places> {
  const tls = await (await authority).issue({ hosts: ['a.test', 'b.test'] });
  const one = await attackSite(t, redirector);
  const two = await attackSite(t, redirector);
  const three = await attackSite(t, redirector, { tls });
  return {
    ca: tls.ca,
    url: {
      http: `http://a.test:${one.port}`,
      otherHost: `http://b.test:${one.port}`,
      subdomain: `http://sub.a.test:${one.port}`,
      otherPort: `http://a.test:${two.port}`,
      https: `https://a.test:${three.port}`,
      otherSecureHost: `https://b.test:${three.port}`,
    },
    servers: { http: one, otherHost: one, subdomain: one, otherPort: two, https: three, otherSecureHost: three },
  };
}

/** The requests that came to `/end`. */
function ended(server: ScriptedServer): ScriptedServer['requests'] {
  return server.requests.filter(({ target }) => target === '/end');
}

// advisory, client, what the request is given, from where, to where, status
const LEAKS: readonly (readonly [string, string, Readonly<Record<string, string>>, Place, Place, number])[] = [
  ['CVE-2018-1000007', 'curl', { Authorization: BASIC }, 'http', 'otherHost', 302],
  ['CVE-2018-20060', 'urllib3', { aUTHORIZATION: BASIC }, 'http', 'otherHost', 303],
  ['CVE-2018-18074', 'requests', { Authorization: BASIC }, 'https', 'http', 302],
  ['CVE-2018-8292', '.NET', { Authorization: `Bearer ${SECRET}` }, 'http', 'otherHost', 307],
  ['CVE-2021-31879', 'wget', { Authorization: BASIC }, 'http', 'otherHost', 301],
  ['CVE-2022-0155', 'follow-redirects', { Cookie: `id=${SECRET}` }, 'http', 'otherHost', 302],
  [
    'CVE-2022-0235',
    'node-fetch',
    { Cookie: SECRET, Cookie2: SECRET, 'WWW-Authenticate': SECRET },
    'http',
    'subdomain',
    302,
  ],
  ['CVE-2022-0355', 'simple-get', { cookie: `id=${SECRET}` }, 'http', 'otherHost', 301],
  ['CVE-2022-0536', 'follow-redirects', { Authorization: BASIC }, 'https', 'http', 302],
  ['CVE-2022-1365', 'cross-fetch', { cookie: `id=${SECRET}` }, 'https', 'otherSecureHost', 302],
  ['CVE-2022-27774', 'curl', { Authorization: BASIC }, 'http', 'https', 302],
  ['CVE-2022-27776', 'curl', { Authorization: BASIC, Cookie: `id=${SECRET}` }, 'http', 'otherPort', 302],
  ['CVE-2022-31042', 'Guzzle', { Cookie: `id=${SECRET}` }, 'https', 'http', 302],
  ['CVE-2022-31043', 'Guzzle', { Authorization: BASIC }, 'https', 'http', 308],
  ['CVE-2022-31090', 'Guzzle', { Authorization: BASIC }, 'https', 'otherSecureHost', 307],
  ['CVE-2022-31091', 'Guzzle', { Authorization: BASIC, Cookie: SECRET }, 'http', 'otherPort', 308],
  ['CVE-2022-31151', 'undici', { Cookie: `id=${SECRET}`, Authorization: BASIC }, 'http', 'otherHost', 302],
  ['CVE-2023-43804', 'urllib3', { Cookie: `id=${SECRET}` }, 'http', 'otherHost', 307],
  ['CVE-2023-45143', 'undici', { COOKIE: `id=${SECRET}` }, 'http', 'otherPort', 302],
  ['CVE-2023-45289', 'Go', { Authorization: BASIC, Cookie: SECRET }, 'http', 'subdomain', 302],
  ['CVE-2024-24758', 'undici', { 'Proxy-Authorization': BASIC }, 'http', 'otherHost', 302],
  ['CVE-2024-28849', 'follow-redirects', { 'proxy-authorization': BASIC }, 'http', 'otherHost', 301],
  ['CVE-2024-30260', 'undici', { Authorization: BASIC, 'Proxy-Authorization': BASIC }, 'http', 'otherPort', 307],
  ['CVE-2024-37891', 'urllib3', { 'Proxy-Authorization': BASIC }, 'http', 'otherHost', 303],
  ['CVE-2025-4673', 'Go', { 'Proxy-Authorization': BASIC, 'Proxy-Authenticate': SECRET }, 'http', 'subdomain', 307],
  ['CVE-2025-46421', 'libsoup', { Authorization: BASIC }, 'http', 'otherHost', 308],
  ['CVE-2026-40895', 'follow-redirects', { 'X-API-Key': SECRET, 'X-Auth-Token': SECRET }, 'http', 'otherHost', 302],
];

for (const [advisory, client, headers, from, to, status] of LEAKS) {
  test(`${advisory} (${client}): what a request was given does not follow a redirect elsewhere`, async (t) => {
    const { ca, url, servers } = await places(t);
    const http = victim(t, { ca, allowDowngrade: true });
    const start = url[from] + leadingTo(`${url[to]}/end`, status);
    await http.request('GET', start, { headers });
    const first = servers[from].requests.filter(({ target }) => target.startsWith('/3'));
    // Fields for proxies are for no origin, the first neither.
    if (!Object.keys(headers).every((name) => /^proxy-/i.test(name))) assert.match(bytesOf(first), LEAKED);
    await http.fetch(start, { headers });
    assert.equal(ended(servers[to]).length, 2, 'the redirects were followed');
    assert.doesNotMatch(bytesOf(ended(servers[to])), LEAKED);
  });
}

test('GHSA-6cv7-626c-qhqw (undici): no way of giving header fields takes them along', async (t) => {
  const { url, servers } = await places(t);
  const http = victim(t);
  const pairs = [['authorization', BASIC]] as const;
  const list = { authorization: [BASIC, SECRET] };
  for (const headers of [pairs, new Map(pairs), new Headers([['authorization', BASIC]]), list]) {
    await http.request('GET', url.http + leadingTo(`${url.otherHost}/end`), { headers });
  }
  assert.equal(ended(servers.otherHost).length, 4);
  assert.doesNotMatch(bytesOf(ended(servers.otherHost)), LEAKED);
});

test('CVE-2022-31151 (undici): a Host that was given does not follow to another host', async (t) => {
  const { url, servers } = await places(t);
  const headers = { Host: 'inside.test' };
  await victim(t).request('GET', url.http + leadingTo(`${url.otherPort}/end`), { headers });
  assert.deepEqual(fieldValues(ended(servers.otherPort)[0]?.headers ?? [], 'host'), [url.otherPort.slice(7)]);
});

test('CVE-2024-45336 (Go): what was dropped at a redirect does not come back with the next', async (t) => {
  const { url, servers } = await places(t);
  const second = leadingTo(`${url.otherPort}/end`);
  const first = leadingTo(url.otherPort + second);
  await victim(t).request('GET', url.http + first, { headers: { Authorization: BASIC } });
  assert.equal(servers.otherPort.requests.length, 2);
  assert.doesNotMatch(bytesOf(servers.otherPort.requests), LEAKED);
});

test('CVE-2024-45336 (Go): nor where the redirects lead back to where it was given', async (t) => {
  const { url, servers } = await places(t);
  const away = url.otherPort + leadingTo(`${url.http}/end`);
  await victim(t).request('GET', url.http + leadingTo(away), { headers: { Authorization: BASIC } });
  assert.equal(ended(servers.http).length, 1);
  assert.doesNotMatch(bytesOf(ended(servers.http)), LEAKED);
});

test('CVE-2021-22876 (curl): no Referer tells a server the credentials of the URL before', async (t) => {
  const { url, servers } = await places(t);
  const start = url.http.replace('//', `//me:${SECRET}@`) + leadingTo(`${url.otherPort}/end`);
  await victim(t).request('GET', start);
  assert.match(bytesOf(servers.http.requests), LEAKED);
  assert.doesNotMatch(bytesOf(servers.otherPort.requests), /referer/i);
  assert.doesNotMatch(bytesOf(servers.otherPort.requests), LEAKED);
});

/** A folder with a netrc in it. */
function netrc(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'urlpool-cve-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, '.netrc');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

// advisory, client, the credentials of a session
const SESSIONS: readonly (readonly [string, string, (t: TestContext) => SessionOptions['auth']])[] = [
  ['CVE-2014-1829', 'requests', (t) => netrcAuth({ path: netrc(t, `machine a.test login me password ${SECRET}`) })],
  [
    'CVE-2024-11053',
    'curl',
    (t) => netrcAuth({ path: netrc(t, `machine a.test login me password ${SECRET}\nmachine b.test login me`) }),
  ],
  [
    'CVE-2025-0167',
    'curl',
    (t) => netrcAuth({ path: netrc(t, `machine a.test login me password ${SECRET}\ndefault`) }),
  ],
  ['CVE-2025-14524', 'curl', () => bearerAuth(async () => SECRET)],
];

for (const [advisory, client, authOf] of SESSIONS) {
  test(`${advisory} (${client}): credentials of a session do not follow to another host`, async (t) => {
    const { url, servers } = await places(t);
    const session = victimSession(t, { auth: authOf(t) });
    await session.get(url.http + leadingTo(`${url.otherHost}/end`));
    const [first] = servers.http.requests;
    assert.match(bytesOf(first === undefined ? [] : [first]), LEAKED, 'the first host got them');
    assert.equal(ended(servers.otherHost).length, 1);
    assert.doesNotMatch(bytesOf(ended(servers.otherHost)), /authorization/i);
  });
}

for (const userinfo of ['a.test:', 'a.test', ':a.test', 'a.test%3A80']) {
  test(`CVE-2024-47081 (requests): netrcAuth() looks up the host, not what stands before it (${userinfo}@)`, async (t) => {
    const { url, servers } = await places(t);
    const path = netrc(t, `machine a.test login me password ${SECRET}`);
    await victimSession(t, { auth: netrcAuth({ path }) }).get(`${url.otherHost.replace('//', `//${userinfo}@`)}/end`);
    assert.equal(ended(servers.otherHost).length, 1);
    assert.doesNotMatch(bytesOf(servers.otherHost.requests), LEAKED);
  });
}

test('CVE-2014-1830 (requests): credentials of a proxy do not go to where a redirect leads', async (t) => {
  const { url, servers } = await places(t);
  const session = victimSession(t, { headers: { 'Proxy-Authorization': BASIC }, baseUrl: url.http });
  await session.get(leadingTo(`${url.otherHost}/end`));
  assert.equal(ended(servers.otherHost).length, 1);
  assert.doesNotMatch(bytesOf(ended(servers.otherHost)), LEAKED);
});

test('aiohttp 3.14.1 (digest): a digest is not computed for another origin that challenges', async (t) => {
  const challenge = {
    status: 401,
    headers: { 'WWW-Authenticate': 'Digest realm="r", nonce="n", qop="auth"' },
  } as const;
  const evil = await attackSite(t, async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond(challenge);
    }
  });
  const home = await attackSite(t, redirector);
  const session = victimSession(t, { auth: digestAuth('me', SECRET), baseUrl: `http://a.test:${home.port}` });
  const response = await session.get(leadingTo(`http://b.test:${evil.port}/end`));
  assert.equal(response.status, 401);
  assert.equal(evil.requests.length, 1);
  assert.doesNotMatch(bytesOf(evil.requests), /authorization/i);
});

test('CVE-2015-2296 (requests): a cookie of the first host is not sent to where it leads', async (t) => {
  const { url, servers } = await places(t);
  const session = victimSession(t);
  const setting = await attackSite(t, async (connection) => {
    await connection.request();
    const headers = { Location: `${url.otherHost}/end`, 'Set-Cookie': `id=${SECRET}` };
    await connection.respond({ status: 302, headers });
  });
  await session.get(`http://a.test:${setting.port}/`);
  assert.equal(ended(servers.otherHost).length, 1);
  assert.doesNotMatch(bytesOf(servers.otherHost.requests), LEAKED);
});

test('CVE-2026-47265 (aiohttp): cookies of a request do not follow to another origin', async (t) => {
  const { url, servers } = await places(t);
  await victimSession(t).get(url.http + leadingTo(`${url.otherPort}/end`), { cookies: { id: SECRET } });
  assert.match(bytesOf(servers.http.requests), LEAKED);
  assert.equal(ended(servers.otherPort).length, 1);
  assert.doesNotMatch(bytesOf(servers.otherPort.requests), LEAKED);
});

test('CVE-2023-45803 (urllib3): the body is dropped where a redirect makes it a GET, with all that is said of it', async (t) => {
  const { url, servers } = await places(t);
  const headers = { 'Content-Type': 'text/plain', 'Content-Language': 'en' };
  for (const status of [301, 302, 303]) {
    await victim(t).request('POST', url.http + leadingTo(`${url.otherPort}/end`, status), { headers, body: SECRET });
  }
  const requests = ended(servers.otherPort);
  assert.deepEqual(
    requests.map(({ method, body }) => [method, body.length]),
    [1, 2, 3].map(() => ['GET', 0]),
  );
  assert.doesNotMatch(bytesOf(requests), /op3nSesame|^(?:content|transfer)-/im);
});

// how redirects are turned off
const OFF: readonly (readonly [string, (t: TestContext, url: string) => Promise<{ readonly status: number }>])[] = [
  ['retries: false of a manager', (t, url) => victim(t, { retries: false }).request('GET', url)],
  ['redirect: false of a manager', (t, url) => victim(t, { redirect: false }).request('GET', url, { retries: 3 })],
  ['redirect: false of a request', (t, url) => victim(t).request('GET', url, { redirect: false })],
  ['a Retry without redirects', (t, url) => never(victim(t), url)],
];

function never(http: PoolManager, url: string): Promise<{ readonly status: number }> {
  return http.request('GET', url, { retries: new Retry(5, { redirect: 0, raiseOnRedirect: false }) });
}

for (const [how, send] of OFF) {
  test(`CVE-2025-50181 (urllib3): no redirect is followed with ${how}`, async (t) => {
    const { url, servers } = await places(t);
    assert.equal((await send(t, url.http + leadingTo(`${url.otherPort}/end`))).status, 302);
    assert.equal(servers.otherPort.connections.length, 0);
  });
}

test('CVE-2025-50182 (urllib3): fetch() with redirect: manual follows none', async (t) => {
  const { url, servers } = await places(t);
  const response = await victim(t).fetch(url.http + leadingTo(`${url.otherPort}/end`), { redirect: 'manual' });
  assert.equal(response.status, 302);
  assert.equal(servers.otherPort.connections.length, 0);
});

for (const [advisory, client, location] of [
  ['CVE-2022-33987', 'got', 'http://unix:/var/run/docker.sock:/containers/json'],
  ['CVE-2022-33987', 'got', 'unix:/var/run/docker.sock:/containers/json'],
  ['CVE-2022-33987', 'got', 'http+unix://%2Fvar%2Frun%2Fdocker.sock/containers/json'],
  ['CVE-2009-0037', 'curl', 'file:///etc/passwd'],
  ['CVE-2025-58754', 'axios', 'data:text/plain,hello'],
  ['CVE-2009-0037', 'curl', 'scp://a.test/etc/passwd'],
  ['CVE-2023-26159', 'follow-redirects', 'http://[b.test]/'],
] as const) {
  test(`${advisory} (${client}): a redirect to ${location} is refused`, async (t) => {
    const { url } = await places(t);
    const call = victim(t, { retries: new Retry(3, { connect: 0, other: 0 }) }).request(
      'GET',
      url.http + leadingTo(location),
    );
    const error = await call.then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error && 'code' in error);
    assert.ok(
      ['ERR_REDIRECT', 'ERR_CONNECTION_REFUSED', 'ERR_INVALID_URL', 'ERR_RETRIES'].includes(String(error.code)),
      String(error),
    );
    // A host called "unix" is a host: a name to look up, and no file.
    if (location.startsWith('http://unix')) assert.match(error.message, /unix/);
  });
}

test('CVE-2020-15168 (node-fetch): the limit of a body holds after a redirect', async (t) => {
  const big = await attackSite(t, async (connection) => {
    await connection.request();
    await connection.respond({ body: Buffer.alloc(100_000) });
  });
  const { url } = await places(t);
  const start = url.http + leadingTo(`${big.origin}/end`);
  await assert.rejects(victim(t).request('GET', start, { maxBodyBytes: 10_000 }), { code: 'ERR_LIMIT' });
});
