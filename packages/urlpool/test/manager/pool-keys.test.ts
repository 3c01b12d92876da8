// Which requests share a pool: those to the same origin by the same route, compared by what its options hold.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type LookupFunction, type ManagerRequestOptions, PoolManager, TLSError } from 'urlpool';
import { type CertificateAuthority, createCertificateAuthority, ScriptedServer } from 'urlpool-testing';
import { echo } from '../connection/served-pool.ts';
import { servedManager } from './served-manager.ts';

/** Making one takes longer than most tests. */
let authorities: Promise<readonly [CertificateAuthority, CertificateAuthority]> | null = null;

function twoAuthorities(): Promise<readonly [CertificateAuthority, CertificateAuthority]> {
  authorities ??= Promise.all([createCertificateAuthority(), createCertificateAuthority()]);
  return authorities;
}

/** A server for `localhost`, with a certificate of the first authority. */
async function secureServer(t: TestContext): Promise<ScriptedServer> {
  const [authority] = await twoAuthorities();
  const server = await ScriptedServer.start({ tls: await authority.issue() }, echo);
  t.after(() => server.close());
  return server;
}

function manager(t: TestContext, options: ConstructorParameters<typeof PoolManager>[0] = {}): PoolManager {
  const http = new PoolManager({ retries: false, ...options });
  t.after(() => http.close({ timeout: 1 }));
  return http;
}

const LOOPBACK = [{ address: '127.0.0.1', family: 4 }];
const lookup: LookupFunction = (_host, _options, answer) => answer(null, LOOPBACK);
const otherLookup: LookupFunction = (_host, _options, answer) => answer(null, LOOPBACK);

/** The certificates of both: issued once the tests run. */
let cas: readonly string[] = [];

function sameCa(): string {
  return cas[0] ?? '';
}

function otherCa(): string {
  return cas[1] ?? '';
}

// name, options of two requests, pools
const PAIRS: readonly (readonly [string, () => readonly [ManagerRequestOptions, ManagerRequestOptions], 1 | 2])[] = [
  ['no route at all', () => [{}, {}], 1],
  ['options that are not about the route', () => [{ headers: { a: 'b' } }, { timeout: 5_000, redirect: false }], 1],
  ['an undefined ca', () => [{ ca: undefined, servername: 'a.test' }, { servername: 'a.test' }], 1],
  ['the same ca', () => [{ ca: sameCa() }, { ca: sameCa() }], 1],
  ['bytes of the same ca', () => [{ ca: Buffer.from(sameCa()) }, { ca: Buffer.from(sameCa()) }], 1],
  ['a list of the same ca', () => [{ ca: [sameCa()] }, { ca: [sameCa()] }], 1],
  ['another ca', () => [{ ca: sameCa() }, { ca: otherCa() }], 2],
  ['a ca and none', () => [{ ca: sameCa() }, {}], 2],
  ['bytes of another ca', () => [{ ca: Buffer.from(sameCa()) }, { ca: Buffer.from(otherCa()) }], 2],
  ['one ca more', () => [{ ca: [sameCa()] }, { ca: [sameCa(), otherCa()] }], 2],
  ['the same servername', () => [{ servername: 'a.test' }, { servername: 'a.test' }], 1],
  ['another servername', () => [{ servername: 'a.test' }, { servername: 'b.test' }], 2],
  ['a servername and none', () => [{ servername: 'a.test' }, {}], 2],
  ['the same rejectUnauthorized', () => [{ rejectUnauthorized: false }, { rejectUnauthorized: false }], 1],
  ['another rejectUnauthorized', () => [{ rejectUnauthorized: false }, { rejectUnauthorized: true }], 2],
  ['rejectUnauthorized and none', () => [{ rejectUnauthorized: false }, {}], 2],
  [
    'the same options in another order',
    () => [
      { ca: sameCa(), servername: 'a.test' },
      { servername: 'a.test', ca: sameCa() },
    ],
    1,
  ],
  ['the same resolve', () => [{ resolve: { 'a.test:80': '127.0.0.1' } }, { resolve: { 'a.test:80': '127.0.0.1' } }], 1],
  [
    'the same resolve in another order',
    () => [
      { resolve: { 'a.test:80': '127.0.0.1', 'b.test:80': ['127.0.0.1'] } },
      { resolve: { 'b.test:80': ['127.0.0.1'], 'a.test:80': '127.0.0.1' } },
    ],
    1,
  ],
  [
    'another address to resolve to',
    () => [{ resolve: { 'a.test:80': '127.0.0.1' } }, { resolve: { 'a.test:80': '127.0.0.2' } }],
    2,
  ],
  [
    'another order of addresses',
    () => [
      { resolve: { 'a.test:80': ['127.0.0.1', '127.0.0.2'] } },
      { resolve: { 'a.test:80': ['127.0.0.2', '127.0.0.1'] } },
    ],
    2,
  ],
  ['the same lookup', () => [{ lookup }, { lookup }], 1],
  ['another lookup, though it reads the same', () => [{ lookup }, { lookup: otherLookup }], 2],
  ['a lookup and none', () => [{ lookup }, {}], 2],
];

for (const [name, options, pools] of PAIRS) {
  test(`request() with ${name} goes to ${pools === 1 ? 'the same pool' : 'another pool'}`, async (t) => {
    cas = await Promise.all((await twoAuthorities()).map(async (authority) => (await authority.issue()).ca));
    const { http, origins } = await servedManager(t, 1, echo);
    for (const each of options()) await http.request('GET', `${origins[0]}/`, each);
    assert.equal(http.snapshot().pools.length, pools);
    assert.equal(http.snapshot().numConnections, pools);
  });
}

// The same over TLS, where it matters

test('request() with an inline ca makes one pool, not one for each request', async (t) => {
  const [authority] = await twoAuthorities();
  const server = await secureServer(t);
  const http = manager(t);
  const { ca } = await authority.issue();
  for (let i = 0; i < 5; i++) await http.request('GET', `${server.origin}/${i}`, { ca: Buffer.from(ca) });
  const { pools, numConnections, numRequests } = http.snapshot();
  assert.deepEqual([pools.length, numConnections, numRequests], [1, 1, 5]);
});

test('request() never carries one ca over a connection that was opened with another', async (t) => {
  const [authority, stranger] = await twoAuthorities();
  const server = await secureServer(t);
  const http = manager(t);
  const { ca } = await authority.issue();
  const { ca: strange } = await stranger.issue();
  await http.request('GET', `${server.origin}/`, { ca });
  await assert.rejects(http.request('GET', `${server.origin}/`, { ca: strange }), TLSError);
  await assert.rejects(http.request('GET', `${server.origin}/`), TLSError);
  assert.equal((await http.request('GET', `${server.origin}/`, { ca })).connection.reused, true);
});

test('request() that verifies takes no connection of one that does not', async (t) => {
  const server = await secureServer(t);
  const http = manager(t);
  await http.request('GET', `${server.origin}/`, { rejectUnauthorized: false });
  await assert.rejects(http.request('GET', `${server.origin}/`), TLSError);
  await assert.rejects(http.request('GET', `${server.origin}/`, { rejectUnauthorized: true }), TLSError);
  assert.deepEqual([http.snapshot().idle, http.snapshot().pools.length], [1, 3]);
});

test('request() for another servername takes no connection of the first', async (t) => {
  const [authority] = await twoAuthorities();
  const server = await secureServer(t);
  const http = manager(t, { ca: (await authority.issue()).ca });
  await http.request('GET', `${server.origin}/`, { servername: 'localhost' });
  await assert.rejects(http.request('GET', `${server.origin}/`, { servername: 'other.test' }), TLSError);
  assert.equal(server.requests.length, 1);
});

test("request() adds its route to the manager's, and leaves the rest of it", async (t) => {
  const [authority] = await twoAuthorities();
  const server = await secureServer(t);
  const http = manager(t, { ca: (await authority.issue()).ca });
  const url = `https://name.test:${server.port}/a`;
  const resolve = { [`name.test:${server.port}`]: '127.0.0.1' };
  const response = await http.request('GET', url, { resolve, servername: 'localhost' });
  assert.equal(response.text(), '/a');
});

test('request() counts the connections of every route to an origin together', async (t) => {
  const { http, origins } = await servedManager(t, 1, echo, { maxConnections: 2 });
  for (const servername of ['a.test', 'b.test', 'c.test']) await http.request('GET', `${origins[0]}/`, { servername });
  const { open, closed, pools } = http.snapshot();
  assert.deepEqual([open, closed, pools.length], [2, { evicted: 1 }, 3]);
});

test('request() counts every route to an origin as a pool of its own', async (t) => {
  const { http, origins } = await servedManager(t, 1, echo, { numPools: 2 });
  for (const servername of ['a.test', 'b.test', 'c.test']) await http.request('GET', `${origins[0]}/`, { servername });
  assert.deepEqual([http.snapshot().pools.length, http.snapshot().closed], [2, { evicted: 1 }]);
});

// name, options
const BAD: readonly (readonly [string, object])[] = [
  ['a ca that is no certificate', { ca: 'no certificate' }],
  ['an empty servername', { servername: '' }],
  ['a rejectUnauthorized that is no boolean', { rejectUnauthorized: 'no' }],
  ['a lookup that is no function', { lookup: 'dns' }],
  ['a resolve without a port', { resolve: { 'a.test': '127.0.0.1' } }],
];

for (const [name, options] of BAD) {
  test(`request() refuses ${name}, and makes no pool for it`, async (t) => {
    const { http, origins } = await servedManager(t, 1, echo);
    await assert.rejects(http.request('GET', `${origins[0]}/`, options), { code: 'ERR_INVALID_OPTION' });
    assert.equal(http.snapshot().pools.length, 0);
  });
}

// Origins

// two URLs, pools
for (const [one, other, pools] of [
  ['http://name.test/a', 'http://NAME.test/b?c', 1],
  ['http://name.test/', 'http://name.test:80/', 1],
  ['http://name.test/', 'http://user:word@name.test/', 1],
  ['http://name.test/', 'http://name.test:81/', 2],
  ['http://name.test/', 'http://name.test./', 2],
  ['http://name.test/', 'http://other.test/', 2],
  ['http://name.test:443/', 'https://name.test/', 2],
  ['http://127.0.0.1/', 'http://2130706433/', 1],
  ['http://[::1]/', 'http://[0:0::0:1]/', 1],
] as const) {
  test(`request() to ${one} and ${other} goes to ${pools === 1 ? 'the same pool' : 'two pools'}`, async (t) => {
    const failing: LookupFunction = (_host, _options, answer) => answer(new Error('no network here'), []);
    const controller = new AbortController();
    const http = manager(t, { lookup: failing });
    const calls = [one, other].map((url) => http.request('GET', url, { signal: controller.signal }));
    controller.abort();
    await Promise.allSettled(calls);
    assert.equal(http.snapshot().pools.length, pools);
  });
}
